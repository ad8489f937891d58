import { DescribeDBClustersCommand, DescribeDBInstancesCommand } from "@aws-sdk/client-rds";
import type { Dependencies } from "../shared/dependencies.ts";
import { type CapacityRange, type ClusterSize, type Instance, sizeOf } from "./size.ts";

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
    ({ DBInstanceIdentifier, IsClusterWriter, PromotionTier }): Instance => ({
      instanceClass: classes.get(DBInstanceIdentifier) ?? null,
      role: IsClusterWriter === true ? "writer" : "reader",
      promotionTier: PromotionTier ?? usualTier,
    }),
  );
  return sizeOf(members, rangeOf(cluster.ServerlessV2ScalingConfiguration));
}

/** AWS describes a range only where the cluster may have Serverless v2 instances. */
function rangeOf(
  described: { readonly MinCapacity?: number | undefined; readonly MaxCapacity?: number | undefined } | undefined,
): CapacityRange | null {
  const { MinCapacity: minimumUnits, MaxCapacity: maximumUnits } = described ?? {};
  return minimumUnits === undefined || maximumUnits === undefined ? null : { minimumUnits, maximumUnits };
}
