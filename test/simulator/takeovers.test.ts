import { planNamed } from "../../simulator/plans.ts";
import { play } from "../../simulator/play.ts";
import type { Cue, Scenario } from "../../simulator/scenario.ts";

/**
 * eu-west-1 leads the evacuation of us-east-1 alone, since ap-southeast-1 is cut off at first. us-east-1 comes back, then
 * eu-west-1 dies, and ap-southeast-1 takes over.
 */
const losesItsHolder = (holderDiesAt: number): readonly Cue[] => [
  ...["us-east-1", "eu-west-1", "us-west-2"].flatMap((vantage): readonly Cue[] => [
    { at: 13, action: { kind: "link", between: ["ap-southeast-1", vantage], as: "cut" } },
    { at: 111, action: { kind: "link", between: ["ap-southeast-1", vantage], as: "mended" } },
  ]),
  { at: -539, action: { kind: "lagMetric", region: "eu-west-1", as: "frozen" } },
  { at: -539, action: { kind: "lagMetric", region: "ap-southeast-1", as: "frozen" } },
  { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
  { at: 451, action: { kind: "region", region: "us-east-1", health: "up" } },
  { at: holderDiesAt, action: { kind: "region", region: "eu-west-1", health: "dark" } },
];

function tell(script: readonly Cue[], more: Partial<Scenario> = {}): Scenario {
  return {
    name: "a-takeover",
    summary: "a takeover",
    plan: "storefront",
    failureModes: ["FM23"],
    expected: "degraded",
    failedRegion: "us-east-1",
    script,
    horizonSeconds: 4_200,
    ...more,
  };
}

it("a declined takeover leaves a Region in the book that DNS may keep out, so that the next evacuation counts on others", async () => {
  const scenario = tell([
    ...losesItsHolder(560),
    { at: 720, action: { kind: "answer", output: { approved: false, by: "ana", reason: "it is back" } } },
    { at: 1_300, action: { kind: "region", region: "eu-west-1", health: "up" } },
    { at: 2_000, action: { kind: "region", region: "ap-southeast-1", health: "dark" } },
  ]);

  const { result, world } = await play({ scenario, plan: planNamed("storefront"), seed: 2, stop: "quiet" });

  const { epoch } = result.timeline.find(({ kind }) => kind === "takenOver") ?? { epoch: 0 };
  expect(result.timeline).toContainEqual(expect.objectContaining({ kind: "approvalAnswered", epoch }));
  expect(world.coordinationItem()?.regions["us-east-1"]?.state).toBe("evacuating");
  expect(result.violations).toEqual([]);
});

it("FM69: a takeover's question that says that the Region serves ends by itself, and leaves the Region so as well", async () => {
  const scenario = tell(losesItsHolder(560));

  const { result, world } = await play({ scenario, plan: planNamed("storefront"), seed: 2, stop: "answered" });

  const asked = result.timeline.find(
    ({ kind, summary }) => kind === "approvalRequested" && /serve again/.test(summary),
  );
  const closed = result.timeline.find(({ kind }) => kind === "closed");
  expect(closed).toMatchObject({ detail: { outcome: "degraded", regionState: "evacuating" } });
  expect(closed?.detail.reasons).toEqual(
    expect.arrayContaining([expect.stringMatching(/what was asked about is over/)]),
  );
  expect(Date.parse(closed?.at ?? "") - Date.parse(asked?.at ?? "")).toBeGreaterThanOrEqual(180_000);
  expect(world.coordinationItem()).toMatchObject({ lease: null, incident: null });
  expect(result.violations).toEqual([]);
});

it("FM69: a primary that is back is switched over, and nobody need give it up", async () => {
  const scenario = tell(losesItsHolder(3_600).slice(0, -1));

  const { result } = await play({ scenario, plan: planNamed("storefront"), seed: 2, stop: "answered" });

  expect(result.timeline.filter(({ kind }) => kind === "approvalAnswered")).toEqual([]);
  expect(result.timeline).toContainEqual(
    expect.objectContaining({
      step: "database",
      kind: "stepEnded",
      detail: expect.objectContaining({ kind: "switchover" }),
    }),
  );
  expect(result).toMatchObject({ outcome: "recovered", rpoSeconds: 0, violations: [] });
});

it("an approval counts for the question that it answered: a takeover asks its own", async () => {
  const scenario = tell(
    [
      ...losesItsHolder(520),
      { at: 130, action: { kind: "answer", output: { approved: true, by: "ana", reason: "yes" } } },
      { at: 130, action: { kind: "shortage", region: "eu-west-1", launchable: 0 } },
    ],
    { automation: { traffic: "approve", capacity: "approve", database: "observe" }, horizonSeconds: 2_400 },
  );

  const { result } = await play({ scenario, plan: planNamed("storefront"), seed: 2, stop: "quiet" });

  const asked = result.timeline.filter(({ kind }) => kind === "approvalRequested").map(({ epoch }) => epoch);
  expect(asked).toEqual([1, 2]);
  expect(result.timeline.filter(({ epoch, kind }) => epoch === 2 && kind === "intent")).toEqual([]);
  expect(result.violations).toEqual([]);
});
