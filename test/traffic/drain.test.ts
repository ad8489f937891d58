import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";
import { gatherLearned, judgeDrain, type ServedView } from "../../functions/traffic/drain.ts";
import { switchedAfterSeconds } from "../../functions/traffic/switch-time.ts";
import { createHandler } from "../../functions/traffic/verify.handler.ts";
import type { DnsLook, DnsView, Place } from "../../functions/watch/dns-view.ts";
import type { Observation } from "../../functions/watch/observation.ts";
import { FakeAws, invocation } from "../fakes/aws.ts";
import { observe, type Voice } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";
import { itemKey, openItem, runIn } from "../fakes/runs.ts";

const plan = examplePlan("storefront");
const at = "2026-03-14T09:05:00.000Z";
const calmAt = "2026-03-14T09:00:00.000Z";
const now = parseInstant(at);
const failed = "us-east-1";
const subnet = "54.144.10.0/24";
const here: ServedView = { vantage: "eu-west-1", vote: "passing", servedBy: "eu-west-1" };
const servers = [{ name: "ns-1.example", address: "192.0.2.1" }];

function place(changes: Partial<Place>): Place {
  return { subnet: null, sentTo: null, since: calmAt, at: calmAt, calm: {}, ...changes };
}

/** Storefront as latency routing has it: each Region is sent to itself, and us-west-2 to us-east-1. */
function homeOf(vantage: string): string {
  return vantage === "us-west-2" ? failed : vantage;
}

function viewOf(vantage: string, places: readonly Place[] = []): DnsView {
  const home = homeOf(vantage);
  return {
    servers,
    requests: place({ sentTo: home, calm: { [home]: calmAt } }),
    places,
    addresses: [
      { address: "198.51.100.1", region: failed, at: calmAt },
      { address: "198.51.100.11", region: "eu-west-1", at: calmAt },
    ],
  };
}

function learnedFrom(voices: Readonly<Record<string, Voice>>, places: readonly Place[] = []): readonly Observation[] {
  return observe(plan, at, voices).map((each) => ({ ...each, dns: viewOf(each.vantage, places) }));
}

function judged(
  voices: Readonly<Record<string, Voice>>,
  changes: Partial<Parameters<typeof judgeDrain>[0]> & { readonly places?: readonly Place[] } = {},
) {
  const { places, ...others } = changes;
  const observations = learnedFrom(voices, places);
  return judgeDrain({
    plan,
    failedRegion: failed,
    observations,
    learned: gatherLearned(plan, "eu-west-1", observations),
    here,
    look: null,
    now,
    since: now - 10_000,
    failingSince: "2026-03-14T09:03:00.000Z",
    patience: "any",
    ...others,
  });
}

function answered(...addresses: readonly string[]): DnsLook {
  return { servers, answers: [{ subnet, addresses }], identified: [] };
}

const silent: Voice = { age: null };
/** Nobody is heard who was ever sent to us-east-1. */
const nobodyThere = { [failed]: silent, "us-west-2": silent };
const network = place({ subnet, sentTo: failed, calm: { [failed]: calmAt } });

