import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  type DBCluster as SdkCluster,
  DescribeGlobalClustersCommand,
  FailoverGlobalClusterCommand,
  type GlobalCluster as SdkGlobalCluster,
  SwitchoverGlobalClusterCommand,
} from "@aws-sdk/client-rds";
import { retryRead } from "../shared/backoff.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { errorMessage, errorName } from "../shared/errors.ts";
import type { Cluster, DatabaseView, GlobalCluster, Move, Read } from "./classify.ts";
import type { Flavour } from "./gate.ts";

/** Once more after a lost answer; beyond that the step's own loop asks again, with other Regions in between. */
const readAttempts = 2;

/**
 * The global database as seen from `regions` (survivors, nearest first): the global cluster from the first that answers,
 * and each Region's own cluster in that Region. `others` are asked for theirs only where it is no member: then it may be a
 * writer of its own (FM76). Never throws: what cannot be read is part of the view.
 */
export async function readDatabase(
  deps: Dependencies<"rds">,
  globalCluster: string,
  clusters: Readonly<Record<string, string>>,
  regions: readonly string[],
  others: readonly string[] = [],
): Promise<DatabaseView> {
  const [global, own] = await Promise.all([readGlobalCluster(deps, globalCluster, regions), readClusters(regions)]);
  const members = global.kind === "read" ? global.found.members.map(({ arn }) => arn) : null;
  const outside = others.filter((region) => members !== null && !members.includes(clusters[region] ?? ""));
  return { global, clusters: Object.fromEntries([...own, ...(await readClusters(outside))]) };

  function readClusters(where: readonly string[]) {
    return Promise.all(
      where.flatMap((region) => {
        const arn = clusters[region];
        return arn === undefined ? [] : readCluster(deps, region, arn).then((read) => [region, read] as const);
      }),
    );
  }
}

/**
 * Asks for the target to become the writer, where AWS says to ask: a failover in the target's Region, with data loss
 * allowed explicitly, because without that word the same call is a switchover (FM42); a switchover in the present
 * primary's Region. Both only begin the move.
 * @throws what the SDK throws
 */
export async function beginMove(
  deps: Dependencies<"rds">,
  move: {
    readonly flavour: Flavour;
    readonly globalCluster: string;
    readonly primary: string;
    readonly target: string;
    readonly targetArn: string;
  },
): Promise<void> {
  const names = { GlobalClusterIdentifier: move.globalCluster, TargetDbClusterIdentifier: move.targetArn };
  switch (move.flavour) {
    case "failover":
      await deps.aws.rds(move.target).send(new FailoverGlobalClusterCommand({ ...names, AllowDataLoss: true }));
      return;
    case "switchover":
      await deps.aws.rds(move.primary).send(new SwitchoverGlobalClusterCommand(names));
      return;
  }
}

async function readGlobalCluster(
  deps: Dependencies<"rds">,
  id: string,
  regions: readonly string[],
): Promise<Read<GlobalCluster>> {
  const problems: string[] = [];
  let absent = 0;
  for (const region of regions) {
    try {
      const answer = await retryRead(
        deps,
        () => deps.aws.rds(region).send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: id })),
        readAttempts,
      );
      const cluster = answer.GlobalClusters?.find(({ GlobalClusterIdentifier }) => GlobalClusterIdentifier === id);
      if (cluster !== undefined) return { kind: "read", found: toGlobalCluster(cluster) };
      absent++;
      problems.push(`${region}: there is no global cluster ${id}`);
    } catch (error) {
      if (errorName(error) === "GlobalClusterNotFoundFault") absent++;
      problems.push(`${region}: ${errorMessage(error)}`);
    }
  }
  if (absent > 0 && absent === regions.length) return { kind: "absent", reason: problems.join("; ") };
  return { kind: "unreadable", reason: problems.join("; ") || "no survivor has a cluster of it" };
}

async function readCluster(deps: Dependencies<"rds">, region: string, arn: string): Promise<Read<Cluster>> {
  try {
    const [answer, statuses] = await Promise.all([
      retryRead(
        deps,
        () => deps.aws.rds(region).send(new DescribeDBClustersCommand({ DBClusterIdentifier: arn })),
        readAttempts,
      ),
      readInstanceStatuses(deps, region, arn),
    ]);
    const cluster = answer.DBClusters?.find(({ DBClusterArn }) => DBClusterArn === arn);
    return cluster?.Status === undefined
      ? { kind: "absent", reason: `there is no cluster ${arn}` }
      : { kind: "read", found: toCluster(cluster, cluster.Status, statuses) };
  } catch (error) {
    const kind = errorName(error) === "DBClusterNotFoundFault" ? "absent" : "unreadable";
    return { kind, reason: errorMessage(error) };
  }
}

/**
 * The status of each instance of a cluster, by identifier. DescribeDBClusters lists a cluster's instances and not how they
 * are; where this second look fails, the first one stands and the statuses are unknown.
 */
async function readInstanceStatuses(
  deps: Dependencies<"rds">,
  region: string,
  arn: string,
): Promise<ReadonlyMap<string, string>> {
  const cluster = arn.split(":").at(-1) ?? arn;
  try {
    const { DBInstances = [] } = await retryRead(
      deps,
      () =>
        deps.aws
          .rds(region)
          .send(new DescribeDBInstancesCommand({ Filters: [{ Name: "db-cluster-id", Values: [cluster] }] })),
      readAttempts,
    );
    return new Map(
      DBInstances.flatMap(({ DBInstanceIdentifier: id, DBInstanceStatus: status }) =>
        id === undefined || status === undefined ? [] : [[id, status] as const],
      ),
    );
  } catch (error) {
    deps.logger.warn("The status of DB instances could not be read", { cluster: arn, error: errorMessage(error) });
    return new Map();
  }
}

function toCluster(cluster: SdkCluster, status: string, statuses: ReadonlyMap<string, string>): Cluster {
  return {
    status,
    engineVersion: cluster.EngineVersion ?? null,
    instances: (cluster.DBClusterMembers ?? []).flatMap(({ DBInstanceIdentifier: id, IsClusterWriter }) =>
      id === undefined
        ? []
        : [{ id, role: IsClusterWriter === true ? "writer" : "reader", status: statuses.get(id) ?? null }],
    ),
    engine: cluster.Engine ?? null,
  };
}

function toGlobalCluster(cluster: SdkGlobalCluster): GlobalCluster {
  return {
    status: cluster.Status ?? "of unknown status",
    engineVersion: cluster.EngineVersion ?? null,
    members: (cluster.GlobalClusterMembers ?? []).flatMap(({ DBClusterArn: arn, IsWriter, SynchronizationStatus }) =>
      arn === undefined
        ? []
        : [{ arn, role: IsWriter === true ? "writer" : "reader", synchronization: SynchronizationStatus ?? null }],
    ),
    move: toMove(cluster.FailoverState),
    engine: cluster.Engine ?? null,
  };
}

/** AWS leaves the state out, or empty, while nothing moves. */
function toMove(state: SdkGlobalCluster["FailoverState"]): Move | null {
  if (state === undefined) return null;
  const { Status, FromDbClusterArn, ToDbClusterArn, IsDataLossAllowed } = state;
  if (!Status && !ToDbClusterArn) return null;
  return {
    status: Status ?? "of unknown status",
    from: FromDbClusterArn ?? null,
    to: ToDbClusterArn ?? null,
    dataLoss: IsDataLossAllowed === undefined ? "unsaid" : IsDataLossAllowed ? "allowed" : "notAllowed",
  };
}
