import { initialItem } from "../../functions/coordination/rules.ts";
import type { HttpProber, ProbeResult } from "../../functions/shared/clients.ts";
import { createHandler } from "../../functions/traffic/shift.handler.ts";
import { createTrafficSwitch, judgeKeeper, judgeLever } from "../../functions/traffic/switch.ts";
import { canaryKey, evacuationKey, switchObjectUrl } from "../../functions/traffic/switch-objects.ts";
import { readUnsigned } from "../../functions/traffic/unsigned.ts";
import { FakeAws, invocation } from "../fakes/aws.ts";
import { observe } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";
import { itemKey, openItem, runIn } from "../fakes/runs.ts";

const plan = examplePlan("storefront");
const self = "eu-west-1";
const holder = { bucket: "storefront-switch-eu-west-1", region: self };

const refused = (status: number): ProbeResult => ({ kind: "failed", reason: `HTTP ${status}`, latencyMs: 3, status });
const silent: ProbeResult = { kind: "failed", reason: "timed out after 4000 ms", latencyMs: 4_000 };
const served = (status: number): ProbeResult => ({ kind: "served", status, latencyMs: 3, servedBy: null });

/** us-east-1 is being evacuated by eu-west-1; `answerOf` is what S3 says to whoever signs nothing of what is there. */
function prepare(answerOf: (url: string, now: number) => ProbeResult = () => served(200)) {
  const aws = new FakeAws();
  const item = openItem(plan, aws.clock.now());
  aws.put(plan.coordination.table, { ...itemKey(plan), ...item });
  const run = runIn(item);
  const objects = new Set<string>();
  aws.answers.ListObjectsV2 = ({ input }) => ({
    Contents: [...objects]
      .filter((each) => each.startsWith(`${input.Bucket}/${input.Prefix}`))
      .map((each) => ({ Key: each.slice(input.Bucket.length + 1) })),
  });
  aws.answers.PutObject = ({ input }) => {
    objects.add(`${input.Bucket}/${input.Key}`);
    return {};
  };
  const asked: string[] = [];
  aws.probe = ({ url }) => {
    asked.push(url);
    const { host, pathname } = new URL(url);
    const isThere = objects.has(`${host.split(".s3.")[0]}${pathname}`);
    return isThere ? answerOf(url, aws.clock.now()) : refused(403);
  };
  const deps = aws.dependencies(plan, self);
  return {
    aws,
    objects,
    asked,
    deps,
    shift: () => aws.finish(createHandler(deps)({ run }, invocation)),
    timeline: () =>
      aws.rows(plan.recordsTable, `incident#${run.incident}`).map(({ kind, summary }) => `${kind}: ${summary}`),
  };
}

describe("FM66: what whoever signs nothing learns of an object", () => {
  it.each<[string, ProbeResult, object]>([
    ["the object", served(200), { kind: "readable" }],
    ["a redirect, as of a young bucket: that is not the object", served(307), { kind: "refused", status: 307 }],
    ["403: closed, or not there, for nobody may list", refused(403), { kind: "refused", status: 403 }],
    ["404", refused(404), { kind: "refused", status: 404 }],
    ["503: S3 is in trouble, and says nothing of the object", refused(503), { kind: "unknown" }],
    ["429: too many at once", refused(429), { kind: "unknown" }],
    ["no answer", silent, { kind: "unknown", reason: "timed out after 4000 ms" }],
  ])("%s", async (_name, answer, expected) => {
    const http: HttpProber = { probe: async () => answer };
    const deps = new FakeAws().dependencies(plan, self);

    expect(await readUnsigned({ ...deps, http }, holder, canaryKey)).toMatchObject(expected);
  });

  it("is asked for as the health checkers ask, at the Region's own endpoint", () => {
    expect(switchObjectUrl(holder, evacuationKey("us-east-1"), null)).toBe(
      "https://storefront-switch-eu-west-1.s3.eu-west-1.amazonaws.com/evacuate/us-east-1",
    );
  });
});