describe("FM62: only who was sent to the failed Region in calm times shows that customers no longer are", () => {
  it.each<[string, Record<string, Voice>, string]>([
    [
      "a vantage that serves itself shows nothing",
      { ...nobodyThere, "ap-southeast-1": { servedBy: "ap-southeast-1" } },
      "notShown",
    ],
    [
      "a witness that was sent there and no longer is",
      { [failed]: silent, "us-west-2": { servedBy: "eu-west-1" } },
      "gone",
    ],
    [
      "the failed Region's own vantage, while it is heard",
      { [failed]: { servedBy: "eu-west-1" }, "us-west-2": silent },
      "gone",
    ],
    ["whoever is still sent there", { [failed]: silent, "us-west-2": { servedBy: failed } }, "stillThere"],
    [
      "the failed Region's own vantage that is sent to itself",
      { [failed]: { servedBy: failed }, "us-west-2": silent },
      "stillThere",
    ],
    [
      "one is gone and one is still there",
      { [failed]: { servedBy: failed }, "us-west-2": { servedBy: "eu-west-1" } },
      "stillThere",
    ],
    [
      "a vantage that is not served says nothing",
      { [failed]: silent, "us-west-2": { customers: "failing" } },
      "notShown",
    ],
  ])("%s", (_name, voices, kind) => {
    expect(judged(voices).kind).toBe(kind);
  });

  it.each<[string, DnsLook, string]>([
    ["answered with a survivor", answered("198.51.100.11"), "gone"],
    ["answered with the failed Region", answered("198.51.100.1"), "stillThere"],
    ["answered with both", answered("198.51.100.1", "198.51.100.11"), "notShown"],
    ["answered with an address that nobody knows", answered("203.0.113.99"), "notShown"],
    ["answered with nothing", answered(), "notShown"],
    [
      "answered with a new address that says who it is",
      { ...answered("198.51.100.12"), identified: [{ address: "198.51.100.12", region: "eu-west-1" }] },
      "gone",
    ],
  ])("a network that was answered with it in calm times, now %s", (_name, look, kind) => {
    expect(judged(nobodyThere, { places: [network], look }).kind).toBe(kind);
  });

  it("a network that was never answered with the failed Region stands for nobody there", () => {
    const places = [place({ subnet, sentTo: "eu-west-1", calm: { "eu-west-1": calmAt } })];

    expect(judged(nobodyThere, { places, look: answered("198.51.100.11") }).kind).toBe("notShown");
  });

  it("an address that two vantages found to be two Regions is a network in front of both", () => {
    const observations = observe(plan, at, nobodyThere).map((each) => ({
      ...each,
      dns: {
        ...viewOf(each.vantage, [network]),
        addresses: [{ address: "203.0.113.1", region: each.vantage, at: calmAt }],
      },
    }));
    const learned = gatherLearned(plan, "eu-west-1", observations);

    expect(judged(nobodyThere, { observations, learned, look: answered("203.0.113.1") }).kind).toBe("notShown");
  });

  it("while the switch may not have had its time, everybody who can show something must have", () => {
    const voices = { [failed]: { customers: "failing" }, "us-west-2": { servedBy: "eu-west-1" } } as const;

    expect(judged(voices, { patience: "all" }).kind).toBe("notShown");
    expect(judged(voices, { patience: "any" }).kind).toBe("gone");
  });

  it.each<[string, Partial<Place>]>([
    ["before the Region began to fail", { since: "2026-03-14T09:02:50.000Z" }],
    ["long before it, with a gap between the looks", { since: at, left: { [failed]: "2026-03-14T09:01:00.000Z" } }],
    ["before it, and once more since", { since: at, left: { [failed]: "2026-03-14T09:01:00.000Z", "sa-east-1": at } }],
    [
      "after it or before, for nobody looked in between",
      { since: at, left: { [failed]: at }, lastThere: { [failed]: "2026-03-14T09:02:00.000Z" } },
    ],
  ])("whoever was sent elsewhere %s was not moved by the failure", (_name, since) => {
    const moved = place({ sentTo: "eu-west-1", calm: { [failed]: calmAt }, ...since });
    const observations = observe(plan, at, { [failed]: silent, "us-west-2": { servedBy: "eu-west-1" } }).map(
      (each) => ({ ...each, dns: { ...viewOf(each.vantage, [{ ...moved, subnet }]), requests: moved } }),
    );
    const learned = gatherLearned(plan, "eu-west-1", observations);

    expect(judged({}, { observations, learned }).kind).toBe("notShown");
    expect(judged({}, { observations, learned, look: answered("198.51.100.11") }).kind).toBe("notShown");
  });

  it("a vantage that has learned nothing of a network hides nothing of what others have", () => {
    const observations = learnedFrom(nobodyThere, [network]).map((each) =>
      each.vantage === "eu-west-1" ? { ...each, dns: viewOf("eu-west-1", [place({ subnet })]) } : each,
    );

    expect(gatherLearned(plan, "eu-west-1", observations).places).toMatchObject([network]);
  });

  it("a vantage that has learned less of a network adds to what others have", () => {
    const elsewhere = place({ subnet, sentTo: "eu-west-1", calm: { "eu-west-1": calmAt } });
    const observations = learnedFrom(nobodyThere, [network]).map((each) =>
      each.vantage === "eu-west-1" ? { ...each, dns: viewOf("eu-west-1", [elsewhere]) } : each,
    );

    const { places } = gatherLearned(plan, "eu-west-1", observations);

    expect(places).toMatchObject([{ sentTo: "eu-west-1", calm: { [failed]: calmAt, "eu-west-1": calmAt } }]);
  });

  it("FM29: a look from before the switch was thrown shows nothing", () => {
    const voices = { [failed]: silent, "us-west-2": { age: 11, servedBy: "eu-west-1" } };

    expect(judged(voices).kind).toBe("notShown");
  });

  it("what cannot be read of an observation counts as nothing learned", () => {
    const observations = observe(plan, at, { "us-west-2": { servedBy: "eu-west-1" } }).map(
      (each) => ({ ...each, dns: { servers: "none" } }) as unknown as Observation,
    );

    expect(judged({}, { observations, learned: gatherLearned(plan, "eu-west-1", observations) }).kind).toBe("notShown");
  });
});

