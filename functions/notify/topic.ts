import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { PublishCommand } from "@aws-sdk/client-sns";
import { fromAttributes } from "../shared/attributes.ts";
import { retryRead } from "../shared/backoff.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import type { Json } from "../timeline/event.ts";
import type { Message } from "./message.ts";
import type { NamedRecord } from "./named-record.ts";

/** A record as this Region's copy of the records table has it at this moment, without its key; null: there is none. */
export async function readRecord(
  deps: Dependencies<"dynamoDB">,
  { pk, sk }: NamedRecord,
): Promise<Readonly<Record<string, Json>> | null> {
  const { Item } = await retryRead(deps, () =>
    deps.aws.dynamoDB(deps.region).send(
      new GetItemCommand({
        TableName: deps.plan.recordsTable,
        Key: { pk: { S: pk }, sk: { S: sk } },
        // Written in this Region before its event: what is there is seen.
        ConsistentRead: true,
      }),
    ),
  );
  if (Item === undefined) return null;
  const { pk: _pk, sk: _sk, ...record } = fromAttributes(Item);
  return record as Readonly<Record<string, Json>>;
}

/** Tells people. Told twice is a repeat, which the key folds: a lost answer is simply tried again. */
export async function publish(deps: Dependencies<"sns">, topicArn: string, message: Message): Promise<void> {
  await retryRead(deps, () =>
    deps.aws.sns(deps.region).send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: message.subject,
        Message: message.text,
        MessageAttributes: { dedupKey: { DataType: "String", StringValue: message.dedupKey } },
      }),
    ),
  );
}
