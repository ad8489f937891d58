import fc from "fast-check";
import { accountOf, normalise, type Signal } from "../../functions/assess/signal.ts";
import { parseInstant } from "../../functions/shared/clock.ts";
import { findRegion } from "../../functions/shared/plan/plan.ts";
import { examplePlan } from "../fakes/plans.ts";

const plan = examplePlan("storefront");
const ownAccount = "111122223333";

/** A metric alarm's event, as "CloudWatch alarm events and EventBridge" in the CloudWatch user guide prints it. */
const metricAlarm = {
  version: "0",
  id: "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92",
  "detail-type": "CloudWatch Alarm State Change",
  source: "aws.cloudwatch",
  account: "111122223333",
  time: "2026-03-14T09:04:40Z",
  region: "eu-west-1",
  resources: ["arn:aws:cloudwatch:eu-west-1:111122223333:alarm:storefront-us-east-1-customers"],
  detail: {
    alarmName: "storefront-us-east-1-customers",
    configuration: {
      description: "Customers of us-east-1",
      metrics: [
        {
          id: "d0c27a7a",
          metricStat: {
            metric: { namespace: "RegionFailover", name: "ProbeSuccess", dimensions: { Region: "us-east-1" } },
            period: 60,
            stat: "Minimum",
          },
          returnData: true,
        },
      ],
    },
    previousState: {
      reason: "Threshold Crossed: 1 datapoint [1.0] was not less than the threshold (1.0).",
      reasonData: '{"version":"1.0","threshold":1.0}',
      timestamp: "2026-03-14T08:00:38.163+0000",
      value: "OK",
    },
    state: {
      reason: "Threshold Crossed: 1 datapoint [0.0] was less than the threshold (1.0).",
      reasonData: '{"version":"1.0","threshold":1.0}',
      timestamp: "2026-03-14T09:04:38.421+0000",
      value: "ALARM",
    },
  },
};

/** A composite alarm's event: no metrics, a rule, and who suppresses it. */
const compositeAlarm = {
  ...metricAlarm,
  detail: {
    alarmName: "storefront-us-east-1-customers",
    configuration: {
      alarmRule: "ALARM(a) AND ALARM(b)",
      actionsSuppressor: "deployment",
      actionsSuppressorWaitPeriod: 120,
      actionsSuppressorExtensionPeriod: 160,
    },
    previousState: {
      actionsSuppressedBy: "WaitPeriod",
      reason: "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a transitioned to ALARM",
      reasonData: '{"triggeringAlarms":[]}',
      timestamp: "2026-03-14T09:02:38.163+0000",
      value: "OK",
    },
    state: {
      reason: "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:b transitioned to ALARM",
      reasonData: '{"triggeringAlarms":[]}',
      timestamp: "2026-03-14T09:04:38.421+0000",
      value: "ALARM",
    },
  },
};

/** An AWS Health event that was sent to the backup Region: the top-level Region is not the impacted one. */
const healthEvent = {
  version: "0",
  id: "7bf73129-1428-4cd3-a780-95db273d1602",
  "detail-type": "AWS Health Event",
  source: "aws.health",
  account: "111122223333",
  time: "2026-03-14T09:04:00Z",
  region: "us-west-2",
  resources: [],
  detail: {
    eventArn: "arn:aws:health:us-east-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_OPERATIONAL_ISSUE_7f35c8ae",
    service: "EC2",
    eventTypeCode: "AWS_EC2_OPERATIONAL_ISSUE",
    eventTypeCategory: "issue",
    eventScopeCode: "PUBLIC",
    communicationId: "01b0993207d81a09dcd552ebd1e633e36cf1f09a-1",
    startTime: "Sat, 14 Mar 2026 09:00:00 GMT",
    lastUpdatedTime: "Sat, 14 Mar 2026 09:03:00 GMT",
    statusCode: "open",
    eventRegion: "us-east-1",
    eventDescription: [{ language: "en_US", latestDescription: "We are investigating" }],
    page: "1",
    totalPages: "1",
    backupEvent: "true",
    affectedAccount: "111122223333",
  },
};

const requested = {
  version: "0",
  id: "1",
  "detail-type": "Failover Requested",
  source: "region-failover",
  account: "111122223333",
  time: "2026-03-14T09:04:00Z",
  region: "eu-west-1",
  resources: [],
  detail: { application: "storefront", region: "us-east-1", reason: "the status page says so", by: "pager" },
};

