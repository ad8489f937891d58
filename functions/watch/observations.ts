import { PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { fromAttributes, toAttributes } from "../shared/attributes.ts";
import { retryRead } from "../shared/backoff.ts";
import { parseInstant } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import type { Observation, RegionVote } from "./observation.ts";

const partition = "observations";

/**
 * What every vantage saw last, as this Region's copy of the records table knows it. One query, whatever their number;
 * each observation carries its own instant, so a copy that lags shows as age and not as a false vote.
 */
export async function readObservations(deps: Dependencies<"dynamoDB">): Promise<readonly Observation[]> {
  const answer = await retryRead(deps, () =>
    deps.aws.dynamoDB(deps.region).send(
      new QueryCommand({
        TableName: deps.plan.recordsTable,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": { S: partition } },
      }),
    ),
  );
  return (answer.Items ?? []).flatMap((item) => {
    const { pk: _pk, sk: _sk, ...observation } = fromAttributes(item);
    if (isObservation(observation)) return [observation];
    deps.logger.warn("An observation that cannot be read counts as none", { vantage: String(observation.vantage) });
    return [];
  });
}

/** One vantage that writes nonsense must not blind every controller: what all reasoning rests on is looked at first. */
function isObservation(
  found: Readonly<Record<string, unknown>>,
): found is Readonly<Record<string, unknown>> & Observation {
  const { vantage, at, votes, customers, heartbeatAgeSeconds, sharedSince } = found as Partial<Observation>;
  return (
    typeof vantage === "string" &&
    isInstant(at) &&
    Array.isArray(votes) &&
    votes.every(
      (vote: Partial<RegionVote> | null) =>
        typeof vote?.region === "string" &&
        isInstant(vote.since) &&
        isInstant(vote.until) &&
        (vote.passedAt === undefined || isInstant(vote.passedAt)) &&
        Array.isArray(vote.changes) &&
        vote.changes.every(isInstant),
    ) &&
    isInstant(customers?.since) &&
    (sharedSince === undefined || isInstant(sharedSince)) &&
    typeof heartbeatAgeSeconds === "object" &&
    heartbeatAgeSeconds !== null
  );
}

/** As those who reckon with it will read it. */
function isInstant(value: unknown): boolean {
  if (typeof value !== "string") return false;
  try {
    parseInstant(value);
    return true;
  } catch {
    return false;
  }
}

/** Writes this vantage's observation over its last one; doubles as its heartbeat. */
export async function writeObservation(deps: Dependencies<"dynamoDB">, observation: Observation): Promise<void> {
  await deps.aws.dynamoDB(deps.region).send(
    new PutItemCommand({
      TableName: deps.plan.recordsTable,
      Item: toAttributes({ pk: partition, sk: observation.vantage, ...observation }),
    }),
  );
}
