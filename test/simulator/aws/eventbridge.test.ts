import { type BusEvent, type EventPattern, matchesPattern } from "../../../simulator/aws/eventbridge/pattern.ts";
import { type EventRule, SimulatedEventBridge } from "../../../simulator/aws/eventbridge.ts";
import { ServiceError } from "../../../simulator/aws/service.ts";
import { callerIn, createKernel, requestTo, runUntil, start } from "./kernel-support.ts";

const alarm = {
  source: "aws.cloudwatch",
  "detail-type": "CloudWatch Alarm State Change",
  detail: { alarmName: "storefront-us-east-1-customers", state: { value: "ALARM" } },
};
const starts: EventRule = {
  name: "start",
  region: "eu-west-1",
  pattern: { source: ["aws.cloudwatch"] },
  targets: [{ kind: "stateMachine", name: "failover-storefront" }],
};
const once = { delaySeconds: 0, copies: 1 };

/** A world whose rules start executions, or fail to as told. */
function withRules(
  rules: readonly EventRule[],
  options: { duplicateRate?: number; failures?: number; seed?: number } = {},
) {
  const kernel = createKernel({ seed: options.seed ?? 1 });
  const { clock, random, regions } = kernel;
  const started: { at: number; region: string; machine: string; event: BusEvent }[] = [];
  let failures = options.failures ?? 0;
  const bus = new SimulatedEventBridge({
    clock,
    random,
    regions,
    startExecution: (region, machine, event) => {
      if (failures-- > 0) throw new ServiceError("ThrottlingException", "Rate exceeded");
      started.push({ at: clock.now() - start, region, machine, event });
    },
    invoke: (region, functionName, event) => {
      started.push({ at: clock.now() - start, region, machine: functionName, event });
      return failures-- > 0 ? Promise.reject(new ServiceError("Transient", "Not yet")) : Promise.resolve();
    },
    delivery: { duplicateRate: options.duplicateRate ?? 0, delayMilliseconds: { from: 50, to: 1_500 } },
  });
  for (const rule of rules) bus.addRule(rule);
  return { ...kernel, bus, started };
}

