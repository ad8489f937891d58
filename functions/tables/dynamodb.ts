import { DescribeTableCommand, type TableDescription } from "@aws-sdk/client-dynamodb";
import { retryRead } from "../shared/backoff.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { classifyCallError, errorName } from "../shared/errors.ts";
import { accountOf, type Description, placeReplicas } from "./elsewhere.ts";
import type { Replica } from "./lag.ts";

/** The replica of `table` in `region`, asked there. Never throws: no answer is an answer. */
export async function readReplica(deps: Reading, table: string, region: string): Promise<Replica> {
  return (await describeReplica(deps, table, region)).replica;
}

/** The replicas of `table` in `regions`, each asked there, other accounts' by the word of this one's. Never throws. */
export async function readReplicas(
  deps: Reading,
  table: string,
  regions: readonly string[],
): Promise<readonly Replica[]> {
  return placeReplicas(await Promise.all(regions.map((region) => describeReplica(deps, table, region))));
}

type Reading = Pick<Dependencies<"dynamoDB">, "aws" | "clock" | "random">;

async function describeReplica(deps: Reading, table: string, region: string): Promise<Description> {
  try {
    const { Table: found } = await retryRead(deps, () =>
      deps.aws.dynamoDB(region).send(new DescribeTableCommand({ TableName: table })),
    );
    const replica = { table, region, status: statusOf(found, region), consistency: consistencyOf(found) };
    return {
      replica: isOfOldVersion(found) ? { ...replica, version: oldVersion } : replica,
      account: accountOf(found?.TableArn ?? null),
      peers: (found?.Replicas ?? []).flatMap(({ RegionName, ReplicaStatus = "", ReplicaArn = null }) =>
        RegionName === undefined ? [] : [{ region: RegionName, status: ReplicaStatus, arn: ReplicaArn }],
      ),
    };
  } catch (error) {
    return { replica: { table, region, status: failureOf(error), consistency: "unknown" }, account: null, peers: [] };
  }
}

const oldVersion = "2017.11.29";

/** GlobalTableVersion: "the version of global tables in use, if the table is replicated" (TableDescription). */
function isOfOldVersion(table: TableDescription | undefined): boolean {
  return table?.GlobalTableVersion === oldVersion && (table.Replicas ?? []).length === 0;
}

/** A description lists the other Regions' replicas and may list its own: what is not fine of its own goes first. */
function statusOf(table: TableDescription | undefined, region: string): string {
  if (table === undefined) return "NOT_FOUND";
  const replicas = table.Replicas ?? [];
  // The older version's replicas are told by DescribeGlobalTable alone; the table itself serves as any.
  if (isOfOldVersion(table)) return table.TableStatus ?? "NOT_FOUND";
  if (replicas.length === 0) return "NOT_REPLICATED";
  const own = replicas.find((replica) => replica.RegionName === region)?.ReplicaStatus ?? "ACTIVE";
  return own === "ACTIVE" ? (table.TableStatus ?? "NOT_FOUND") : own;
}

function consistencyOf(table: TableDescription | undefined): Replica["consistency"] {
  return table?.MultiRegionConsistency === "STRONG" ? "strong" : "eventual";
}

function failureOf(error: unknown): string {
  if (errorName(error) === "ResourceNotFoundException") return "NOT_FOUND";
  switch (classifyCallError(error)) {
    case "accessDenied":
      return "ACCESS_DENIED";
    case "rejected":
      return errorName(error);
    case "throttled":
    case "conflict":
    case "unknownOutcome":
      return "NO_ANSWER";
  }
}
