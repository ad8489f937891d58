import { PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { fromAttributes, toAttributes } from "../shared/attributes.ts";
import { retryRead } from "../shared/backoff.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import type { Observation } from "./observation.ts";
import { readObservation } from "./observation-form.ts";

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
    const { pk: _pk, sk: _sk, ...stored } = fromAttributes(item);
    const observation = readObservation(stored);
    if (observation !== null) return [observation];
    deps.logger.warn("An observation that cannot be read counts as none", { vantage: String(stored.vantage) });
    return [];
  });
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
