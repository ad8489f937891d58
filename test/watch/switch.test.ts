import { isoInstant } from "../../functions/shared/clock.ts";
import { unreadableSwitches } from "../../functions/watch/canaries.ts";
import type { CanaryWord, Observation } from "../../functions/watch/observation.ts";
import { carrySwitch, lookAtSwitch } from "../../functions/watch/switch.ts";
import { awsError, FakeAws } from "../fakes/aws.ts";
import { observe } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";

const plan = examplePlan("storefront");
const self = "eu-west-1";

/** A vantage in eu-west-1, and which buckets' canaries S3 refuses, or says nothing of. */
function prepare(answers: { readonly refused?: string[]; readonly silent?: string[] } = {}, region = self) {
  const { refused = [], silent = [] } = answers;
  const aws = new FakeAws();
  const written: string[] = [];
  aws.answers.ListObjectsV2 = () => ({});
  aws.answers.PutObject = ({ input }) => {
    written.push(`${input.Bucket}/${input.Key}`);
    return {};
  };
  aws.probe = ({ url }) => {
    const { host, pathname } = new URL(url);
    const [bucket = "", holder = ""] = host.replace(".amazonaws.com", "").split(".s3.");
    if (silent.includes(holder)) return { kind: "failed", reason: "no answer", latencyMs: 4_000 };
    const isMissing = refused.includes(holder) && !written.includes(`${bucket}${pathname}`);
    if (isMissing || pathname !== "/canary") return { kind: "failed", reason: "HTTP 403", latencyMs: 3, status: 403 };
    return { kind: "served", status: 200, latencyMs: 3, servedBy: null };
  };
  return { aws, written, look: () => aws.finish(lookAtSwitch(aws.dependencies(plan, region))) };
}

const kinds = (canaries: readonly { readonly region: string; readonly answer: { readonly kind: string } }[]) =>
  Object.fromEntries(canaries.map(({ region, answer }) => [region, answer.kind]));

describe("FM66: the watch reads every canary as the health checkers read", () => {
  it("all of them, from a witness too", async () => {
    const readable = { "us-east-1": "readable", "eu-west-1": "readable", "ap-southeast-1": "readable" };

    expect(kinds((await prepare().look()).canaries)).toEqual(readable);
    expect(kinds((await prepare({}, "us-west-2").look()).canaries)).toEqual(readable);
  });

  it("writes its own bucket's anew where it is missing, and no other's", async () => {
    const { look, written } = prepare({ refused: [self, "us-east-1"] });

    expect(kinds((await look()).canaries)).toMatchObject({ [self]: "readable", "us-east-1": "refused" });
    expect(written).toEqual([`storefront-switch-${self}/canary`]);
  });

  it("one that cannot be written stays refused, and silence is not a refusal", async () => {
    const world = prepare({ refused: [self], silent: ["us-east-1"] });
    world.aws.before = ({ operation }) => {
      if (operation === "PutObject") throw awsError("AccessDenied", 403);
    };

    expect(kinds((await world.look()).canaries)).toMatchObject({ [self]: "refused", "us-east-1": "unknown" });
  });

  it("a switch that cannot be read leaves what was known, with its age", async () => {
    const world = prepare();
    world.aws.before = () => {
      throw awsError("ServiceUnavailable", 503);
    };
    const before = { at: "2026-03-14T09:00:00.000Z", regions: ["ap-southeast-1"] };
    const [last] = observe(plan, "2026-03-14T09:04:00.000Z");

    const look = await world.look();

    expect(look.takenOut).toBeNull();
    const known = carrySwitch(look, { ...(last as Observation), takenOut: before }, "2026-03-14T09:05:00.000Z");
    expect(known.takenOut).toEqual(before);
  });

  it("a streak of the same answer keeps its beginning, from round to round", () => {
    const now = "2026-03-14T09:05:00.000Z";
    const before: CanaryWord = { region: self, answer: "refused", status: 403, since: "2026-03-14T09:00:00.000Z" };
    const [last] = observe(plan, now);
    const seen = { ...(last as Observation), canaries: [before] };
    const refused = { takenOut: null, canaries: [{ region: self, answer: { kind: "refused", status: 403 } as const }] };
    const readable = { takenOut: null, canaries: [{ region: self, answer: { kind: "readable" } as const }] };

    expect(carrySwitch(refused, seen, now).canaries).toEqual([before]);
    expect(carrySwitch(null, seen, now).canaries).toEqual([before]);
    expect(carrySwitch(readable, seen, now).canaries).toEqual([
      { region: self, answer: "readable", status: null, since: now },
    ]);
    // Written by an earlier version.
    expect(carrySwitch(null, last as Observation, now)).toEqual({ takenOut: null, canaries: [] });
  });
});

describe("FM66: a bucket whose objects nobody could read is a matter for people", () => {
  const now = Date.parse("2026-03-14T09:05:00.000Z");
  const ago = (seconds: number) => isoInstant(now - seconds * 1_000);
  const said = (answer: CanaryWord["answer"], seconds: number, vantages = plan.regions.map(({ name }) => name)) =>
    observe(plan, ago(5)).map((seen) =>
      vantages.includes(seen.vantage)
        ? {
            ...seen,
            canaries: [{ region: self, answer, status: answer === "refused" ? 403 : null, since: ago(seconds) }],
          }
        : seen,
    );

  it("once vantages are refused for three minutes, with who says so", () => {
    expect(unreadableSwitches(said("refused", 200, ["us-east-1", self]), now)).toEqual([
      { region: self, status: 403, since: ago(200), vantages: ["us-east-1", self] },
    ]);
  });

  it.each<[string, readonly Observation[]]>([
    ["a canary that was written a minute ago", said("refused", 60)],
    ["silence, however long: a Region that is down is no lost canary", said("unknown", 3_600)],
    ["one that is read", said("readable", 3_600)],
    ["observations of an earlier version", observe(plan, ago(5))],
    ["the word of a vantage that is silent itself", said("refused", 600).map((seen) => ({ ...seen, at: ago(300) }))],
  ])("not %s", (_name, observations) => {
    expect(unreadableSwitches(observations, now)).toEqual([]);
  });
});
