import { normalise } from "../../functions/assess/signal.ts";
import type { CoordinationItem } from "../../functions/coordination/item.ts";
import { incidentName, initialItem } from "../../functions/coordination/rules.ts";
import { isoInstant } from "../../functions/shared/clock.ts";
import { planFileSchema } from "../../functions/shared/plan/schema.ts";
import { executionName, startRun, type Wanted } from "../../functions/watch/start.ts";
import { awsError, FakeAws, noAnswer } from "../fakes/aws.ts";
import { examplePlan } from "../fakes/plans.ts";
import { openItem } from "../fakes/runs.ts";

const plan = examplePlan("storefront");
const now = Date.parse("2026-03-14T09:05:00.000Z");
const idle: CoordinationItem = {
  ...initialItem(
    "storefront",
    plan.regions.map(({ name }) => name),
    now,
  ),
  epoch: 6,
};
const failover: Wanted = { kind: "failover", region: "us-east-1" };
const record = {
  kind: "record",
  region: "us-east-1",
  reason: "planObserves",
  failingSince: "2026-03-14T09:03:00.000Z",
} as const;
const takeover: Wanted = { kind: "takeover", incident: "storefront-us-east-1-e7" };

describe("FM37: the name of an execution", () => {
  it("says incident and epoch", () => {
    expect(executionName("storefront", idle, failover, now)).toMatch(/^storefront-us-east-1-e7-/);
    expect(executionName("storefront", { ...idle, epoch: 7 }, takeover, now)).toMatch(/^storefront-us-east-1-e7-e8-/);
  });

  it.each([failover, takeover])(
    "FM1: is the same within a minute, so that asking twice is asking once: $kind",
    (wanted) => {
      const first = executionName("storefront", idle, wanted, now);

      expect(executionName("storefront", idle, wanted, now)).toBe(first);
      expect(executionName("storefront", idle, wanted, now + 59_999)).toBe(first);
      expect(executionName("storefront", idle, wanted, now + 60_000)).not.toBe(first);
    },
  );

  it("of what is only recorded is the same as long as the failure lasts", () => {
    const first = executionName("storefront", idle, record, now);

    expect(first).toMatch(/^storefront-us-east-1-planObserves-/);
    expect(executionName("storefront", idle, record, now + 3_600_000)).toBe(first);
    expect(executionName("storefront", idle, { ...record, failingSince: isoInstant(now) }, now)).not.toBe(first);
    expect(executionName("storefront", idle, { ...record, reason: "paused" }, now)).not.toBe(first);
  });

  it("differs by Region, by epoch and by what is wanted", () => {
    const names = [
      executionName("storefront", idle, record, now),
      executionName("storefront", idle, failover, now),
      executionName("storefront", idle, { kind: "failover", region: "eu-west-1" }, now),
      executionName("storefront", { ...idle, epoch: 7 }, failover, now),
      executionName("storefront", idle, takeover, now),
    ];

    expect(new Set(names).size).toBe(5);
  });

  // The longest names of AWS's Regions, and one as long as no Region's name is yet.
  it.each(["ap-southeast-1", "us-isof-south-1", "ap-northeast-southeast-1"])(
    "has at most 80 characters that Step Functions takes, for the longest application and %s",
    (region) => {
      const application = "a".repeat(24);
      expect(planFileSchema.shape.application.safeParse(application).success).toBe(true);
      expect(planFileSchema.shape.application.safeParse(`${application}a`).success).toBe(false);
      const epoch = 999_998;
      const inAHundredYears = now + 100 * 365 * 86_400_000;
      const names = [
        executionName(application, { ...idle, epoch }, { kind: "failover", region }, inAHundredYears),
        executionName(
          application,
          idle,
          { ...record, region, reason: "everythingFailing", failingSince: isoInstant(inAHundredYears) },
          now,
        ),
        executionName(
          application,
          { ...idle, epoch },
          { kind: "takeover", incident: incidentName(application, region, epoch) },
          inAHundredYears,
        ),
      ];

      for (const name of names) {
        expect(name.length).toBeLessThanOrEqual(80);
        expect(name).toMatch(/^[A-Za-z0-9-]+$/);
      }
    },
  );
});

describe("FM4: starting the state machine without any event", () => {
  function prepare() {
    const aws = new FakeAws();
    aws.answers.StartExecution = () => ({});
    return { aws, deps: aws.dependencies(plan, "eu-west-1") };
  }

  it.each<[string, CoordinationItem, Wanted, object]>([
    ["a failover", idle, failover, { kind: "watch", region: "us-east-1" }],
    ["what would be one", idle, record, { kind: "watch", region: "us-east-1" }],
    [
      "a takeover",
      openItem(plan, now),
      { kind: "takeover", incident: "storefront-us-east-1-e1" },
      { kind: "takeover", incident: "storefront-us-east-1-e1", epoch: 1 },
    ],
  ])("%s, in the own Region, with an input that the assessor understands", async (_name, item, wanted, signal) => {
    const { aws, deps } = prepare();

    await aws.finish(startRun(deps, item, wanted));

    expect(aws.made()).toEqual(["StartExecution@eu-west-1"]);
    expect(aws.calls[0]?.input.stateMachineArn).toBe(deps.stateMachineArn);
    expect(normalise(JSON.parse(aws.calls[0]?.input.input), plan, null)).toMatchObject({ kind: "signal", signal });
  });

  it.each([
    ["FM1: the same run was started already", () => awsError("ExecutionAlreadyExists"), 0],
    ["Step Functions does not answer: the next round asks again", noAnswer, 1],
  ])("%s", async (_name, error, lines) => {
    const { aws, deps } = prepare();
    aws.before = () => {
      throw error();
    };

    await expect(aws.finish(startRun(deps, idle, failover))).resolves.toBeUndefined();
    expect(aws.logged.length).toBe(lines);
  });

  it("a witness has no state machine and starts nothing", async () => {
    const { aws, deps } = prepare();

    await startRun({ ...deps, stateMachineArn: null }, idle, failover);

    expect(aws.calls).toEqual([]);
  });
});
