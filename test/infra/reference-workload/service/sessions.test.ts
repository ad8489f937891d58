import {
  type DynamoDBClient,
  type GetItemCommand,
  type GetItemCommandOutput,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { createSessions } from "../../../../infra/reference-workload/service/sessions.ts";

/** One replica of the table: items by key, and every command that came. */
function fakeTable() {
  const items = new Map<string, GetItemCommandOutput["Item"]>();
  const commands: (GetItemCommand | PutItemCommand)[] = [];
  const client = {
    destroy: () => {},
    send: async (command: GetItemCommand | PutItemCommand) => {
      commands.push(command);
      if (command instanceof PutItemCommand) {
        items.set(command.input.Item?.userId?.S ?? "", command.input.Item);
        return { $metadata: {} };
      }
      return { $metadata: {}, Item: items.get(command.input.Key?.userId?.S ?? "") };
    },
  } as unknown as Pick<DynamoDBClient, "send" | "destroy">;
  return { client, commands };
}

const written = { token: "t1", writtenAt: "2026-11-01T00:00:00.000Z" };

it("reads back what it wrote, from the named table, strongly", async () => {
  // Prepare
  const { client, commands } = fakeTable();
  const sessions = createSessions({ client, region: "eu-west-1", table: "UserSessions" });

  // Act
  const before = await sessions.read();
  await sessions.write(written);
  const after = await sessions.read();

  // Assess
  expect(before).toBeNull();
  expect(after).toEqual({ region: "eu-west-1", ...written });
  expect(commands.map((command) => command.input.TableName)).toEqual(Array(3).fill("UserSessions"));
  expect(commands[0]?.input).toMatchObject({ ConsistentRead: true });
});

it("gives each Region an item of its own, so that no two ever write one at once", async () => {
  const { client } = fakeTable();
  await createSessions({ client, region: "eu-west-1", table: "UserSessions" }).write(written);
  expect(await createSessions({ client, region: "us-east-1", table: "UserSessions" }).read()).toBeNull();
});

it("gives up on a table that says nothing, and breaks its call off", async () => {
  let signal: AbortSignal | undefined;
  const client = {
    destroy: () => {},
    send: (_: unknown, options: { readonly abortSignal: AbortSignal }) => {
      signal = options.abortSignal;
      return new Promise(() => {});
    },
  } as unknown as Pick<DynamoDBClient, "send" | "destroy">;
  const sessions = createSessions({ client, region: "eu-west-1", table: "UserSessions" });

  await expect(sessions.read()).rejects.toThrow("Table UserSessions gave no answer within 1000 ms");
  expect(signal?.aborted).toBe(true);
});
