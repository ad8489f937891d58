import { readFileSync } from "node:fs";
import { approvalEventType } from "../functions/approval/events.ts";
import { requestedEventSource, requestedEventType } from "../functions/assess/signal.ts";
import { escalationEventType } from "../functions/escalation/records.ts";
import { heardDecisions, heardOfRuns, heardReasons, heardSignals } from "../functions/notify/heard.ts";
import { deliverySeconds } from "../functions/notify/message.ts";
import { knownAlarms } from "../functions/shared/plan/alarms.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { timelineEventSource, timelineEventType } from "../functions/timeline/event.ts";
import { metricNamespace } from "../functions/watch/metrics.ts";
import { simulatedAccount } from "./account.ts";
import type { StateMachine } from "./asl/definition.ts";
import { parseDefinition } from "./asl/parse.ts";
import type { Alarm } from "./aws/cloudwatch.ts";
import type { TableSpec } from "./aws/dynamodb/table.ts";
import type { EventRule } from "./aws/eventbridge.ts";
import type { FunctionConfiguration } from "./aws/lambda.ts";

/**
 * The controller as a plan deploys it, in simulated AWS: the same tables, rules, alarms and machine that a real account
 * would hold.
 */

/** Instances that the whole application runs in calm times, over all Regions. */
const fleet = 20;

let parsed: StateMachine | null = null;

/** The state machine of this project, parsed once. */
export function failoverMachine(): StateMachine {
  parsed ??= parseDefinition(
    JSON.parse(readFileSync(new URL("../statemachines/failover.asl.json", import.meta.url), "utf8")),
  );
  return parsed;
}

export function machineName(plan: Plan): string {
  return `failover-${plan.application}`;
}

/** The bucket in which a Region keeps the reports of runs that were closed there. */
export function reportBucketOf(plan: Plan, region: string): string {
  return `${plan.application}-reports-${simulatedAccount}-${region}`;
}

/** Every Region in which something of the application or the controller runs. */
export function regionsOf(plan: Plan): readonly string[] {
  const { switch: chosen } = plan.traffic;
  return [
    ...new Set([
      ...plan.regions.map(({ name }) => name),
      ...plan.detection.witnesses,
      ...plan.coordination.regions,
      ...(chosen.kind === "routingControl" ? chosen.endpoints.map(({ region }) => region) : []),
      // What comes up there alone is sent on.
      "us-east-1",
      "us-west-2",
    ]),
  ];
}

export function tablesOf(plan: Plan): readonly TableSpec[] {
  const serving = plan.regions.map(({ name }) => name);
  return [
    { name: plan.coordination.table, kind: "MRSC", regions: plan.coordination.regions },
    { name: plan.recordsTable, kind: "MREC", regions: [...serving, ...plan.detection.witnesses] },
    ...plan.tables.map((name): TableSpec => ({ name, kind: "MREC", regions: serving })),
  ];
}

/** Instances of a Region in calm times. */
export function usualInstances(plan: Plan, region: string): number {
  const share = plan.regions.find(({ name }) => name === region)?.demandShare ?? 0;
  return Math.max(2, Math.round(fleet * share));
}

/** The largest size that the group of a Region may have before anybody raises it. */
export function mostInstances(plan: Plan, region: string): number {
  return usualInstances(plan, region) * 2;
}

/** Alarms on what the watch of each Region measures of the others. */
export function alarmsOf(plan: Plan): readonly Alarm[] {
  return plan.detection.alarms.flatMap(({ name, suspects }) =>
    plan.regions
      .filter((region) => region.name !== suspects)
      .map(
        (region): Alarm => ({
          kind: "metric",
          region: region.name,
          name,
          metric: {
            namespace: metricNamespace,
            name: "ProbeSuccess",
            dimensions: { Application: plan.application, Region: suspects },
          },
          statistic: "Maximum",
          periodSeconds: 60,
          comparison: "LessThanThreshold",
          threshold: 1,
          datapoints: 1,
          of: 1,
          treatMissingData: "missing",
        }),
      ),
  );
}

