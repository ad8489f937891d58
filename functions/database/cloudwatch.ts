import { type Dimension, GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { retryRead } from "../shared/backoff.ts";
import { isoInstant, parseInstant } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { type LagReading, type LagSource, lagMetrics, lagPeriodSeconds } from "./lag.ts";

/**
 * Aurora publishes metrics of a cluster under its identifier, and those of a global database also by the Region that they
 * replicate from ("Amazon CloudWatch dimensions for Aurora", Aurora User Guide). Both are asked for in one call.
 */
function dimensionSets(cluster: string, sourceRegion: string): readonly Dimension[][] {
  const own = { Name: "DBClusterIdentifier", Value: cluster };
  return [[own], [own, { Name: "SourceRegion", Value: sourceRegion }]];
}

/**
 * The lag of a secondary cluster, in seconds, minute by minute, as its own Region's CloudWatch has it; the metrics exist
 * only there. Every metric's readings, for which of them counts is not for whoever reads to say. Empty when there are none.
 * @param attempts how often CloudWatch is asked while it throttles or does not answer
 * @throws what the SDK throws
 */
export async function readLag(
  deps: Pick<Dependencies<"cloudWatch">, "aws" | "clock" | "random">,
  request: {
    readonly region: string;
    readonly clusterArn: string;
    /** Region of the primary. */
    readonly sourceRegion: string;
    /** ISO 8601. */
    readonly from: string;
    readonly to: string;
  },
  attempts?: number,
): Promise<readonly LagReading[]> {
  const cluster = request.clusterArn.split(":").at(-1) ?? "";
  const sources = new Map<string, LagSource>();
  const queries = lagMetrics.flatMap((metric) =>
    dimensionSets(cluster, request.sourceRegion).map((dimensions): MetricDataQuery => {
      const id = `lag${sources.size}`;
      sources.set(id, metric);
      const what = { Namespace: "AWS/RDS", MetricName: metric, Dimensions: dimensions };
      return { Id: id, MetricStat: { Metric: what, Period: lagPeriodSeconds, Stat: "Maximum" }, ReturnData: true };
    }),
  );
  const command = new GetMetricDataCommand({
    MetricDataQueries: queries,
    StartTime: new Date(parseInstant(request.from)),
    EndTime: new Date(parseInstant(request.to)),
    ScanBy: "TimestampAscending",
  });
  const answer = await retryRead(deps, () => deps.aws.cloudWatch(request.region).send(command), attempts);
  const readings = new Map<string, LagReading>();
  for (const [id, source] of sources) {
    const result = answer.MetricDataResults?.find(({ Id }) => Id === id);
    for (const [index, time] of (result?.Timestamps ?? []).entries()) {
      const milliseconds = result?.Values?.[index];
      if (milliseconds === undefined) continue;
      const reading = { seconds: milliseconds / 1_000, sampledAt: isoInstant(time.getTime()), source };
      const key = `${source} ${reading.sampledAt}`;
      // Where a metric says two things of a minute, by its two sets of dimensions, the worse one counts.
      if (!((readings.get(key)?.seconds ?? -1) >= reading.seconds)) readings.set(key, reading);
    }
  }
  return [...readings.values()];
}
