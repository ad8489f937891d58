import { planNamed } from "../../simulator/plans.ts";
import { type Played, play } from "../../simulator/play.ts";
import type { Cue, Scenario } from "../../simulator/scenario.ts";

const lagUnknown: readonly Cue[] = [
  { at: -175, action: { kind: "lagMetric", region: "eu-west-1", as: "missing" } },
  { at: -175, action: { kind: "lagMetric", region: "ap-southeast-1", as: "missing" } },
];

function tell(script: readonly Cue[], more: Partial<Scenario> = {}): Promise<Played> {
  const scenario: Scenario = {
    name: "a-promotion",
    summary: "a promotion",
    plan: "storefront",
    failureModes: ["FM39"],
    expected: "degraded",
    failedRegion: "us-east-1",
    script,
    horizonSeconds: 2_500,
    ...more,
  };
  return play({ scenario, plan: planNamed("storefront"), seed: 1, stop: "quiet" });
}

it("FM39: an approval of one target promotes no other: when that one goes dark, a person is asked anew", async () => {
  const { result } = await tell([
    ...lagUnknown,
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    { at: 600, action: { kind: "answer", output: { approved: true, by: "ana", reason: "eu-west-1 is in sync" } } },
    // Step Functions has taken the yes, and nothing was done with it yet.
    { at: 600.3, action: { kind: "region", region: "eu-west-1", health: "dark" } },
  ]);

  const asked = result.timeline.filter(({ kind }) => kind === "approvalRequested").map(({ summary }) => summary);
  expect(asked).toEqual([
    expect.stringContaining("Promote Aurora in eu-west-1"),
    expect.stringContaining("Promote Aurora in ap-southeast-1"),
  ]);
  expect(Object.keys(result.apiCalls).filter((call) => /Failover|Switchover/.test(call))).toEqual([]);
});

it("FM47: a writer that was lost with a Region evacuated before is no writer: the run says so, and the retries bring one", async () => {
  const retry = (at: number, incident: string): Cue => ({
    at,
    action: {
      kind: "start",
      region: "ap-southeast-1",
      input: { retry: incident, branches: ["database"], reason: "it is gone for good", by: "ana" },
    },
  });
  const script: readonly Cue[] = [
    ...lagUnknown,
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    { at: 200, action: { kind: "answer", output: { approved: false, by: "ana", reason: "it may come back" } } },
    { at: 1_500, action: { kind: "region", region: "eu-west-1", health: "dark" } },
  ];
  const more = { failedRegion: "eu-west-1", failureModes: ["FM47"] };

  const { result } = await tell(script, { ...more, horizonSeconds: 3_000 });
  const { result: retried } = await tell(
    [
      ...script,
      retry(2_600, "storefront-us-east-1-e1"),
      { at: 2_700, action: { kind: "answer", output: { approved: true, by: "ana", reason: "it is gone for good" } } },
      retry(3_400, "storefront-eu-west-1-e2"),
    ],
    { ...more, expected: "recovered", horizonSeconds: 4_500 },
  );

  expect(result).toMatchObject({ outcome: "degraded", rpoSeconds: null, violations: [] });
  expect(result.reasons).toContainEqual(
    expect.stringMatching(
      /^database: The writer is in us-east-1, .* Retry the database branch of storefront-us-east-1-e1/,
    ),
  );
  expect(retried).toMatchObject({ outcome: "recovered", violations: [] });
});

it("FM20, FM40: a target that has begun to fail while a person was asked is passed over, and asked for anew", async () => {
  const { result } = await tell([
    ...lagUnknown,
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    { at: 420, action: { kind: "region", region: "eu-west-1", health: "gray" } },
    { at: 700, action: { kind: "answer", output: { approved: true, by: "ana", reason: "customers first" } } },
    { at: 900, action: { kind: "answer", output: { approved: true, by: "ana", reason: "that one, then" } } },
  ]);

  expect(result.apiCalls["rds:FailoverGlobalCluster@ap-southeast-1"]).toBe(1);
  expect(Object.keys(result.apiCalls).filter((call) => /(Failover|Switchover).*@eu-west-1/.test(call))).toEqual([]);
  expect(result.violations).toEqual([]);
});

it("FM77, FM78: a person says who becomes the writer; whom they may not name is refused with those whom they may", async () => {
  const instances = (at: number, statuses: readonly string[]): readonly Cue[] =>
    ["eu-west-1", "ap-southeast-1"].map(
      (region): Cue => ({ at, action: { kind: "cluster", region, change: { as: "instances", statuses } } }),
    );
  const retry = (at: number, target: string): Cue => {
    const input = {
      retry: "storefront-us-east-1-e1",
      branches: ["database"],
      target,
      reason: "it is whole",
      by: "ana",
    };
    return { at, action: { kind: "start", region: "eu-west-1", input } };
  };

  const { result, world } = await tell([
    ...instances(-60, []),
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    ...instances(900, ["available"]),
    retry(1_000, "us-east-1"),
    retry(1_100, "ap-southeast-1"),
  ]);

  expect(world.promotions.map(({ target }) => target)).toEqual(["ap-southeast-1"]);
  expect(result).toMatchObject({ outcome: "recovered", violations: [] });
  const refused = world.stepFunctions.executions.map(({ output }) => JSON.stringify(output ?? null));
  expect(refused.join(" ")).toContain("it is no survivor of this run; must be one of");
  const said = result.timeline
    .filter(({ step, epoch }) => step === "database" && epoch === 1)
    .map(({ summary }) => summary);
  expect(said.join(" ")).toContain("eu-west-1 has no DB instance, ap-southeast-1 has no DB instance");
});
