import { type Dimension, GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { isoInstant, parseInstant } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { type LagReading, type LagSource, lagPeriodSeconds } from "./lag.ts";

/** Preferred first: the lag of what customers wrote, then that of replication as a whole. */
const metrics = ["AuroraGlobalDBRPOLag", "AuroraGlobalDBReplicationLag"] as const satisfies readonly LagSource[];

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
 * only there. Empty when there are no readings.
 * @throws what the SDK throws
 */
export async function readLag(
  deps: Pick<Dependencies<"cloudWatch">, "aws">,
  request: {
    readonly region: string;
    readonly clusterArn: string;
    /** Region of the primary. */
    readonly sourceRegion: string;
    /** ISO 8601. */
    readonly from: string;
    readonly to: string;
  },
): Promise<readonly LagReading[]> {
  const cluster = request.clusterArn.split(":").at(-1) ?? "";
  const sources = new Map<string, LagSource>();
  const queries = metrics.flatMap((metric) =>
    dimensionSets(cluster, request.sourceRegion).map((dimensions): MetricDataQuery => {
      const id = `lag${sources.size}`;
      sources.set(id, metric);
      const what = { Namespace: "AWS/RDS", MetricName: metric, Dimensions: dimensions };
      return { Id: id, MetricStat: { Metric: what, Period: lagPeriodSeconds, Stat: "Maximum" }, ReturnData: true };
    }),
  );
  const answer = await deps.aws.cloudWatch(request.region).send(
    new GetMetricDataCommand({
      MetricDataQueries: queries,
      StartTime: new Date(parseInstant(request.from)),
      EndTime: new Date(parseInstant(request.to)),
      ScanBy: "TimestampAscending",
    }),
  );
  for (const [id, source] of sources) {
    const result = answer.MetricDataResults?.find(({ Id }) => Id === id);
    const readings = (result?.Timestamps ?? []).flatMap((time, index): LagReading[] => {
      const milliseconds = result?.Values?.[index];
      if (milliseconds === undefined) return [];
      return [{ seconds: milliseconds / 1_000, sampledAt: isoInstant(time.getTime()), source }];
    });
    if (readings.length > 0) return readings;
  }
  return [];
}
