import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  AlarmStatusWidget,
  AlarmStatusWidgetSortBy,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  Metric,
  Stats,
} from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { heartbeatFreshSeconds } from "../functions/assess/evidence.ts";
import { type Plan, vantagesOf } from "../functions/shared/plan/plan.ts";
import { findUnshowable } from "../functions/shared/plan/showable.ts";
import { regionStateValues } from "../functions/watch/metrics.ts";
import { placeOf } from "./handler-function.ts";
import {
  customersMetric,
  heartbeatAgeMetric,
  pausedMetric,
  probeMetric,
  regionStateMetric,
  sampleAgeMetric,
  trafficShowableMetric,
  switchesRefusedMetric,
} from "./metrics.ts";
import { machineArn, machineName } from "./names.ts";

const minute = Duration.minutes(1);

/** By Region, what its alarms are called: another stack's, and so known by name. */
export type AlarmNames = Readonly<Record<string, readonly string[]>>;

/**
 * One page for the whole application: how the Regions stand, what every vantage sees, what customers get, what carries them,
 * how far the copies are behind, whether the controller has what it needs, what ran. A metric is read in the Region where it exists.
 */
export function dashboard(scope: Construct, id: string, plan: Plan, alarms: AlarmNames): Dashboard {
  const place = placeOf(scope);
  const vantages = vantagesOf(plan);
  const serving = plan.regions.map(({ name }) => name);

  const votes = serving.map((subject) =>
    graph(
      `${subject}, as the vantages see it`,
      vantages.map((region) => probeMetric(plan, subject, { region, label: region, period: minute })),
    ),
  );
  const traffic = graph(
    `${plan.traffic.record}: served, by vantage`,
    vantages.map((region) => customersMetric(plan, { region, label: region, period: minute })),
  );
  const paused = graph(
    "Automation is paused",
    serving.map((region) => pausedMetric(plan, { region, label: region, period: minute })),
  );
  const executions = serving.map((region) =>
    graph(
      `Executions in ${region}`,
      ["ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut"].map(
        (metricName) =>
          new Metric({
            region,
            namespace: "AWS/States",
            metricName,
            dimensionsMap: { StateMachineArn: machineArn(plan, { ...place, region }) },
            label: metricName.replace("Executions", ""),
            statistic: Stats.SUM,
            period: minute,
          }),
      ),
    ),
  );
  const made = new Dashboard(scope, id, { dashboardName: machineName(plan), defaultInterval: Duration.hours(3) });
  made.addWidgets(...row([regions(plan), ...votes]));
  made.addWidgets(...row([traffic, paused, ...capacity(plan)]));
  made.addWidgets(...row([...replication(plan), ...databaseLag(plan)]));
  made.addWidgets(...row(readiness(plan)));
  made.addWidgets(...row(ringing(made, alarms)));
  made.addWidgets(...row(executions));
  return made;
}

/** By the book, as each Region that serves reads it: one that has failed reads no more. */
function regions(plan: Plan): GraphWidget {
  const serving = plan.regions.map(({ name }) => name);
  const words = Object.entries(regionStateValues).map(([state, value]) => `${value} ${state}`);
  return graph(
    `Regions: ${words.join(", ")}`,
    serving.flatMap((subject) =>
      serving.map((region) =>
        regionStateMetric(plan, subject, { region, label: `${subject}, read in ${region}`, period: minute }),
      ),
    ),
  );
}

/** What the watch knows of whether a failover could be made now. */
function readiness(plan: Plan): readonly GraphWidget[] {
  const vantages = vantagesOf(plan);
  const samples = (["Capacity", "Lag"] as const).flatMap((of) =>
    plan.regions
      .filter(({ autoScalingGroup }) => (of === "Lag" ? plan.database !== null : autoScalingGroup !== null))
      .map(({ name: region }) =>
        sampleAgeMetric(plan, of, { region, label: `${region} ${of.toLowerCase()}`, period: minute }),
      ),
  );
  return [
    graph(
      "Readiness: reads of the coordination table a minute",
      vantages.map((region) =>
        pausedMetric(plan, { region, label: region, period: minute, statistic: Stats.SAMPLE_COUNT }),
      ),
    ),
    graph(
      `Readiness: heartbeats through the records table, age in s; not heard after ${heartbeatFreshSeconds}`,
      vantages.flatMap((region) =>
        vantages
          .filter((vantage) => vantage !== region)
          .map((vantage) =>
            heartbeatAgeMetric(plan, vantage, { region, label: `${vantage} to ${region}`, period: minute }),
          ),
      ),
    ),
    graph(
      `Readiness: could it be shown that traffic has left, 1 yes${unshowableWords(plan)}`,
      plan.regions.flatMap(({ name: subject }) =>
        plan.regions
          .filter(({ name }) => name !== subject)
          .map(({ name: region }) =>
            trafficShowableMetric(plan, subject, { region, label: `${subject}, by ${region}`, period: minute }),
          ),
      ),
    ),
    ...(samples.length === 0 ? [] : [graph("Readiness: samples, age in s", samples)]),
    ...(plan.traffic.switch.kind === "healthCheck"
      ? [
          graph(
            "Readiness: switch buckets that refuse unsigned reads",
            vantages.map((region) => switchesRefusedMetric(plan, { region, label: region, period: minute })),
          ),
        ]
      : []),
  ];
}

