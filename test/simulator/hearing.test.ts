import type { Plan } from "../../functions/shared/plan/plan.ts";
import { planNamed } from "../../simulator/plans.ts";
import { play } from "../../simulator/play.ts";
import type { Cue } from "../../simulator/scenario.ts";

/** The storefront in two Regions, with its witness: quorum 2, as a plan's checks demand. */
function twoAndAWitness(): Plan {
  const plan = planNamed("storefront");
  const names = ["us-east-1", "eu-west-1"];
  const { switch: chosen } = plan.traffic;
  if (chosen.kind !== "healthCheck" || plan.database === null) throw new RangeError("storefront");
  const kept = <Value>(all: Readonly<Record<string, Value>>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
  return {
    ...plan,
    regions: plan.regions
      .filter(({ name }) => names.includes(name))
      .map((region, index) => ({ ...region, demandShare: index === 0 ? 0.6 : 0.4 })),
    traffic: { ...plan.traffic, switch: { ...chosen, buckets: kept(chosen.buckets) } },
    database: { ...plan.database, clusters: kept(plan.database.clusters), promotionOrder: names.toReversed() },
    detection: { ...plan.detection, alarms: plan.detection.alarms.filter(({ suspects }) => names.includes(suspects)) },
  };
}

const withinMs = 180_000;

it.each(["dark", "gray"] as const)(
  "FM59: the witness of two Regions dies, then one goes %s: people hear in time",
  async (health) => {
    const script: Cue[] = [
      { at: -300, action: { kind: "region", region: "us-west-2", health: "dark" } },
      { at: 0, action: { kind: "region", region: "us-east-1", health } },
    ];
    const story = { name: "alone", summary: "", plan: "storefront", failureModes: [], expected: null };
    const scenario = { ...story, failedRegion: "us-east-1", script, horizonSeconds: 900 };

    const { world, monitor, result, faultAt } = await play({ scenario, plan: twoAndAWitness(), seed: 1 });

    expect(result.violations).toEqual([]);
    expect(monitor.hearing.longestSilenceSeconds).toBeGreaterThan(0);
    expect(monitor.hearing.longestSilenceSeconds).toBeLessThan(withinMs / 1_000);
    const [first] = world.pages.filter(({ region }) => region === "us-east-1");
    expect(first).toMatchObject({ stage: "blind", dedupKey: "storefront/us-east-1" });
    expect((first?.at ?? 0) - faultAt).toBeLessThan(withinMs);
  },
);

it("FM60: records tables that take no page of two vantages: people hear in time from the third", async () => {
  const script: Cue[] = [{ at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } }];
  const story = { name: "unrecorded", summary: "", plan: "storefront", failureModes: [], expected: null };
  const automation = { ...planNamed("storefront").automation, traffic: "observe" as const };
  const scenario = { ...story, automation, failedRegion: "us-east-1", script, horizonSeconds: 400 };
  const refused = new Set(["eu-west-1", "ap-southeast-1"]);

  const { world, result, faultAt } = await play({
    scenario,
    plan: planNamed("storefront"),
    seed: 1,
    faults: () => ({
      onCall: ({ operation, region, input }) =>
        operation === "PutItem" && refused.has(region) && JSON.stringify(input).includes("escalations#")
          ? { kind: "throttle" }
          : { kind: "none" },
    }),
  });

  expect(result.violations).toEqual([]);
  const [first] = world.sns.messages.filter(({ content }) => content?.region === "us-east-1");
  expect(first?.region).toBe("us-west-2");
  expect((first?.at ?? 0) - faultAt).toBeLessThan(withinMs);
});

it("FM60: the bus of the vantage whose turn it is refuses every entry for good: the next one tells", async () => {
  const script: Cue[] = [
    { at: -60, action: { kind: "entriesFail", region: "eu-west-1", share: 1, seconds: 3_600 } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ];
  const story = { name: "refusing-bus", summary: "", plan: "storefront", failureModes: [], expected: null };
  const automation = { ...planNamed("storefront").automation, traffic: "observe" as const };
  const scenario = { ...story, automation, failedRegion: "us-east-1", script, horizonSeconds: 600 };

  const { world, result, faultAt } = await play({ scenario, plan: planNamed("storefront"), seed: 1 });

  expect(result.violations).toEqual([]);
  const [first] = world.sns.messages.filter(({ content }) => content?.region === "us-east-1");
  expect(first?.region).toBe("ap-southeast-1");
  expect((first?.at ?? 0) - faultAt).toBeLessThan(withinMs);
});
