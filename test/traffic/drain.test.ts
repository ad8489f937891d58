import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";
import { judgeTraffic, type ServedView } from "../../functions/traffic/residual.ts";
import { createHandler } from "../../functions/traffic/verify.handler.ts";
import { FakeAws, invocation } from "../fakes/aws.ts";
import { observe, type Voice } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";
import { itemKey, openItem, runIn } from "../fakes/runs.ts";

const plan = examplePlan("storefront");
const at = "2026-03-14T09:05:00.000Z";
const now = parseInstant(at);
const failed = "us-east-1";
const here: ServedView = { vantage: "eu-west-1", vote: "passing", servedBy: "eu-west-1" };
const elsewhere: Voice = { servedBy: "eu-west-1" };
const allElsewhere = { "us-east-1": elsewhere, "ap-southeast-1": elsewhere, "us-west-2": elsewhere };

function judged(voices: Readonly<Record<string, Voice>>, changes: Partial<Parameters<typeof judgeTraffic>[0]> = {}) {
  return judgeTraffic({
    plan,
    failedRegion: failed,
    observations: observe(plan, at, voices),
    here,
    now,
    since: now - 10_000,
    ...changes,
  });
}

describe("FM53: traffic is gone when every vantage that can be heard is served elsewhere", () => {
  it.each<[string, Record<string, Voice>, string[]]>([
    ["all are", {}, []],
    ["a vantage is still sent to the failed Region", { "us-west-2": { servedBy: failed } }, ["us-west-2"]],
    ["a vantage is not served at all", { "us-west-2": { customers: "failing" } }, ["us-west-2"]],
    ["a vantage does not know", { "us-west-2": { customers: "unknown" } }, ["us-west-2"]],
    ["the failed Region's own vantage is not asked", { "us-east-1": { servedBy: failed } }, []],
    ["the acting Region's last round does not outweigh its own look", { "eu-west-1": { servedBy: failed } }, []],
  ])("%s", (_name, voices, vantages) => {
    const view = judged({ ...allElsewhere, ...voices });

    expect(view.kind).toBe(vantages.length === 0 ? "gone" : "residual");
    expect("vantages" in view ? view.vantages : []).toEqual(vantages);
  });

  it.each<[string, Voice]>([
    ["has fallen silent", { age: 31, servedBy: failed }],
    ["was never heard", { age: null }],
  ])(
    "a vantage that %s is not waited for, but the switch is given its time: nobody else may be sent there",
    (_how, voice) => {
      const voices = { ...allElsewhere, "us-west-2": voice };
      const kindAfter = (seconds: number) =>
        judged(voices, { observations: observe(plan, at, voices), since: now - seconds * 1_000 }).kind;

      expect([10, 59, 60].map(kindAfter)).toEqual(["residual", "residual", "gone"]);
    },
  );

  it("the failed Region's own silence is nothing to wait for", () => {
    expect(judged({ ...allElsewhere, "us-east-1": { age: null } }).kind).toBe("gone");
  });

  it.each<[string, ServedView]>([
    ["is sent to the failed Region", { ...here, servedBy: failed }],
    ["is not served", { ...here, vote: "failing" }],
  ])("the acting Region itself %s", (_name, own) => {
    expect(judged(allElsewhere, { here: own })).toMatchObject({ kind: "residual", vantages: ["eu-west-1"] });
  });

  it("FM29: a look from before the switch was thrown does not count as having seen it", () => {
    const voices = { ...allElsewhere, "us-west-2": { ...elsewhere, age: 11 } };

    expect(judged(voices)).toMatchObject({ kind: "residual", vantages: [] });
    expect(judged({ ...voices, "us-west-2": { ...elsewhere, age: 10 } }).kind).toBe("gone");
  });

  it("with nobody else to ask, the acting Region's own look must do", () => {
    expect(judged({}, { observations: [], since: now - 60_000 })).toEqual({ kind: "gone", customers: [here] });
  });
});

describe("verifying that traffic has left", () => {
  /** A world in which the vantages look every ten seconds and see customers served by what `servedBy` says. */
  async function verify(servedBy: (seconds: number) => string, problems: readonly string[] = []) {
    const aws = new FakeAws();
    const began = aws.clock.now();
    const item = openItem(plan, began);
    aws.put(plan.coordination.table, { ...itemKey(plan), ...item });
    const seconds = () => (aws.clock.now() - began) / 1_000;
    aws.probe = () => ({ kind: "served", status: 200, latencyMs: 5, servedBy: servedBy(seconds()) });
    const look = () => {
      for (const observation of observe(plan, isoInstant(aws.clock.now()), {
        "us-west-2": { age: 0, servedBy: servedBy(seconds()) },
        "ap-southeast-1": { age: 0, servedBy: servedBy(seconds()) },
      })) {
        if (observation.vantage === failed) continue;
        aws.put(plan.recordsTable, { pk: "observations", sk: observation.vantage, ...observation });
      }
      aws.clock.schedule(10_000, look);
    };
    look();
    const run = runIn(item);
    const answer = await aws.finish(createHandler(aws.dependencies(plan, "eu-west-1"))({ run, problems }, invocation));
    const ended = aws.rows(plan.recordsTable, `incident#${run.incident}`).at(-1);
    return { answer, ended, seconds: seconds() };
  }

  it("ends as soon as every vantage has seen it", async () => {
    const { answer, ended, seconds } = await verify((at) => (at < 40 ? failed : "eu-west-1"));

    expect(answer).toEqual({ result: "done", reason: null });
    expect(ended).toMatchObject({ kind: "stepEnded", detail: { result: "done" } });
    expect(seconds).toBeGreaterThan(40);
    expect(seconds).toBeLessThan(60);
  });

  it("is degraded when the evacuation hangs on some of the levers only", async () => {
    const { answer, ended } = await verify(() => "eu-west-1", ["s3://bucket/evacuate/us-east-1: throttled"]);

    expect(answer).toMatchObject({ result: "degraded", reason: expect.stringContaining("throttled") });
    expect(ended).toMatchObject({ kind: "stepEnded", detail: { result: "degraded" } });
  });

  it("FM53: clients that hold on to an answer make it degraded, after a bounded wait, with the vantages named", async () => {
    const { answer, ended, seconds } = await verify(() => failed);

    expect(answer).toMatchObject({
      result: "degraded",
      reason: expect.stringMatching(/^still sent to us-east-1, or not served: eu-west-1, .*us-west-2$/),
    });
    expect(ended).toMatchObject({ kind: "stepEnded", detail: { result: "degraded" } });
    expect(seconds).toBeLessThanOrEqual(plan.traffic.timeToLiveSeconds + 100);
  });
});