/** By the plan alone: where nobody stands, and which witness would cure it. */
function unshowableWords(plan: Plan): string {
  const words = findUnshowable(plan).map(({ region, witness }) =>
    witness === null ? region : `${region} (cure: a witness in ${witness})`,
  );
  return words.length === 0 ? "" : `; nobody stands for ${words.join(", ")}`;
}

/** The controller's own alarms, those that ring first. They cost nothing to look at. */
function ringing(scope: Construct, alarms: AlarmNames): readonly AlarmStatusWidget[] {
  const { partition, account } = placeOf(scope);
  return Object.entries(alarms).map(
    ([region, names]) =>
      new AlarmStatusWidget({
        title: `Readiness: alarms in ${region}`,
        width: 8,
        sortBy: AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
        alarms: names.map((name) =>
          Alarm.fromAlarmArn(
            scope,
            `${region}-${name}`,
            `arn:${partition}:cloudwatch:${region}:${account}:alarm:${name}`,
          ),
        ),
      }),
  );
}

/** Published for groups that collect metrics ("Enable Auto Scaling group metrics"): free of charge, and off by default. */
function capacity(plan: Plan): readonly GraphWidget[] {
  const metrics = plan.regions.flatMap(({ name: region, autoScalingGroup }) =>
    autoScalingGroup === null
      ? []
      : ["GroupInServiceInstances", "GroupDesiredCapacity"].map(
          (metricName) =>
            new Metric({
              region,
              namespace: "AWS/AutoScaling",
              metricName,
              dimensionsMap: { AutoScalingGroupName: autoScalingGroup },
              label: `${region} ${metricName === "GroupDesiredCapacity" ? "desired" : "in service"}`,
              statistic: Stats.MAXIMUM,
              period: minute,
            }),
        ),
  );
  return metrics.length === 0 ? [] : [graph("Instances", metrics)];
}

/** In milliseconds, as the sending Region measures it: it ends with that Region. */
function replication(plan: Plan): readonly GraphWidget[] {
  const serving = plan.regions.map(({ name }) => name);
  const copies = (table: string, regions: readonly string[]) =>
    graph(
      `${table}: replication, ms`,
      serving.flatMap((region) =>
        regions
          .filter((receiver) => receiver !== region)
          .map(
            (receiver) =>
              new Metric({
                region,
                namespace: "AWS/DynamoDB",
                metricName: "ReplicationLatency",
                dimensionsMap: { TableName: table, ReceivingRegion: receiver },
                label: `${region} to ${receiver}`,
                statistic: Stats.MAXIMUM,
                period: minute,
              }),
          ),
      ),
    );
  return [copies(plan.recordsTable, vantagesOf(plan)), ...plan.tables.map((table) => copies(table, serving))];
}

/** In milliseconds; only Regions that are not the writer have it. */
function databaseLag(plan: Plan): readonly GraphWidget[] {
  if (plan.database === null) return [];
  const metrics = Object.entries(plan.database.clusters).map(
    ([region, arn]) =>
      new Metric({
        region,
        namespace: "AWS/RDS",
        metricName: "AuroraGlobalDBRPOLag",
        dimensionsMap: { DBClusterIdentifier: arn.split(":").at(-1) ?? "" },
        label: region,
        statistic: Stats.MAXIMUM,
        period: minute,
      }),
  );
  return [graph(`${plan.database.globalCluster}: behind the writer, ms`, metrics)];
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, leftYAxis: { min: 0 }, width: 8 });
}

/** CloudWatch's grid is 24 columns wide; what does not fit goes to the next row. */
function row(widgets: readonly IWidget[]): IWidget[] {
  return [...widgets];
}
