import type { Plan } from "../../functions/shared/plan/plan.ts";
import { planNamed } from "../../simulator/plans.ts";
import { type Played, play } from "../../simulator/play.ts";
import type { Cue, Scenario } from "../../simulator/scenario.ts";

const lagUnknown: readonly Cue[] = [
  { at: -175, action: { kind: "lagMetric", region: "eu-west-1", as: "missing" } },
  { at: -175, action: { kind: "lagMetric", region: "ap-southeast-1", as: "missing" } },
];

interface Setting {
  readonly seed?: number;
  readonly detection?: Partial<Plan["detection"]>;
}

function tell(
  script: readonly Cue[],
  { seed = 1, detection = {}, ...more }: Partial<Scenario> & Setting = {},
): Promise<Played> {
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
  const plan = planNamed("storefront");
  return play({ scenario, plan: { ...plan, detection: { ...plan.detection, ...detection } }, seed, stop: "quiet" });
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

describe("FM73: a survivor that alone has lost a Region that lives", () => {
  const cut: readonly Cue[] = [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "gray" } },
    { at: 5, action: { kind: "link", between: ["us-east-1", "eu-west-1"], as: "cut" } },
  ];

  it.each([1, 2, 3, 4, 5, 6])("gives no write of it up, whoever acts (world %i)", async (seed) => {
    const { result, world } = await tell(cut, { seed, horizonSeconds: 1_500 });

    expect(result.violations).toEqual([]);
    expect(world.promotions.map(({ kind, target }) => [kind, target])).toEqual(
      result.actingRegion === "eu-west-1" ? [] : [["switchover", "ap-southeast-1"]],
    );
    expect(Object.keys(result.apiCalls).filter((call) => call.includes("FailoverGlobalCluster"))).toEqual([]);
  });

  it("FM74: when it is lost for all after that, nobody loses more than the budget without a yes", async () => {
    const dark: Cue = { at: 100, action: { kind: "region", region: "us-east-1", health: "dark" } };

    const { result, world } = await tell([...cut, dark], {
      horizonSeconds: 1_500,
      detection: { confirmForSeconds: 150 },
    });

    expect(result.violations).toEqual([]);
    expect(world.promotions.filter(({ lossSeconds }) => lossSeconds > 10)).toEqual([]);
  });
});

it("FM74: a dispute that ends dark is judged by the last look that passed: a person is asked, or nothing is lost", async () => {
  const { result, world } = await tell(
    [
      { at: 0, action: { kind: "link", between: ["us-east-1", "eu-west-1"], as: "cut" } },
      { at: 0, action: { kind: "link", between: ["us-east-1", "us-west-2"], as: "cut" } },
      { at: 300, action: { kind: "region", region: "us-east-1", health: "dark" } },
    ],
    { horizonSeconds: 1_200, detection: { confirmForSeconds: 300, disputeForSeconds: 600, clearForSeconds: 600 } },
  );

  expect(result.violations).toEqual([]);
  expect(world.promotions.filter(({ lossSeconds }) => lossSeconds > 10)).toEqual([]);
});

describe("FM75: a confirmation shorter than a heartbeat counts", () => {
  const detection = { probeEverySeconds: 5, confirmForSeconds: 15 };
  const dark: Cue = { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } };

  it.each([1, 2, 3])("asks no switchover of a Region that is dark (world %i)", async (seed) => {
    const { result } = await tell([dark], { seed, detection });

    expect(result.outcome).toBe("recovered");
    expect(Object.keys(result.apiCalls).filter((call) => call.includes("SwitchoverGlobalCluster"))).toEqual([]);
    expect(result.violations).toEqual([]);
  });

  it.each([12, 20, 40])("FM41: leaves a person's failover, begun after %i s, what it is", async (at) => {
    const moving: Cue = { at, action: { kind: "databaseMoving", to: "eu-west-1" } };

    const { result } = await tell([dark, moving], { detection });

    expect(result.outcome).toBe("recovered");
    expect(
      result.timeline.findLast(({ step, kind }) => step === "database" && kind === "stepEnded")?.detail,
    ).toMatchObject({ kind: "failover" });
    expect(result.rpoSeconds).toBeGreaterThan(0);
    expect(result.violations).toEqual([]);
  });
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
