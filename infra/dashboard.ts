import { Duration } from "aws-cdk-lib";
import { Dashboard, GraphWidget, type IMetric, type IWidget, Metric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { type Plan, vantagesOf } from "../functions/shared/plan/plan.ts";
import { placeOf } from "./handler-function.ts";
import { customersMetric, pausedMetric, probeMetric } from "./metrics.ts";
import { machineArn, machineName } from "./names.ts";

const minute = Duration.minutes(1);

/**
 * One page for the whole application: what every vantage sees, what customers get, what carries them, how far the copies
 * are behind, what ran. A metric is read in the Region where it exists.
 */
export function dashboard(scope: Construct, id: string, plan: Plan): Dashboard {
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
  made.addWidgets(...row(votes));
  made.addWidgets(...row([traffic, paused, ...capacity(plan)]));
  made.addWidgets(...row([...replication(plan), ...databaseLag(plan)]));
  made.addWidgets(...row(executions));
  return made;
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
