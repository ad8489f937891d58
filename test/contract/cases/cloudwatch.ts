import { GetMetricDataCommand, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { readLag } from "../../../functions/database/cloudwatch.ts";
import { isoInstant } from "../../../functions/shared/clock.ts";
import { metricNamespace, publishMetrics } from "../../../functions/watch/metrics.ts";
import type { Observation } from "../../../functions/watch/observation.ts";
import { type AwsMetric, type Cloud, home, ireland, singapore, virginia } from "../backend.ts";
import { type Contract, refusalOf } from "../contract.ts";
import { storefront } from "../plan.ts";

interface Datapoint {
  readonly at: string;
  readonly value: number;
}

/** The start of the minute so many minutes ago. */
function minutesAgo(cloud: Cloud, minutes: number): number {
  return (Math.floor(cloud.clock.now() / 60_000) - minutes) * 60_000;
}

/** Minute by minute over the last quarter of an hour. */
async function readMetric(
  cloud: Cloud,
  region: string,
  metric: AwsMetric,
  statistic = "Maximum",
): Promise<readonly Datapoint[]> {
  const Dimensions = Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value }));
  const answer = await cloud.aws.cloudWatch(region).send(
    new GetMetricDataCommand({
      MetricDataQueries: [
        {
          Id: "it",
          MetricStat: {
            Metric: { Namespace: metric.namespace, MetricName: metric.name, Dimensions },
            Period: 60,
            Stat: statistic,
          },
        },
      ],
      StartTime: new Date(minutesAgo(cloud, 15)),
      EndTime: new Date(minutesAgo(cloud, -1)),
      ScanBy: "TimestampAscending",
    }),
  );
  const [result] = answer.MetricDataResults ?? [];
  return (result?.Timestamps ?? []).map((at, index) => ({
    at: isoInstant(at.getTime()),
    value: result?.Values?.[index] as number,
  }));
}

function observationIn(cloud: Cloud): Observation {
  const at = isoInstant(cloud.clock.now());
  const vote = (region: string, said: "passing" | "failing") =>
    ({ region, vote: said, since: at, until: at, changes: [], passesInARow: 0, reason: said }) as const;
  return {
    vantage: home,
    at,
    votes: [vote(virginia, "failing"), vote(singapore, "passing")],
    customers: { vote: "passing", since: at, servedBy: singapore },
    heartbeatAgeSeconds: {},
    capacity: null,
    lag: null,
  };
}

const customersServed = (application: string): AwsMetric => ({
  namespace: metricNamespace,
  name: "CustomersServed",
  dimensions: { Application: application },
});

/** The lag of a secondary in ireland, of the last quarter of an hour unless said otherwise. */
function lagOf(cloud: Cloud, cluster: string, from = minutesAgo(cloud, 15)) {
  return readLag(cloud.dependencies(storefront), {
    region: ireland,
    clusterArn: `arn:aws:rds:${ireland}:111122223333:cluster:${cluster}`,
    sourceRegion: virginia,
    from: isoInstant(from),
    to: isoInstant(cloud.clock.now()),
  });
}

const lagMetric = (cluster: string, name: string, more: Readonly<Record<string, string>> = {}): AwsMetric => ({
  namespace: "AWS/RDS",
  name,
  dimensions: { DBClusterIdentifier: cluster, ...more },
});

function put(cloud: Cloud, metric: AwsMetric, at: number, value: number) {
  return cloud.aws.cloudWatch(home).send(
    new PutMetricDataCommand({
      Namespace: metric.namespace,
      MetricData: [
        {
          MetricName: metric.name,
          Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
          Timestamp: new Date(at),
          Value: value,
        },
      ],
    }),
  );
}