describe("matchesPattern", () => {
  it.each<[EventPattern, boolean]>([
    [{}, true],
    [{ source: ["aws.health", "aws.cloudwatch"] }, true],
    [{ source: ["aws.health"] }, false],
    [{ source: ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"] }, true],
    [{ source: ["aws.cloudwatch"], "detail-type": ["AWS Health Event"] }, false],
    [{ detail: { state: { value: ["ALARM", "OK"] } } }, true],
    [{ detail: { state: { value: ["OK"] } } }, false],
    [{ detail: { missing: { value: ["OK"] } } }, false],
    [{ "replay-name": [{ exists: false }] }, true],
    [{ "replay-name": [{ exists: true }] }, false],
    [{ resources: ["arn:b"] }, true],
    [{ detail: { alarmName: [{ prefix: "storefront-" }] } }, true],
    [{ detail: { alarmName: [{ prefix: "backoffice-" }] } }, false],
    [{ detail: { missing: [{ prefix: "storefront-" }] } }, false],
    [{ detail: { state: [{ prefix: "ALARM" }] } }, false],
    [{ $or: [{ source: ["aws.health"] }, { source: ["aws.cloudwatch"] }] }, true],
    [{ $or: [{ source: ["aws.health"] }], source: ["aws.cloudwatch"] }, false],
    [{ resources: [{ prefix: "arn:" }] }, true],
  ])("%j: %s", (pattern, expected) => {
    expect(matchesPattern(pattern, { ...alarm, resources: ["arn:a", "arn:b"] })).toBe(expected);
  });

  it.each([{ suffix: ".cloudwatch" }, { prefix: "aws.", exists: true }, { prefix: { "equals-ignore-case": "AWS." } }])(
    "refuses a matcher that it does not know, by name: %j",
    (matcher) => {
      expect(() => matchesPattern({ source: [matcher] }, alarm)).toThrow(
        `The simulator does not know the event pattern ${JSON.stringify(matcher)}`,
      );
    },
  );
});

describe("PutEvents", () => {
  const put = (world: ReturnType<typeof withRules>, entries: readonly Record<string, unknown>[]) =>
    world.bus.handle(requestTo("eu-west-1", callerIn("eu-west-1"), "PutEvents", { Entries: entries }, "events"));
  const entry = { Source: "aws.cloudwatch", DetailType: "Test", Detail: '{"a":1}' };

  it("puts events on the Region's bus, whole, and reports each entry's fate", async () => {
    const world = withRules([starts]);

    const answer = put(world, [entry, { ...entry, Detail: "{" }, { Source: "a" }]);
    await runUntil(world.clock, 10);

    expect(answer).toMatchObject({
      FailedEntryCount: 2,
      Entries: [{ EventId: expect.any(String) }, { ErrorCode: "MalformedDetail" }, { ErrorCode: "InvalidArgument" }],
    });
    expect(world.bus.published).toHaveLength(1);
    expect(world.started).toMatchObject([
      {
        region: "eu-west-1",
        machine: "failover-storefront",
        event: {
          version: "0",
          source: "aws.cloudwatch",
          "detail-type": "Test",
          time: "2026-11-02T12:00:00Z",
          region: "eu-west-1",
          detail: { a: 1 },
        },
      },
    ]);
  });

  it.each([0, 11])("refuses %d entries", (count) => {
    expect(() => put(withRules([]), Array(count).fill(entry))).toThrow(
      expect.objectContaining({ name: "ValidationException" }),
    );
  });
});

describe("delivery", () => {
  it("starts nothing for an event that no rule of the Region matches", async () => {
    const { clock, bus, started } = withRules([starts]);

    bus.deliver("us-east-1", alarm, once);
    bus.deliver("eu-west-1", { ...alarm, source: "aws.health" }, once);
    await runUntil(clock, 60);

    expect(started).toEqual([]);
  });

  it("is at least once: the same event starts the machine again and again (FM1)", async () => {
    const { clock, bus, started } = withRules([starts], { duplicateRate: 1 });

    bus.deliver("eu-west-1", alarm, { delaySeconds: 30, copies: 2 });
    await runUntil(clock, 60);

    expect(started).toHaveLength(4);
    expect(new Set(started.map(({ event }) => event.id)).size).toBe(1);
    expect(Math.min(...started.map(({ at }) => at))).toBeGreaterThan(30_000);
  });

  it("lets events overtake each other (FM3), the same way for the same seed", async () => {
    const order = async (seed: number) => {
      const { clock, bus, started } = withRules([starts], { seed });
      for (const value of ["ALARM", "OK", "ALARM", "OK"]) {
        bus.deliver("eu-west-1", { ...alarm, detail: { value } }, once);
      }
      await runUntil(clock, 60);
      return started.map(({ event }) => event.detail.value).join();
    };

    const orders = await Promise.all([1, 2, 3, 4, 5, 6].map(order));
    expect(new Set(orders).size).toBeGreaterThan(1);
    expect(await order(3)).toBe(orders[2]);
  });

  it("tries again when the target refuses", async () => {
    const { clock, bus, started } = withRules([starts], { failures: 3 });

    bus.deliver("eu-west-1", alarm, once);
    await runUntil(clock, 60);

    expect(started).toHaveLength(1);
    expect(started[0]?.at).toBeGreaterThan(14_000);
    expect(bus.deadLetters).toEqual([]);
  });

  it.each([
    [2, 3, []],
    [9, 3, [{ rule: "start", reason: "Transient: Not yet" }]],
  ])("invokes a function that fails %d times %d times, then keeps a dead letter", async (failures, times, letters) => {
    const rule: EventRule = { ...starts, targets: [{ kind: "function", name: "TimelineReport" }] };
    const { clock, bus, started } = withRules([rule], { failures });

    bus.deliver("eu-west-1", alarm, once);
    await runUntil(clock, 3_600);

    expect(started).toHaveLength(times);
    expect(started[0]).toMatchObject({ region: "eu-west-1", machine: "TimelineReport", event: alarm });
    expect(bus.deadLetters).toMatchObject(letters);
  });

  it("gives up at the maximum age and keeps a dead letter (FM4)", async () => {
    const rule = { ...starts, maximumEventAgeSeconds: 120 };
    const { clock, bus, started } = withRules([rule], { failures: Number.POSITIVE_INFINITY });

    bus.deliver("eu-west-1", alarm, once);
    await runUntil(clock, 3_600);

    expect(started).toEqual([]);
    expect(bus.deadLetters).toMatchObject([
      { region: "eu-west-1", rule: "start", event: alarm, reason: expect.stringContaining("maximum age") },
    ]);
  });

  it("delivers nothing in a dark Region; what was under way comes late (FM2) or becomes a dead letter", async () => {
    const brief = { ...starts, name: "brief", maximumEventAgeSeconds: 120 };
    const { clock, regions, bus, started } = withRules([starts, brief]);
    bus.deliver("eu-west-1", alarm, once);
    bus.deliver("eu-west-1", { ...alarm, detail: {} }, { delaySeconds: 60, copies: 1 });
    await runUntil(clock, 0.01);
    regions.set("eu-west-1", "dark");
    await runUntil(clock, 600);
    expect(started).toEqual([]);

    regions.set("eu-west-1", "up");
    await runUntil(clock, 700);

    expect(started).toHaveLength(1);
    expect(started[0]?.at).toBeGreaterThan(600_000);
    expect(bus.deadLetters).toMatchObject([{ rule: "brief" }]);
    expect(bus.lost).toMatchObject([{ detail: {} }]);
  });
});

describe("a function whose Region goes dark while it runs", () => {
  it("is invoked again when the Region is back, for Lambda keeps the event until it has ended", async () => {
    const invoked: number[] = [];
    const { clock, random, regions } = createKernel({ seed: 1 });
    const bus = new SimulatedEventBridge({
      clock,
      random,
      regions,
      startExecution: () => undefined,
      // The first of its sandboxes is lost with the Region: it never answers.
      invoke: () => (invoked.push(clock.now() - start) > 1 ? Promise.resolve() : new Promise(() => undefined)),
      delivery: { duplicateRate: 0, delayMilliseconds: { from: 50, to: 1_500 } },
    });
    bus.addRule({ ...starts, targets: [{ kind: "function", name: "NotifyPeople" }] });
    bus.deliver("eu-west-1", alarm, once);
    await runUntil(clock, 5);

    regions.set("eu-west-1", "dark");
    await runUntil(clock, 300);
    regions.set("eu-west-1", "up");
    await runUntil(clock, 600);
    regions.set("eu-west-1", "dark");
    regions.set("eu-west-1", "up");
    await runUntil(clock, 900);

    expect(invoked).toHaveLength(2);
    expect(invoked[1]).toBeGreaterThan(300_000);
  });
});

describe("forwarding to other Regions' buses", () => {
  const forward = (from: string, to: string): EventRule => ({
    name: `${from} to ${to}`,
    region: from,
    pattern: { source: ["aws.cloudwatch"] },
    targets: [{ kind: "bus", region: to }],
  });

  it("takes an event to the other Region's rules as it is, and no further", async () => {
    const third = { ...starts, region: "ap-southeast-1" };
    const rules = [forward("us-east-1", "eu-west-1"), starts, forward("eu-west-1", "ap-southeast-1"), third];
    const { clock, bus, started } = withRules(rules);

    bus.deliver("us-east-1", alarm, once);
    await runUntil(clock, 60);

    expect(started).toMatchObject([{ region: "eu-west-1", event: { region: "us-east-1" } }]);
  });

  it("keeps trying while the other Region does not answer", async () => {
    const { clock, regions, bus, started } = withRules([forward("us-east-1", "eu-west-1"), starts]);
    regions.cut("us-east-1", "eu-west-1");

    bus.deliver("us-east-1", alarm, once);
    await runUntil(clock, 300);
    expect(started).toEqual([]);
    regions.mend("us-east-1", "eu-west-1");
    await runUntil(clock, 1_200);

    expect(started).toHaveLength(1);
  });

  it("is dead when the Region that forwards is (why no trigger may rest on us-east-1 alone)", async () => {
    const { clock, regions, bus, started } = withRules([forward("us-east-1", "eu-west-1"), starts]);
    regions.set("us-east-1", "dark");

    bus.deliver("us-east-1", alarm, once);
    await runUntil(clock, 3_600);

    expect(started).toEqual([]);
    expect(bus.lost).toHaveLength(1);
  });
});
