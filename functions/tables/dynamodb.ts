import { DescribeTableCommand, type TableDescription } from "@aws-sdk/client-dynamodb";
import { retryRead } from "../shared/backoff.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { classifyCallError, errorName } from "../shared/errors.ts";
import type { Replica } from "./lag.ts";

/** The replica of `table` in `region`, asked there. Never throws: no answer is an answer. */
export async function readReplica(
  deps: Pick<Dependencies<"dynamoDB">, "aws" | "clock" | "random">,
  table: string,
  region: string,
): Promise<Replica> {
  try {
    const answer = await retryRead(deps, () =>
      deps.aws.dynamoDB(region).send(new DescribeTableCommand({ TableName: table })),
    );
    return { table, region, status: statusOf(answer.Table, region), consistency: consistencyOf(answer.Table) };
  } catch (error) {
    return { table, region, status: failureOf(error), consistency: "unknown" };
  }
}

/** A description lists the other Regions' replicas and may list its own: what is not fine of its own goes first. */
function statusOf(table: TableDescription | undefined, region: string): string {
  if (table === undefined) return "NOT_FOUND";
  const replicas = table.Replicas ?? [];
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
