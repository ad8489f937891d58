import { readGroup } from "../capacity/autoscaling.ts";
import { readLag } from "../database/cloudwatch.ts";
import { readSize } from "../database/instances.ts";
import { lagWindowMs, latestLiveReading, readingsToKeep } from "../database/lag.ts";
import { isoInstant } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { errorMessage } from "../shared/errors.ts";
import { findRegion } from "../shared/plan/plan.ts";
import type { CapacitySample, DatabaseSizeSample, LagSample } from "./observation.ts";

/** This Region's own capacity, so that it is known elsewhere when it can no longer be asked (FM49). Null: unknown. */
export async function sampleCapacity(deps: Dependencies<"autoScaling">): Promise<CapacitySample | null> {
  const name = findRegion(deps.plan, deps.region)?.autoScalingGroup ?? null;
  if (name === null) return null;
  try {
    const group = await readGroup(deps.aws, deps.region, name);
    if (group === null) return null;
    const { inService, desired, minimum, maximum } = group;
    return { at: isoInstant(deps.clock.now()), inService, desired, minimum, maximum };
  } catch (error) {
    deps.logger.warn("Capacity could not be sampled", { group: name, error: errorMessage(error) });
    return null;
  }
}

/** A round must not last longer than it has to: what CloudWatch does not answer is asked for again a minute later. */
const lagAttempts = 1;

/** How far this Region's own Aurora cluster is behind. Null: unknown, or it has no cluster, or it is the writer. */
export async function sampleLag(deps: Dependencies<"cloudWatch">): Promise<LagSample | null> {
  const { database } = deps.plan;
  const clusterArn = database?.clusters[deps.region];
  if (database === null || clusterArn === undefined) return null;
  const now = deps.clock.now();
  try {
    const sampled = {
      region: deps.region,
      clusterArn,
      sourceRegion: database.writer,
      from: isoInstant(now - lagWindowMs),
      to: isoInstant(now),
    };
    const readings = await readLag(deps, sampled, lagAttempts);
    const reading = latestLiveReading(readings);
    if (reading === null) return null;
    const recent = readingsToKeep(readings).map(({ sampledAt, seconds }) => ({ at: sampledAt, seconds }));
    return { at: reading.sampledAt, seconds: reading.seconds, recent };
  } catch (error) {
    deps.logger.warn("The replication lag could not be sampled", { error: errorMessage(error) });
    return null;
  }
}

/**
 * How large this Region's own Aurora cluster is, writer or not, so that it is known elsewhere when it can no longer be asked
 * (FM85). Null: unknown, or it has no cluster.
 */
export async function sampleDatabaseSize(deps: Dependencies<"rds">): Promise<DatabaseSizeSample | null> {
  const clusterArn = deps.plan.database?.clusters[deps.region];
  if (clusterArn === undefined) return null;
  try {
    const size = await readSize(deps, deps.region, clusterArn);
    return size === null ? null : { at: isoInstant(deps.clock.now()), ...size };
  } catch (error) {
    deps.logger.warn("The database's size could not be sampled", { cluster: clusterArn, error: errorMessage(error) });
    return null;
  }
}
