import { DescribeDBClustersCommand, RDSClient } from "@aws-sdk/client-rds";
import { describeEngine, findOtherEngine } from "../functions/database/engine.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { type Obstacle, patience } from "./preflight.ts";

/**
 * Asks RDS in these Regions of what engine the plan's clusters are: only Aurora is promoted, and the ARNs of DocumentDB and
 * Neptune look the same (FM81). A cluster that is not there yet, or that these credentials may not describe, is let through: the
 * database step asks again before it changes anything.
 */
export async function findEngineObstacle(plan: Plan, regions: readonly string[]): Promise<Obstacle | null> {
  const clusters = Object.entries(plan.database?.clusters ?? {}).filter(([region]) => regions.includes(region));
  const found = await Promise.all(
    clusters.map(async ([region, arn]) => ({ region, arn, engine: findOtherEngine([await readEngine(region, arn)]) })),
  );
  const other = found.find(({ engine }) => engine !== null);
  if (other === undefined || other.engine === null) return null;
  return {
    message: `database.clusters.${other.region}: received ${other.arn}, which is of ${describeEngine(other.engine)}: must be an Aurora cluster, for no other engine is promoted. Next: take database out of the plan (and automation.database with it), and the same command again`,
  };
}

async function readEngine(region: string, arn: string): Promise<string | null> {
  try {
    const client = new RDSClient({ region, ...patience });
    const { DBClusters } = await client.send(new DescribeDBClustersCommand({ DBClusterIdentifier: arn }));
    return DBClusters?.find(({ DBClusterArn }) => DBClusterArn === arn)?.Engine ?? null;
  } catch {
    return null;
  }
}
