import { DescribeDBClustersCommand, DescribeDBInstancesCommand, ModifyDBClusterCommand } from "@aws-sdk/client-rds";
import { retryRead } from "../shared/backoff.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { type CapacityRange, type ClusterSize, type SizedInstance, sizeOf } from "./size.ts";

/** What AWS assumes of an instance that names no tier: DBClusterMember, PromotionTier. */
const usualTier = 1;

/**
 * How large a cluster is by its own Region's description of it and of its instances. Null: there is no such cluster.
 * @throws what the SDK throws
 */
export async function readSize(
  { aws }: Pick<Dependencies<"rds">, "aws">,
  region: string,
  arn: string,
): Promise<ClusterSize | null> {
  const identifier = arn.split(":").at(-1) ?? arn;
  const ofCluster = { Name: "db-cluster-id", Values: [identifier] };
  const [described, instances] = await Promise.all([
    aws.rds(region).send(new DescribeDBClustersCommand({ DBClusterIdentifier: arn })),
    aws.rds(region).send(new DescribeDBInstancesCommand({ Filters: [ofCluster] })),
  ]);
  const cluster = described.DBClusters?.find(({ DBClusterArn }) => DBClusterArn === arn);
  if (cluster === undefined) return null;
  const classes = new Map(
    instances.DBInstances?.map(({ DBInstanceIdentifier, DBInstanceClass }) => [DBInstanceIdentifier, DBInstanceClass]),
  );
  const members = (cluster.DBClusterMembers ?? []).map(
    ({ DBInstanceIdentifier, IsClusterWriter, PromotionTier }): SizedInstance => ({
      instanceClass: classes.get(DBInstanceIdentifier) ?? null,
      role: IsClusterWriter === true ? "writer" : "reader",
      promotionTier: PromotionTier ?? usualTier,
    }),
  );
  return sizeOf(members, rangeOf(cluster.ServerlessV2ScalingConfiguration));
}

/**
 * Between what a cluster's Serverless v2 instances scale, asked in its own Region. Null: there is no such range.
 * @throws what the SDK throws
 */
export async function readRange(deps: Dependencies<"rds">, region: string, arn: string): Promise<CapacityRange | null> {
  const { DBClusters } = await retryRead(deps, () =>
    deps.aws.rds(region).send(new DescribeDBClustersCommand({ DBClusterIdentifier: arn })),
  );
  return rangeOf(DBClusters?.find(({ DBClusterArn }) => DBClusterArn === arn)?.ServerlessV2ScalingConfiguration);
}

/**
 * Asks for another range. ModifyDBCluster takes the identifier alone, and without ApplyImmediately it may wait for the
 * maintenance window. A minimum above 0 ends a pause by itself (ServerlessV2ScalingConfiguration).
 * @throws what the SDK throws
 */
export async function setRange(
  { aws }: Pick<Dependencies<"rds">, "aws">,
  region: string,
  identifier: string,
  { minimumUnits, maximumUnits }: CapacityRange,
): Promise<void> {
  await aws.rds(region).send(
    new ModifyDBClusterCommand({
      DBClusterIdentifier: identifier,
      ServerlessV2ScalingConfiguration: { MinCapacity: minimumUnits, MaxCapacity: maximumUnits },
      ApplyImmediately: true,
    }),
  );
}

/** AWS describes a range only where the cluster may have Serverless v2 instances. */
function rangeOf(
  described: { readonly MinCapacity?: number | undefined; readonly MaxCapacity?: number | undefined } | undefined,
): CapacityRange | null {
  const { MinCapacity: minimumUnits, MaxCapacity: maximumUnits } = described ?? {};
  return minimumUnits === undefined || maximumUnits === undefined ? null : { minimumUnits, maximumUnits };
}