/** `object` with the value at a dotted path set, or left out where undefined. */
function change(object: object, path: string, value: unknown): Record<string, unknown> {
  const copy = structuredClone(object) as Record<string, unknown>;
  const keys = path.split(".");
  const last = keys.pop() as string;
  let at = copy;
  for (const key of keys) at = at[key] as Record<string, unknown>;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

const alarmSignal: Signal = {
  kind: "alarm",
  region: "us-east-1",
  source: "alarm storefront-us-east-1-customers in eu-west-1",
  at: Date.parse("2026-03-14T09:04:38.421Z"),
  state: "ALARM",
  silenced: null,
};

describe("what is understood", () => {
  it.each<[string, unknown, Signal]>([
    ["a metric alarm, its instant ending in +0000", metricAlarm, alarmSignal],
    ["a composite alarm", compositeAlarm, alarmSignal],
    ["an alarm back to OK", change(metricAlarm, "detail.state.value", "OK"), { ...alarmSignal, state: "OK" }],
    [
      "FM7: INSUFFICIENT_DATA, as a third value",
      change(metricAlarm, "detail.state.value", "INSUFFICIENT_DATA"),
      { ...alarmSignal, state: "INSUFFICIENT_DATA" },
    ],
    [
      "an alarm without reason data, previous state or own instant",
      change(
        change(change(metricAlarm, "detail.previousState", undefined), "detail.state.reasonData", undefined),
        "detail.state.timestamp",
        undefined,
      ),
      { ...alarmSignal, at: Date.parse("2026-03-14T09:04:40Z") },
    ],
    [
      "FM10: a muted alarm",
      change(metricAlarm, "detail.muteDetail", { mutedBy: "rule-1" }),
      { ...alarmSignal, silenced: "muted" },
    ],
    [
      "FM10: a suppressed composite alarm",
      change(compositeAlarm, "detail.state.actionsSuppressedBy", "Alarm"),
      { ...alarmSignal, silenced: "suppressed" },
    ],
    [
      "FM10: a replayed alarm",
      { ...metricAlarm, "replay-name": "last-week" },
      { ...alarmSignal, silenced: "replayed" },
    ],
    [
      "an alarm on Route 53's check of a Region's endpoint, forwarded from us-east-1",
      change(
        { ...metricAlarm, region: "us-east-1" },
        "detail.alarmName",
        "failover-storefront-endpoint-ap-southeast-1",
      ),
      {
        ...alarmSignal,
        region: "ap-southeast-1",
        source: "alarm failover-storefront-endpoint-ap-southeast-1 in us-east-1",
      },
    ],
    [
      "AWS Health, by the impacted Region and not by the one that sent it",
      healthEvent,
      {
        kind: "health",
        region: "us-east-1",
        source: healthEvent.detail.eventArn,
        at: Date.parse("2026-03-14T09:04:00Z"),
        state: "open",
        silenced: null,
      },
    ],
    [
      "FM10: a replayed AWS Health event",
      { ...healthEvent, "replay-name": "last-week" },
      {
        kind: "health",
        region: "us-east-1",
        source: healthEvent.detail.eventArn,
        at: Date.parse("2026-03-14T09:04:00Z"),
        state: "open",
        silenced: "replayed",
      },
    ],
    [
      "a request by incident tooling",
      requested,
      {
        kind: "request",
        region: "us-east-1",
        reason: "the status page says so",
        source: "pager",
        at: Date.parse("2026-03-14T09:04:00Z"),
        silenced: null,
      },
    ],
    [
      "what a person types into the console",
      { region: "us-east-1", reason: "it is down" },
      {
        kind: "request",
        region: "us-east-1",
        reason: "it is down",
        source: "operator",
        at: null,
        silenced: null,
      },
    ],
    [
      "the same with a name",
      { region: "us-east-1", reason: "it is down", by: "ada" },
      {
        kind: "request",
        region: "us-east-1",
        reason: "it is down",
        source: "ada",
        at: null,
        silenced: null,
      },
    ],
    [
      "a retry, each branch once",
      { retry: "storefront-us-east-1-e4", branches: ["database", "capacity", "database"], reason: "quota raised" },
      {
        kind: "retry",
        incident: "storefront-us-east-1-e4",
        branches: ["database", "capacity"],
        reason: "quota raised",
        source: "operator",
      },
    ],
    [
      "FM77: a retry that names who is to become the writer",
      { retry: "storefront-us-east-1-e4", branches: ["database"], target: "eu-west-1", reason: "it is better" },
      {
        kind: "retry",
        incident: "storefront-us-east-1-e4",
        branches: ["database"],
        target: "eu-west-1",
        reason: "it is better",
        source: "operator",
      },
    ],
    [
      "FM4: the watch",
      { watch: { region: "us-east-1", from: "eu-west-1" } },
      { kind: "watch", region: "us-east-1", source: "watch in eu-west-1" },
    ],
    [
      "FM22: a takeover",
      { takeover: { incident: "storefront-us-east-1-e4", epoch: 4, from: "eu-west-1" } },
      { kind: "takeover", incident: "storefront-us-east-1-e4", epoch: 4, source: "watch in eu-west-1" },
    ],
  ])("%s", (_name, input, expected) => {
    expect(normalise(input, plan, ownAccount)).toEqual({ kind: "signal", signal: expected });
  });
});

describe("what concerns something else", () => {
  it.each<[string, unknown, RegExp]>([
    ["an alarm that the plan does not name", change(metricAlarm, "detail.alarmName", "cpu-high"), /alarm cpu-high/],
    ["AWS Health in another Region", change(healthEvent, "detail.eventRegion", "sa-east-1"), /sa-east-1/],
    [
      "AWS Health about maintenance",
      change(healthEvent, "detail.eventTypeCategory", "scheduledChange"),
      /scheduledChange/,
    ],
    ["a request for another application", change(requested, "detail.application", "orders"), /orders/],
    [
      "FM58: another account's alarm",
      change(metricAlarm, "account", "999999999999"),
      /of account 999999999999.*111122223333/,
    ],
    ["FM58: AWS Health's word to another account", change(healthEvent, "account", "999999999999"), /999999999999/],
    ["FM58: another account's request", change(requested, "account", "999999999999"), /999999999999/],
    [
      "FM58: an account that only looks like it",
      change(requested, "account", " 111122223333"),
      /of account {2}111122223333/,
    ],
  ])("%s is unrelated", (_name, input, reason) => {
    const normalised = normalise(input, plan, ownAccount);

    expect(normalised).toEqual({ kind: "unrelated", reason: expect.stringMatching(reason) });
  });
});

describe("FM58: the own account", () => {
  it.each([
    ["arn:aws:states:eu-west-1:111122223333:execution:failover-storefront:e1", "111122223333"],
    ["arn:aws-us-gov:states:us-gov-west-1:111122223333:execution:failover-storefront:e1", "111122223333"],
    ["execution-1", null],
    ["arn:aws:states:eu-west-1::execution:failover-storefront:e1", null],
  ])("of %s is %s", (execution, account) => {
    expect(accountOf(execution)).toBe(account);
  });

  it("is needed: where it is not known no event counts", () => {
    expect(normalise(requested, plan, null)).toEqual({
      kind: "unrelated",
      reason: "the event is of account 111122223333, and this execution does not know its own",
    });
  });
});

describe("FM6: poison is refused with its key and what was received", () => {
  const retry = { retry: "storefront-us-east-1-e4", branches: ["database"], reason: "quota raised" };
  const takeover = { takeover: { incident: "storefront-us-east-1-e4", epoch: 4, from: "eu-west-1" } };
  const watch = { watch: { region: "us-east-1", from: "eu-west-1" } };
  const start = { region: "us-east-1", reason: "it is down" };

  it.each<[string, unknown, string, string]>([
    ["nothing", undefined, "input", "nothing"],
    ["null", null, "input", "null"],
    ["text", "us-east-1", "input", '"us-east-1"'],
    ["a number", 1, "input", "1"],
    ["a list, even of good inputs", [start], "input", '[{"region":"us-east-1"'],
    ["an empty object: a missing Region never means all", {}, "region", "nothing"],
    ["an empty Region", { ...start, region: "" }, "region", '""'],
    ["a list of Regions", { ...start, region: ["us-east-1", "eu-west-1"] }, "region", '["us-east-1","eu-west-1"]'],
    ["a wildcard Region", { ...start, region: "*" }, "region", '"*"'],
    ["a Region outside the plan", { ...start, region: "sa-east-1" }, "region", '"sa-east-1"'],
    ["a Region with a blank", { ...start, region: "us-east-1 " }, "region", '"us-east-1 "'],
    ["a start without a reason", { region: "us-east-1" }, "reason", "nothing"],
    ["a start with an empty reason", { ...start, reason: "" }, "reason", '""'],
    ["a reason as long as a book", { ...start, reason: "x".repeat(201) }, "reason", '"xxx'],
    ["an unknown key", { ...start, regions: "all" }, "regions", '"all"'],
    ["an override, which there is none of", { ...start, override: "yes" }, "override", '"yes"'],
    ["a retry of nothing", change(retry, "branches", []), "branches", "[]"],
    ["a retry without branches", change(retry, "branches", undefined), "branches", "nothing"],
    ["a retry of an unknown branch", change(retry, "branches", ["everything"]), "branches.0", '"everything"'],
    ["a retry with no target", change({ ...retry, target: "eu-west-1" }, "target", ""), "target", '""'],
    ["a retry without a reason", change(retry, "reason", undefined), "reason", "nothing"],
    ["a reason that nobody can see", { ...start, reason: "\u0000" }, "reason", '"\\u0000"'],
    ["a reason of blanks", { ...start, reason: " \u200b\u3000" }, "reason", '"'],
    ["a reason that steers a terminal", { ...start, reason: "down\u001b[2J" }, "reason", '"down\\u001b[2J"'],
    ["somebody whom nobody can see", { ...start, by: "\u0007" }, "by", '"\\u0007"'],
    ["a retry for an unseen reason", { ...retry, reason: "\u0000" }, "reason", '"\\u0000"'],
    ["a request for an unseen reason", change(requested, "detail.reason", "\u0000"), "detail.reason", '"\\u0000"'],
    ["a retry of no incident", change(retry, "retry", ""), "retry", '""'],
    ["a takeover under epoch 0", change(takeover, "takeover.epoch", 0), "takeover.epoch", "0"],
    ["a takeover under half an epoch", change(takeover, "takeover.epoch", 1.5), "takeover.epoch", "1.5"],
    ["a takeover under an epoch in words", change(takeover, "takeover.epoch", "4"), "takeover.epoch", '"4"'],
    ["a takeover from nowhere", change(takeover, "takeover.from", undefined), "takeover.from", "nothing"],
    ["a takeover with more to say", change(takeover, "takeover.force", true), "takeover.force", "true"],
    ["a watch without a Region", change(watch, "watch.region", undefined), "watch.region", "nothing"],
    ["a watch of a Region outside the plan", change(watch, "watch.region", "sa-east-1"), "region", '"sa-east-1"'],
    ["a watch that is text", { watch: "us-east-1" }, "watch", '"us-east-1"'],
    ["an event of another source", { ...metricAlarm, source: "aws.ec2" }, "source", '"aws.ec2"'],
    ["an event of another type", { ...metricAlarm, "detail-type": "Scheduled Event" }, "source", '"aws.cloudwatch"'],
    ["an alarm sent by somebody else", { ...metricAlarm, source: "my.app" }, "source", '"my.app"'],
    ["an event without its source", change(metricAlarm, "source", undefined), "source", "nothing"],
    ["an event without its type", change(metricAlarm, "detail-type", undefined), "detail-type", "nothing"],
    ["an event without its time", change(metricAlarm, "time", undefined), "time", "nothing"],
    ["an event at no instant", { ...metricAlarm, time: "noon" }, "time", '"noon"'],
    [
      "an event at what only some parsers take for an instant",
      { ...metricAlarm, time: "event 7" },
      "time",
      '"event 7"',
    ],
    ["an event whose detail is text", { ...metricAlarm, detail: "{}" }, "detail", '"{}"'],
    ["an event without its detail", change(metricAlarm, "detail", undefined), "detail", "nothing"],
    ["an alarm without a name", change(metricAlarm, "detail.alarmName", undefined), "detail.alarmName", "nothing"],
    ["an alarm without a state", change(metricAlarm, "detail.state", undefined), "detail.state", "nothing"],
    ["an alarm in another state", change(metricAlarm, "detail.state.value", "BAD"), "detail.state.value", '"BAD"'],
    ["an alarm at no instant", change(metricAlarm, "detail.state.timestamp", "?"), "detail.state.timestamp", '"?"'],
    ["AWS Health of no Region", change(healthEvent, "detail.eventRegion", undefined), "detail.eventRegion", "nothing"],
    ["AWS Health in another state", change(healthEvent, "detail.statusCode", "new"), "detail.statusCode", '"new"'],
    ["AWS Health without its ARN", change(healthEvent, "detail.eventArn", ""), "detail.eventArn", '""'],
    ["a request by nobody", change(requested, "detail.by", undefined), "detail.by", "nothing"],
    ["FM58: a request of no account", change(requested, "account", undefined), "account", "nothing"],
    ["FM58: an account that is a number", change(requested, "account", 111122223333), "account", "111122223333"],
    [
      "a request for no application",
      change(requested, "detail.application", undefined),
      "detail.application",
      "nothing",
    ],
    ["a request for a Region outside the plan", change(requested, "detail.region", "all"), "region", '"all"'],
    [
      "a request with an override of its own",
      change(requested, "detail.override", "force"),
      "detail.override",
      '"force"',
    ],
  ])("%s", (_name, input, key, received) => {
    const normalised = normalise(input, plan, ownAccount);

    expect(normalised.kind).toBe("invalid");
    expect(
      "reason" in normalised && normalised.reason.startsWith(`${key}: received ${received}`) ? "" : normalised,
    ).toBe("");
    expect(normalised).toEqual({ kind: "invalid", reason: expect.stringMatching(/: must (?:be|have) [^"]/) });
  });

  it("takes a reason of several lines, in any script, without the blanks around it", () => {
    const said = normalise({ ...start, reason: " 顧客が支払えない\n\tsince noon " }, plan, ownAccount);

    expect(said).toMatchObject({ kind: "signal", signal: { reason: "顧客が支払えない\n\tsince noon" } });
  });

  it.each<[string, unknown, string]>([
    ["a missing key", change(start, "reason", undefined), "reason: received nothing: must be text"],
    ["a number for text", { ...start, region: 7 }, "region: received 7: must be text"],
    ["an unknown key", { ...start, force: true }, "force: received true: must be left out, there is no such key"],
    [
      "an unknown branch",
      change(retry, "branches", ["everything"]),
      'branches.0: received "everything": must be one of traffic, capacity, database, tables',
    ],
    ["an epoch too low", change(takeover, "takeover.epoch", 0), "takeover.epoch: received 0: must be at least 1"],
    [
      "an unseen reason",
      { ...start, reason: "\u0000" },
      'reason: received "\\u0000": must be text with something to see in it, and without control characters',
    ],
  ])("says of %s what is allowed", (_word, input, reason) => {
    expect(normalise(input, plan, ownAccount)).toEqual({ kind: "invalid", reason });
  });

  it("names an unknown key", () => {
    expect(normalise({ ...start, regions: "all" }, plan, ownAccount)).toEqual({
      kind: "invalid",
      reason: expect.stringContaining("regions: received"),
    });
  });
});

describe("FM6: whatever comes in", () => {
  const region = fc.oneof(
    fc.constantFrom("us-east-1", "sa-east-1", "all", "", "__proto__", "constructor"),
    fc.string(),
  );
  const likely = fc.oneof(
    fc.record({ region, reason: fc.string(), by: fc.string(), override: fc.string() }, { requiredKeys: [] }),
    fc.record({ watch: fc.record({ region, from: fc.string() }) }),
    fc.record({ retry: fc.string(), branches: fc.array(fc.string()), reason: fc.string() }),
    fc
      .record({
        state: fc.constantFrom("ALARM", "OK", "x"),
        region,
        time: fc.oneof(fc.string(), fc.constant("2026-03-14T09:04:00Z")),
        event: fc.constantFrom(metricAlarm, healthEvent, requested),
      })
      .map(({ state, region, time, event }) => ({
        ...event,
        time,
        detail: {
          ...event.detail,
          region,
          eventRegion: region,
          alarmName: region,
          state: { value: state, timestamp: time },
        },
      })),
  );

  it.each([
    ["any JSON", fc.jsonValue()],
    ["nearly an input", likely],
    [
      "an input with one value replaced",
      fc
        .tuple(
          fc.constantFrom<object>(metricAlarm, compositeAlarm, healthEvent, requested),
          fc.constantFrom("source", "detail-type", "time", "region", "account", "detail", "replay-name"),
          fc.jsonValue(),
        )
        .map(([event, key, value]) => ({ ...event, [key]: value })),
    ],
  ])("%s never throws and never speaks of a Region outside the plan", (_name, inputs: fc.Arbitrary<unknown>) => {
    fc.assert(
      fc.property(inputs, (input) => {
        const normalised = normalise(input, plan, ownAccount);

        if (normalised.kind !== "signal" || !("region" in normalised.signal)) return true;
        return findRegion(plan, normalised.signal.region) !== null;
      }),
      { numRuns: 500 },
    );
  });
});

it.each([
  ["2026-03-14T09:04:38.421+0000", 38_421],
  ["2026-03-14T09:04:38.421Z", 38_421],
  ["2026-03-14T10:04:38+0100", 38_000],
  ["2026-03-14T09:04:38+00:00", 38_000],
])("an instant as %s", (text, milliseconds) => {
  expect(parseInstant(text)).toBe(Date.parse("2026-03-14T09:04:00Z") + milliseconds);
});
