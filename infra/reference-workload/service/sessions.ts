import { type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { within } from "./deadline.ts";
import type { Mark, Sessions } from "./stores.ts";

/** One call within the Region takes milliseconds; what takes longer than this is ill. */
export const sessionsLimitMs = 1_000;

/**
 * The marks in the global table, in this Region's replica: item `region#<Region>`. Each Region overwrites its own item
 * alone, so that two Regions never write one item at once, and last-writer-wins has nothing to lose.
 */
export function createSessions(deps: {
  readonly client: Pick<DynamoDBClient, "send" | "destroy">;
  readonly region: string;
  readonly table: string;
}): Sessions {
  const { client, region, table } = deps;
  const key = { S: `region#${region}` };
  const call = <Answer>(work: (signal: AbortSignal) => Promise<Answer>) =>
    within(sessionsLimitMs, `Table ${table}`, work);
  return {
    async read() {
      const command = new GetItemCommand({ TableName: table, Key: { userId: key }, ConsistentRead: true });
      const { Item: item } = await call((abortSignal) => client.send(command, { abortSignal }));
      return item === undefined ? null : toMark(region, item);
    },
    async write({ token, writtenAt }) {
      const item = { userId: key, token: { S: token }, writtenAt: { S: writtenAt } };
      const command = new PutItemCommand({ TableName: table, Item: item });
      await call((abortSignal) => client.send(command, { abortSignal }));
    },
    close: () => client.destroy(),
  };
}

function toMark(region: string, item: Readonly<Record<string, { readonly S?: string | undefined }>>): Mark {
  return { region, token: item.token?.S ?? null, writtenAt: item.writtenAt?.S ?? null };
}