/** Rules of every serving Region's bus, and those that send on to them what comes up in us-east-1 or us-west-2 alone. */
export function rulesOf(plan: Plan): readonly EventRule[] {
  const serving = plan.regions.map(({ name }) => name);
  const machine = machineName(plan);
  const alarmNames = knownAlarms(plan).map(({ name }) => name);
  const own = { account: [simulatedAccount] };
  const alarmPattern = {
    ...own,
    source: ["aws.cloudwatch"],
    "detail-type": ["CloudWatch Alarm State Change"],
    detail: { alarmName: alarmNames, state: { value: ["ALARM"] } },
  };
  const inEach = serving.flatMap((region): EventRule[] =>
    [
      { name: "alarms", pattern: alarmPattern },
      { name: "health", pattern: { ...own, source: ["aws.health"], "detail-type": ["AWS Health Event"] } },
      { name: "requested", pattern: { ...own, source: [requestedEventSource], "detail-type": [requestedEventType] } },
    ].map(({ name, pattern }) => ({
      name,
      region,
      pattern,
      targets: [{ kind: "stateMachine", name: machine }],
      maximumEventAgeSeconds: plan.detection.maximumEventAgeSeconds,
    })),
  );
  const reports = serving.map(
    (region): EventRule => ({
      name: "reports",
      region,
      pattern: {
        ...own,
        source: [timelineEventSource],
        "detail-type": [timelineEventType],
        // Another application's runs close on the same bus.
        detail: { incident: serving.map((name) => ({ prefix: `${plan.application}-${name}-e` })), kind: ["closed"] },
      },
      targets: [{ kind: "function", name: "TimelineReport" }],
    }),
  );
  const told = serving.flatMap((region) => toldIn(plan, region, "all"));
  const toldByWitnesses = plan.detection.witnesses.flatMap((region) => toldIn(plan, region, "pages"));
  const forward = (name: string, from: string, pattern: EventRule["pattern"]): EventRule => ({
    name,
    region: from,
    pattern,
    targets: serving.filter((region) => region !== from).map((region) => ({ kind: "bus", region })),
    maximumEventAgeSeconds: plan.detection.maximumEventAgeSeconds,
  });
  // Where AWS Health sends an event besides the Region that it is about.
  const backups = { "us-east-1": ["us-west-2"], "us-west-2": serving.filter((region) => region !== "us-west-2") };
  const forwardsHealth = Object.entries(backups).map(([from, about]) =>
    forward("forward-health", from, {
      ...own,
      source: ["aws.health"],
      "detail-type": ["AWS Health Event"],
      detail: { eventRegion: about.filter((region) => serving.includes(region)) },
    }),
  );
  return [
    ...inEach,
    ...reports,
    ...told,
    ...toldByWitnesses,
    forward("forward", "us-east-1", alarmPattern),
    ...forwardsHealth,
  ];
}

/** Rules of what people are told of: each invokes the function that reads the record which the event names. */
function toldIn(plan: Plan, region: string, what: "all" | "pages"): readonly EventRule[] {
  const own = { account: [simulatedAccount], source: [timelineEventSource] };
  const timeline = { ...own, "detail-type": [timelineEventType] };
  const application = [plan.application];
  const regions = plan.regions.map(({ name }) => name);
  const pages = {
    name: "pages",
    pattern: { ...own, "detail-type": [escalationEventType], detail: { application } },
  };
  const others = [
    { name: "questions", pattern: { ...own, "detail-type": [approvalEventType], detail: { application } } },
    {
      name: "runs",
      pattern: {
        ...timeline,
        detail: {
          incident: regions.map((name) => ({ prefix: `${plan.application}-${name}-e` })),
          kind: [...heardOfRuns],
        },
      },
    },
    {
      name: "refusals",
      pattern: {
        ...timeline,
        detail: {
          incident: [...regions, plan.application],
          kind: ["decision"],
          detail: {
            $or: [
              { decision: [...heardDecisions], signal: { kind: [...heardSignals] } },
              { reason: [...heardReasons] },
            ],
          },
        },
      },
    },
  ];
  return [pages, ...(what === "all" ? others : [])].map(({ name, pattern }) => ({
    name,
    region,
    pattern,
    targets: [{ kind: "function", name: "NotifyPeople" }],
    maximumEventAgeSeconds: deliverySeconds,
  }));
}

/** The topic for people, in every Region that watches. */
export function topicNameOf(plan: Plan): string {
  return `failover-${plan.application}-people`;
}

/**
 * Function timeouts, in seconds: each shorter than its Task's TimeoutSeconds, so that a task that is tried again does not
 * run beside its predecessor.
 */
export const functionConfigurations: Readonly<Record<string, FunctionConfiguration>> = {
  ...Object.fromEntries(
    [
      "ApprovalRequest",
      "ApprovalRecord",
      "TrafficShift",
      "CapacityRaise",
      "CapacityAwait",
      "DatabaseAwait",
      "TablesCheck",
      "RecoveryVerify",
      "TimelineClose",
    ].map((name) => [name, { timeoutSeconds: 180 }]),
  ),
  AssessSignal: { timeoutSeconds: 100, reservedConcurrency: 50 },
  TrafficVerify: { timeoutSeconds: 500 },
  DatabasePromote: { timeoutSeconds: 500 },
  TimelineReport: { timeoutSeconds: 60 },
  NotifyPeople: { timeoutSeconds: 60, reservedConcurrency: 10 },
  Watch: { timeoutSeconds: 75 },
};

export { handlerFactories } from "./functions.ts";