export const cloudWatch: Contract = {
  service: "CloudWatch",
  cases: {
    "what a vantage saw is published, one for passing and zero for failing": async (cloud) => {
      const application = cloud.unique("shop");
      const deps = cloud.dependencies({ ...storefront, application });
      const probeSuccess = (region: string): AwsMetric => ({
        namespace: metricNamespace,
        name: "ProbeSuccess",
        dimensions: { Application: application, Region: region },
      });

      await publishMetrics(deps, observationIn(cloud), null, []);

      const values = (metric: AwsMetric) =>
        cloud
          .until(
            () => readMetric(cloud, home, metric),
            (found) => found.length > 0,
          )
          .then((found) => found.map(({ value }) => value));
      expect(await values(probeSuccess(virginia))).toEqual([0]);
      expect(await values(probeSuccess(singapore))).toEqual([1]);
      expect(await values(customersServed(application))).toEqual([1]);
    },

    "a metric is another one under other dimensions": async (cloud) => {
      const application = cloud.unique("shop");
      await publishMetrics(cloud.dependencies({ ...storefront, application }), observationIn(cloud), null, []);
      await cloud.until(
        () => readMetric(cloud, home, customersServed(application)),
        (found) => found.length > 0,
      );

      const without = { ...customersServed(application), dimensions: {} };
      const more = { ...customersServed(application), dimensions: { Application: application, Region: virginia } };

      expect(await readMetric(cloud, home, more)).toEqual([]);
      expect(await readMetric(cloud, home, without)).toEqual([]);
    },

    "a metric is of its own Region alone": async (cloud) => {
      const application = cloud.unique("shop");
      await publishMetrics(cloud.dependencies({ ...storefront, application }), observationIn(cloud), null, []);
      await cloud.until(
        () => readMetric(cloud, home, customersServed(application)),
        (found) => found.length > 0,
      );

      expect(await readMetric(cloud, virginia, customersServed(application))).toEqual([]);
    },

    "a metric that nobody published has no values, which is no error": async (cloud) => {
      expect(await readMetric(cloud, home, customersServed(cloud.unique("nobody")))).toEqual([]);
    },

    "minutes without a value are absent, not zero": async (cloud) => {
      const metric = customersServed(cloud.unique("shop"));
      const minutes = [minutesAgo(cloud, 6), minutesAgo(cloud, 3)];

      for (const minute of minutes) await put(cloud, metric, minute, 1);

      const found = await cloud.until(
        () => readMetric(cloud, home, metric),
        ({ length }) => length === 2,
      );
      expect(found).toEqual(minutes.map((minute) => ({ at: isoInstant(minute), value: 1 })));
    },

    "the values of one minute come to one datapoint at its start": async (cloud) => {
      const metric = customersServed(cloud.unique("shop"));
      const minute = minutesAgo(cloud, 5);

      for (const [second, value] of [1, 4, 2].entries()) await put(cloud, metric, minute + second * 15_000, value);

      await cloud.until(
        () => readMetric(cloud, home, metric, "SampleCount"),
        ([first]) => first?.value === 3,
      );
      expect(await readMetric(cloud, home, metric, "Maximum")).toEqual([{ at: isoInstant(minute), value: 4 }]);
      expect(await readMetric(cloud, home, metric, "Sum")).toEqual([{ at: isoInstant(minute), value: 7 }]);
    },

    "the lag of a secondary is read in seconds, oldest first, with the instant of each": async (cloud) => {
      const cluster = cloud.unique("shop");
      await cloud.prepare.metric(ireland, lagMetric(cluster, "AuroraGlobalDBRPOLag"), [740, 1_200]);

      const readings = await cloud.until(
        () => lagOf(cloud, cluster),
        ({ length }) => length === 2,
      );

      expect(readings).toMatchObject([
        { seconds: 0.74, source: "AuroraGlobalDBRPOLag" },
        { seconds: 1.2, source: "AuroraGlobalDBRPOLag" },
      ]);
      const [first, second] = readings.map(({ sampledAt }) => Date.parse(sampledAt));
      expect((second as number) - (first as number)).toBe(60_000);
      expect((first as number) % 60_000).toBe(0);
    },

    "a time that begins within a minute counts from that minute's start": async (cloud) => {
      const cluster = cloud.unique("shop");
      const last = await cloud.prepare.metric(ireland, lagMetric(cluster, "AuroraGlobalDBRPOLag"), [740, 1_200, 900]);
      await cloud.until(
        () => lagOf(cloud, cluster),
        ({ length }) => length === 3,
      );

      const readings = await lagOf(cloud, cluster, last - 40_000);

      expect(readings.map(({ sampledAt, seconds }) => [sampledAt, seconds])).toEqual([
        [isoInstant(last - 60_000), 1.2],
        [isoInstant(last), 0.9],
      ]);
    },

    "a lag that is published by source Region as well is found under it": async (cloud) => {
      const cluster = cloud.unique("shop");
      const metric = lagMetric(cluster, "AuroraGlobalDBRPOLag", { SourceRegion: virginia });
      await cloud.prepare.metric(ireland, metric, [900]);

      const readings = await cloud.until(
        () => lagOf(cloud, cluster),
        ({ length }) => length > 0,
      );

      expect(readings).toMatchObject([{ seconds: 0.9, source: "AuroraGlobalDBRPOLag" }]);
    },

    "where there is no RPO lag the replication lag is taken": async (cloud) => {
      const cluster = cloud.unique("shop");
      await cloud.prepare.metric(ireland, lagMetric(cluster, "AuroraGlobalDBReplicationLag"), [300]);

      const readings = await cloud.until(
        () => lagOf(cloud, cluster),
        ({ length }) => length > 0,
      );

      expect(readings).toMatchObject([{ seconds: 0.3, source: "AuroraGlobalDBReplicationLag" }]);
    },

    "a lag that is not there is no reading, never zero (FM40)": async (cloud) => {
      expect(await lagOf(cloud, cloud.unique("nobody"))).toEqual([]);
    },

    "a datapoint from before the time asked for is not answered": async (cloud) => {
      const metric = customersServed(cloud.unique("shop"));

      await put(cloud, metric, minutesAgo(cloud, 2), 1);
      await put(cloud, metric, minutesAgo(cloud, 30), 1);

      const found = await cloud.until(
        () => readMetric(cloud, home, metric),
        ({ length }) => length > 0,
      );
      expect(found).toHaveLength(1);
    },

    "a datapoint of the very end of the time asked for is not answered": async (cloud) => {
      const cluster = cloud.unique("shop");
      const last = await cloud.prepare.metric(ireland, lagMetric(cluster, "AuroraGlobalDBRPOLag"), [740, 1_200]);
      await cloud.until(
        () => lagOf(cloud, cluster),
        ({ length }) => length === 2,
      );

      const readings = await readLag(cloud.dependencies(storefront), {
        region: ireland,
        clusterArn: `arn:aws:rds:${ireland}:111122223333:cluster:${cluster}`,
        sourceRegion: virginia,
        from: isoInstant(last - 300_000),
        to: isoInstant(last),
      });

      expect(readings.map(({ seconds }) => seconds)).toEqual([0.74]);
    },

    "a time that ends before it begins is refused": async (cloud) => {
      const now = cloud.clock.now();
      const metric = customersServed(cloud.unique("shop"));
      const MetricStat = { Metric: { Namespace: metric.namespace, MetricName: metric.name }, Period: 60, Stat: "Sum" };

      const refusal = await refusalOf(
        cloud.aws.cloudWatch(home).send(
          new GetMetricDataCommand({
            MetricDataQueries: [{ Id: "it", MetricStat }],
            StartTime: new Date(now),
            EndTime: new Date(now - 60_000),
          }),
        ),
      );

      expect(refusal.sortedAs).toBe("rejected");
    },
  },
};