describe("FM66: a lever is pulled when the health checkers can read its object", () => {
  it("and then it is done", async () => {
    const { asked, shift, timeline } = prepare();

    expect(await shift()).toEqual({ result: "shifted", levers: 2, problems: [] });
    expect(asked).toContain("https://storefront-switch-eu-west-1.s3.eu-west-1.amazonaws.com/evacuate/us-east-1");
    expect(asked.filter((url) => url.includes("us-east-1.amazonaws"))).toEqual([]);
    expect(timeline().filter((line) => line.startsWith("confirmed"))).toHaveLength(2);
  });

  it("closed buckets fail it for good, with what to look at, and nothing is confirmed", async () => {
    const { shift, timeline } = prepare(() => refused(403));

    await expect(shift()).rejects.toMatchObject({
      name: "StepBlocked",
      message: expect.stringMatching(/HTTP 403 to an unsigned GET.*Block Public Access.*SCP, RCP.*bucket's policy/),
    });
    expect(timeline().filter((line) => line.startsWith("confirmed"))).toEqual([]);
    expect(timeline().filter((line) => line.startsWith("failed"))).toHaveLength(2);
  });

  it("one closed bucket is a problem beside the lever that holds", async () => {
    const { shift } = prepare((url) => (url.includes("ap-southeast-1") ? refused(403) : served(200)));

    const answer = await shift();

    expect(answer).toMatchObject({ result: "shifted", levers: 1 });
    expect(JSON.stringify(answer)).toMatch(/storefront-switch-ap-southeast-1.*HTTP 403/);
  });

  it("no answer is not shown: it is looked at again, and holds when one comes", async () => {
    let silences = 0;
    const { shift } = prepare(() => (silences++ < 6 ? silent : served(200)));

    expect(await shift()).toEqual({ result: "shifted", levers: 2, problems: [] });
  });

  it("an object that stays not shown is a problem, never done", async () => {
    const { shift, timeline } = prepare((url) => (url.includes("ap-southeast-1") ? silent : served(200)));

    const answer = await shift();

    expect(answer).toMatchObject({ result: "shifted", levers: 1 });
    expect(JSON.stringify(answer)).toMatch(/not known whether health checkers can read it/);
    expect(timeline().filter((line) => /^confirmed.*ap-southeast-1/.test(line))).toEqual([]);
  });

  it("an object that somebody deletes meanwhile is written anew", async () => {
    const world = prepare();
    let listed = 0;
    const list = world.aws.answers.ListObjectsV2;
    world.aws.answers.ListObjectsV2 = (call) => {
      if (++listed === 3) world.objects.clear();
      return list?.(call) ?? {};
    };

    expect(await world.shift()).toMatchObject({ result: "shifted", levers: 2 });
    expect(world.objects.size).toBe(2);
  });

  it("no rule calls done what nobody sees", () => {
    const unseen = "closed";

    expect(judgeLever(["a", "b"], "a", { out: ["a"], unseen })).toEqual({ kind: "blocked", reason: unseen });
    const since = "2026-03-14T09:00:00.000Z";
    const item = { ...initialItem("storefront", ["a", "b", "c"], 0) };
    const kept = { ...item, regions: { ...item.regions, a: { state: "evacuated", since, incident: null } as const } };
    expect(judgeKeeper("a", "b", { out: ["a"], unseen, item: kept })).toEqual({ kind: "blocked", reason: unseen });
  });
});

describe("FM67: what the switch holds out of DNS", () => {
  it("is what lies in the own bucket, and this Region itself by another one's", async () => {
    const { aws, objects, deps } = prepare();
    objects.add("storefront-switch-eu-west-1/evacuate/ap-southeast-1");
    objects.add("storefront-switch-us-east-1/evacuate/eu-west-1");

    expect(await aws.finish(createTrafficSwitch(deps).readOut())).toEqual(["ap-southeast-1", self]);
  });

  it("is not what no health checker can read", async () => {
    const { aws, objects, deps } = prepare(() => refused(403));
    objects.add("storefront-switch-eu-west-1/evacuate/ap-southeast-1");

    expect(await aws.finish(createTrafficSwitch(deps).readOut())).toEqual([]);
  });

  it("is not known to a witness, which has no bucket", async () => {
    const { aws } = prepare();

    expect(await aws.finish(createTrafficSwitch(aws.dependencies(plan, "us-west-2")).readOut())).toBeNull();
  });

  it("FM54: no lever is pulled where the last other Region is out by a bucket that it does not read", async () => {
    const { aws, objects, shift } = prepare();
    const at = new Date(aws.clock.now()).toISOString();
    for (const seen of observe(plan, at)) {
      const takenOut = { at, regions: ["eu-west-1", "ap-southeast-1"] };
      aws.put(plan.recordsTable, { pk: "observations", sk: seen.vantage, ...seen, takenOut });
    }

    await expect(shift()).rejects.toMatchObject({
      name: "StepBlocked",
      message: expect.stringContaining("no Region would stay in DNS"),
    });
    expect(objects.size).toBe(0);
  });

  it("a survivor of the run that is out is told of, so that nothing rests on it", async () => {
    const { aws, objects, shift, timeline } = prepare();
    objects.add("storefront-switch-eu-west-1/evacuate/ap-southeast-1");

    await shift();

    expect(timeline()).toContainEqual(
      "observed: ap-southeast-1 is out of DNS by the switch although the book has it in service: no customer comes there, and capacity does not rest on it",
    );
    expect(aws.rows(plan.recordsTable, "incident#storefront-us-east-1-e1")).toContainEqual(
      expect.objectContaining({ detail: expect.objectContaining({ takenOut: ["ap-southeast-1"] }) }),
    );
  });
});
