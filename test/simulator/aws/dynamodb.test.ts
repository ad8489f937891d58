import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { createSimulatedClients } from "../../../simulator/aws/clients.ts";
import { createTables, eventual, ifAbsent, strong } from "./dynamodb/support.ts";
import { callerIn, runUntil, start, watch } from "./kernel-support.ts";

const key = { pk: { S: "p" }, sk: { S: "s" } };
const allOfP = {
  TableName: "records",
  KeyConditionExpression: "pk = :pk",
  ExpressionAttributeValues: { ":pk": { S: "p" } },
};

interface Page {
  Items: { sk: { S: string } }[];
  Count: number;
  LastEvaluatedKey?: Record<string, unknown>;
}

describe("SimulatedDynamoDB", () => {
  it("answers the SDK's own commands through the network", async () => {
    const { clock, network, dynamodb } = createTables();
    network.attach("dynamodb", dynamodb);
    const client = createSimulatedClients(network, callerIn("eu-west-1")).dynamoDB("eu-west-1");
    const item = { pk: "p", sk: "s", version: 1, lease: { epoch: 2 } };

    const written = watch(clock, client.send(new PutItemCommand({ TableName: "records", Item: marshall(item) })));
    await runUntil(clock, 1);
    const got = watch(clock, client.send(new GetItemCommand({ TableName: "records", Key: key })));
    await runUntil(clock, 2);

    expect(written.value).toEqual({});
    expect(unmarshall((got.value as { Item: never }).Item)).toEqual(item);
  });

  it("answers a read of what is not there with no item", () => {
    const { ask } = createTables();

    expect(ask("GetItem", "eu-west-1", { TableName: "records", Key: key })).toEqual({});
  });

  it("gives what stood in the way of a conditional write, when asked to", () => {
    const { put } = createTables();
    put(eventual, "eu-west-1", 1);
    const condition = { ...ifAbsent, ReturnValuesOnConditionCheckFailure: "ALL_OLD" };

    expect(() => put(eventual, "eu-west-1", 2, condition)).toThrow(
      expect.objectContaining({ name: "ConditionalCheckFailedException", Item: { ...key, value: { N: "1" } } }),
    );
    expect(() => put(eventual, "eu-west-1", 2, ifAbsent)).toThrow(
      expect.not.objectContaining({ Item: expect.anything() }),
    );
  });

  it.each([
    ["a table that is not there", "GetItem", "eu-west-1", { TableName: "none", Key: key }, "ResourceNotFoundException"],
    [
      "a Region without replica",
      "GetItem",
      "us-west-2",
      { TableName: "records", Key: key },
      "ResourceNotFoundException",
    ],
    ["half a key", "GetItem", "eu-west-1", { TableName: "records", Key: { pk: { S: "p" } } }, "ValidationException"],
    [
      "an empty key",
      "PutItem",
      "eu-west-1",
      { TableName: "records", Item: { pk: { S: "" }, sk: { S: "s" } } },
      "ValidationException",
    ],
    ["an operation it does not know", "UpdateItem", "eu-west-1", { TableName: "records" }, "UnknownToSimulator"],
    [
      "an input it does not know",
      "Query",
      "eu-west-1",
      { ...allOfP, FilterExpression: "a = :a" },
      "UnknownToSimulator",
    ],
  ])("refuses %s", (_, operation, region, input, name) => {
    const { ask } = createTables();

    expect(() => ask(operation, region, input)).toThrow(expect.objectContaining({ name }));
  });

  it.each([
    [{}, ["a", "b", "c", "d"], false],
    [{ ScanIndexForward: false }, ["d", "c", "b", "a"], false],
    [{ Limit: 2 }, ["a", "b"], true],
    [{ Limit: 4 }, ["a", "b", "c", "d"], true],
    [{ Limit: 1, ScanIndexForward: false }, ["d"], true],
    [{ ExclusiveStartKey: { pk: { S: "p" }, sk: { S: "b" } } }, ["c", "d"], false],
    [{ ExclusiveStartKey: { pk: { S: "p" }, sk: { S: "bb" } } }, ["c", "d"], false],
    [{ ExclusiveStartKey: { pk: { S: "p" }, sk: { S: "b" } }, ScanIndexForward: false }, ["a"], false],
    [{ ExclusiveStartKey: { pk: { S: "p" }, sk: { S: "d" } } }, [], false],
  ])("queries in order: %j", (more, expected, goesOn) => {
    const { ask, put } = createTables();
    for (const sk of ["c", "a", "d", "b"]) put(eventual, "eu-west-1", 1, {}, sk);

    const page = ask("Query", "eu-west-1", { ...allOfP, ...more }) as unknown as Page;

    expect(page.Items.map((item) => item.sk.S)).toEqual(expected);
    expect(page.Count).toBe(expected.length);
    expect(page.LastEvaluatedKey !== undefined).toBe(goesOn);
  });

  it("hands out long answers page by page", () => {
    const { ask, put } = createTables({ pageItems: 3 });
    for (let index = 0; index < 7; index++) put(eventual, "eu-west-1", index, {}, `s${index}`);

    const pages: string[][] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const more = from === undefined ? {} : { ExclusiveStartKey: from };
      const page = ask("Query", "eu-west-1", { ...allOfP, ...more }) as unknown as Page;
      pages.push(page.Items.map((item) => item.sk.S));
      from = page.LastEvaluatedKey;
    } while (from !== undefined);

    expect(pages).toEqual([["s0", "s1", "s2"], ["s3", "s4", "s5"], ["s6"]]);
  });

  it("lets a read overlook what is new only under the fault, and never a consistent one", async () => {
    const { clock, dynamodb, put, read } = createTables();
    put(eventual, "eu-west-1", 1);
    await runUntil(clock, 10);
    put(eventual, "eu-west-1", 2);

    expect(read(eventual, "eu-west-1", "eventual")).toBe(2);
    dynamodb.staleReads = { rate: 1, withinMilliseconds: 1_000 };
    expect(read(eventual, "eu-west-1", "eventual")).toBe(1);
    expect(read(eventual, "eu-west-1", "consistent")).toBe(2);
    await runUntil(clock, 12);
    expect(read(eventual, "eu-west-1", "eventual")).toBe(2);
  });

  it("describes a table by its other replicas", () => {
    const { ask, dynamodb } = createTables();
    dynamodb.setReplicaStatus("records", "us-east-1", "REGION_DISABLED");

    expect(ask("DescribeTable", "eu-west-1", { TableName: "records" })).toMatchObject({
      Table: {
        TableStatus: "ACTIVE",
        MultiRegionConsistency: "EVENTUAL",
        Replicas: [
          { RegionName: "us-east-1", ReplicaStatus: "REGION_DISABLED" },
          { RegionName: "ap-southeast-1", ReplicaStatus: "ACTIVE" },
        ],
      },
    });
    expect(ask("DescribeTable", "eu-west-1", { TableName: "coordination" })).toMatchObject({
      Table: { MultiRegionConsistency: "STRONG" },
    });
  });

  it("tells observers of what replicas accept, and shows what they hold", async () => {
    const { clock, dynamodb, put } = createTables();
    const seen: unknown[] = [];
    dynamodb.observe(({ at, table, region, key: { sk }, request }) =>
      seen.push([at - start, table, region, sk, request.caller.region]),
    );

    put(strong, "eu-west-1", 7);
    expect(() => put(strong, "eu-west-1", 8, ifAbsent)).toThrow();
    put(eventual, "us-east-1", 9);
    await runUntil(clock, 10);

    expect(seen).toEqual([
      [0, "coordination", "eu-west-1", "s", "eu-west-1"],
      [0, "records", "us-east-1", "s", "us-east-1"],
    ]);
    expect(dynamodb.peek("coordination", "eu-central-1", "p")).toEqual([{ pk: "p", sk: "s", value: 7 }]);
    expect(dynamodb.partitionKeys("records", "ap-southeast-1")).toEqual(["p"]);
    expect(() => dynamodb.peek("none", "eu-west-1", "p")).toThrow('received "none"');
  });
});