describe("FM63: a header that is not exactly a Region of the plan is unknown", () => {
  it.each([null, "us-east-1a", "US-EAST-1", "use1-az2", "sa-east-1"])("%s shows neither", (servedBy) => {
    expect(judged({ [failed]: { servedBy }, "us-west-2": { servedBy } }, { here: { ...here, servedBy } }).kind).toBe(
      "notShown",
    );
  });
});

describe("verifying that traffic has left", () => {
  const timeToLive = plan.traffic.timeToLiveSeconds;
  const switched = switchedAfterSeconds(plan.traffic.switch.kind);

  /** A world in which the witness looks every ten seconds and is served by what `servedBy` says. */
  async function verify(servedBy: (seconds: number) => string | null, problems: readonly string[] = []) {
    const aws = new FakeAws();
    const began = aws.clock.now();
    const item = openItem(plan, began);
    aws.put(plan.coordination.table, { ...itemKey(plan), ...item });
    const seconds = () => (aws.clock.now() - began) / 1_000;
    aws.probe = () => ({ kind: "served", status: 200, latencyMs: 5, servedBy: "eu-west-1" });
    const look = () => {
      const voices = { "us-west-2": { age: 0, servedBy: servedBy(seconds()) } };
      for (const observation of observe(plan, isoInstant(aws.clock.now()), voices)) {
        if (observation.vantage !== "us-west-2") continue;
        const dns = viewOf(observation.vantage);
        aws.put(plan.recordsTable, { pk: "observations", sk: observation.vantage, ...observation, dns });
      }
      aws.clock.schedule(10_000, look);
    };
    look();
    const run = runIn(item);
    const answer = await aws.finish(createHandler(aws.dependencies(plan, "eu-west-1"))({ run, problems }, invocation));
    const ended = aws.rows(plan.recordsTable, `incident#${run.incident}`).at(-1);
    return { answer, ended, seconds: seconds() };
  }

  it("FM53: ends as shown when who was sent there no longer is, and resolvers have let go", async () => {
    const { answer, ended, seconds } = await verify((after) => (after < 40 ? failed : "eu-west-1"));

    expect(answer).toEqual({ result: "done", reason: null, evidence: "shown" });
    expect(ended).toMatchObject({ kind: "stepEnded", detail: { result: "done", evidence: { traffic: "shown" } } });
    expect(seconds).toBeGreaterThan(40 + timeToLive);
    expect(seconds).toBeLessThan(60 + timeToLive);
  });

  it("FM62: where nobody can show it, it waits for what the switch and the resolvers need, and says so", async () => {
    const { answer, ended, seconds } = await verify(() => null);

    expect(answer).toEqual({ result: "done", reason: null, evidence: "notShown" });
    expect(ended?.summary).toMatch(/that it has left us-east-1 is not shown/);
    expect(seconds).toBeGreaterThanOrEqual(switched + timeToLive);
    expect(seconds).toBeLessThan(switched + timeToLive + 5);
  });

  it("is degraded when the evacuation hangs on some of the levers only", async () => {
    const { answer, ended } = await verify(() => "eu-west-1", ["s3://bucket/evacuate/us-east-1: throttled"]);

    expect(answer).toMatchObject({ result: "degraded", reason: expect.stringContaining("throttled") });
    expect(ended).toMatchObject({ kind: "stepEnded", detail: { result: "degraded" } });
  });

  it("FM64: whoever is still sent there makes it degraded, after a bounded wait, and is named", async () => {
    const { answer, ended, seconds } = await verify(() => failed);

    expect(answer).toEqual({ result: "degraded", reason: "still sent to us-east-1: us-west-2", evidence: "notShown" });
    expect(ended).toMatchObject({ kind: "stepEnded", detail: { result: "degraded", stillThere: ["us-west-2"] } });
    expect(seconds).toBeLessThanOrEqual(switched + timeToLive + 40);
  });
});
