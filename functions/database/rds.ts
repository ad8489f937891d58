import {
  DescribeDBClustersCommand,
  DescribeGlobalClustersCommand,
  FailoverGlobalClusterCommand,
  type GlobalCluster as SdkGlobalCluster,
  SwitchoverGlobalClusterCommand,
} from "@aws-sdk/client-rds";
import { retryRead } from "../shared/backoff.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { errorMessage } from "../shared/errors.ts";
import type { DatabaseView, GlobalCluster, Move, Read } from "./classify.ts";
import type { Flavour } from "./gate.ts";

/** Once more after a lost answer; beyond that the step's own loop asks again, with other Regions in between. */
const readAttempts = 2;

/**
 * The global database as seen from `regions` (survivors, nearest first): the global cluster from the first that answers,
 * and each Region's own cluster in that Region. Never throws: what cannot be read is part of the view.
 */
export async function readDatabase(
  deps: Dependencies<"rds">,
  globalCluster: string,
  clusters: Readonly<Record<string, string>>,
  regions: readonly string[],
): Promise<DatabaseView> {
  const [global, seen] = await Promise.all([
    readGlobalCluster(deps, globalCluster, regions),
    Promise.all(
      regions.flatMap((region) => {
        const arn = clusters[region];
        return arn === undefined ? [] : readCluster(deps, region, arn).then((found) => ({ region, ...found }));
      }),
    ),
  ]);
  return {
    global,
    clusters: Object.fromEntries(seen.map(({ region, status }) => [region, status])),
    engines: Object.fromEntries(seen.flatMap(({ region, engine }) => (engine === null ? [] : [[region, engine]]))),
  };
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
  for (const region of regions) {
    try {
      const answer = await retryRead(
        deps,
        () => deps.aws.rds(region).send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: id })),
        readAttempts,
      );
      const cluster = answer.GlobalClusters?.find(({ GlobalClusterIdentifier }) => GlobalClusterIdentifier === id);
      if (cluster !== undefined) return { kind: "read", found: toGlobalCluster(cluster) };
      problems.push(`${region}: there is no global cluster ${id}`);
    } catch (error) {
      problems.push(`${region}: ${errorMessage(error)}`);
    }
  }
  return { kind: "unreadable", reason: problems.join("; ") || "no survivor has a cluster of it" };
}

async function readCluster(
  deps: Dependencies<"rds">,
  region: string,
  arn: string,
): Promise<{ readonly status: Read<string>; readonly engine: string | null }> {
  try {
    const answer = await retryRead(
      deps,
      () => deps.aws.rds(region).send(new DescribeDBClustersCommand({ DBClusterIdentifier: arn })),
      readAttempts,
    );
    const cluster = answer.DBClusters?.find(({ DBClusterArn }) => DBClusterArn === arn);
    const engine = cluster?.Engine ?? null;
    return cluster?.Status === undefined
      ? { status: { kind: "unreadable", reason: `there is no cluster ${arn}` }, engine }
      : { status: { kind: "read", found: cluster.Status }, engine };
  } catch (error) {
    return { status: { kind: "unreadable", reason: errorMessage(error) }, engine: null };
  }
}

function toGlobalCluster(cluster: SdkGlobalCluster): GlobalCluster {
  return {
    status: cluster.Status ?? "of unknown status",
    members: (cluster.GlobalClusterMembers ?? []).flatMap(({ DBClusterArn, IsWriter }) =>
      DBClusterArn === undefined ? [] : [{ arn: DBClusterArn, role: IsWriter === true ? "writer" : "reader" }],
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
