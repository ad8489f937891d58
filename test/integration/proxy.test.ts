import { CreateTableCommand, DynamoDBClient, GetItemCommand, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { CreateGlobalClusterCommand, DescribeGlobalClustersCommand, RDSClient } from "@aws-sdk/client-rds";
import { CreateBucketCommand, HeadBucketCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { systemClock } from "../../functions/shared/clock.ts";
import { classifyCallError, errorName } from "../../functions/shared/errors.ts";
import { createAwsClients } from "../real-clients.ts";
import { describeWithServers } from "./environment.ts";
import { type RegionProxy, startRegionProxy } from "./proxy.ts";
import { type AwsServer, pointClientsAt, startMoto } from "./servers.ts";

const [here, there] = ["eu-west-1", "us-east-1"];
const once = { maxAttempts: 1 } as const;
const limits = { connectMs: 500, answerMs: 700, wholeMs: 1_000 };

/** One read in each of the protocols that the project's clients speak. */
const reads: Readonly<Record<"json" | "query" | "s3", (region: string) => Promise<unknown>>> = {
  json: (region) => new DynamoDBClient({ region, ...once }).send(new ListTablesCommand({})),
  query: (region) => new RDSClient({ region, ...once }).send(new DescribeGlobalClustersCommand({})),
  s3: (region) => new S3Client({ region, ...once }).send(new ListBucketsCommand({})),
};
const protocols = Object.keys(reads) as (keyof typeof reads)[];

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("The call was expected to fail, and succeeded");
}

describeWithServers("Region proxy", () => {
  let server: AwsServer;
  let proxy: RegionProxy;
  let restore: () => void;

  beforeAll(async () => {
    server = await startMoto();
    proxy = await startRegionProxy(server.url);
    restore = pointClientsAt(proxy.url);
  });

  afterEach(() => proxy.reset());

  afterAll(async () => {
    restore?.();
    await proxy?.close();
    await server?.close();
  });

  it("passes calls on and notes Region, service and operation, in their order", async () => {
    for (const read of Object.values(reads)) await read(here);
    await reads.json(there);
    expect(proxy.calls).toEqual([
      { region: here, service: "dynamodb", operation: "ListTables", met: "open" },
      { region: here, service: "rds", operation: "DescribeGlobalClusters", met: "open" },
      { region: here, service: "s3", operation: "ListBuckets", met: "open" },
      { region: there, service: "dynamodb", operation: "ListTables", met: "open" },
    ]);
  });

  it("passes on what has no body", async () => {
    const client = new S3Client({ region: there });
    await client.send(new CreateBucketCommand({ Bucket: "a-bucket" }));
    await expect(client.send(new HeadBucketCommand({ Bucket: "a-bucket" }))).resolves.toBeDefined();
    expect(errorName(await failureOf(client.send(new HeadBucketCommand({ Bucket: "no-bucket" }))))).toBe("NotFound");
  });

  it.each(protocols)("throttles one Region only, so that the SDK sees it: %s", async (protocol) => {
    proxy.set(there, { kind: "throttle" });
    const error = await failureOf(reads[protocol](there));
    expect(errorName(error)).toBe("ThrottlingException");
    expect(classifyCallError(error)).toBe("throttled");
    await expect(reads[protocol](here)).resolves.toBeDefined();
  });

  it.each(protocols)("refuses, so that the SDK sees who: %s", async (protocol) => {
    proxy.set(there, { kind: "refuse" });
    expect(classifyCallError(await failureOf(reads[protocol](there)))).toBe("accessDenied");
  });

  it("throttles so many requests and is open again, and one service alone", async () => {
    proxy.set(there, { kind: "throttle", requests: 1 }, "dynamodb");
    await expect(reads.query(there)).resolves.toBeDefined();
    expect(errorName(await failureOf(reads.json(there)))).toBe("ThrottlingException");
    await expect(reads.json(there)).resolves.toBeDefined();
    expect(proxy.calls.map(({ service, met }) => `${service} ${met}`)).toEqual([
      "rds open",
      "dynamodb throttle",
      "dynamodb open",
    ]);
  });

  it("lets the copy of one Region stand for all, and asks a service elsewhere", async () => {
    const other = await startMoto();
    const routed = await startRegionProxy(server.url, { tables: { shared: there }, servers: { rds: other.url } });
    try {
      const at = (region: string) => ({ region, endpoint: routed.url, ...once });
      for (const TableName of ["shared", "own"]) {
        await new DynamoDBClient(at(here)).send(
          new CreateTableCommand({
            TableName,
            BillingMode: "PAY_PER_REQUEST",
            KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
            AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
          }),
        );
      }
      await new RDSClient(at(here)).send(
        new CreateGlobalClusterCommand({ GlobalClusterIdentifier: "elsewhere", Engine: "aurora-postgresql" }),
      );
      const tablesIn = async (region: string) =>
        (await new DynamoDBClient({ region }).send(new ListTablesCommand({}))).TableNames;
      expect(await tablesIn(here)).toEqual(["own"]);
      expect(await tablesIn(there)).toEqual(["shared"]);
      const clustersAt = async (endpoint: string) =>
        (await new RDSClient({ region: here, endpoint }).send(new DescribeGlobalClustersCommand({}))).GlobalClusters;
      expect(await clustersAt(server.url)).toEqual([]);
      expect(await clustersAt(other.url)).toHaveLength(1);

      // What is said of a Region holds for what was meant for it, wherever it would have gone.
      routed.set(here, { kind: "refuse" });
      const item = { TableName: "shared", Key: { pk: { S: "a" } } };
      const refused = await failureOf(new DynamoDBClient(at(here)).send(new GetItemCommand(item)));
      expect(classifyCallError(refused)).toBe("accessDenied");
      await expect(new DynamoDBClient(at(there)).send(new GetItemCommand(item))).resolves.toBeDefined();
    } finally {
      await routed.close();
      await other.close();
    }
  });

  it("destroys the connection before anything is done", async () => {
    proxy.set(there, { kind: "destroy" });
    const client = new S3Client({ region: there, ...once });
    await failureOf(client.send(new CreateBucketCommand({ Bucket: "never-made" })));
    proxy.set(there, { kind: "open" });
    expect(errorName(await failureOf(client.send(new HeadBucketCommand({ Bucket: "never-made" }))))).toBe("NotFound");
    expect(proxy.calls.map(({ met }) => met)).toEqual(["destroy", "open"]);
  });

  it("loses the answer of what was done", async () => {
    proxy.set(there, { kind: "loseAnswers" });
    const client = new S3Client({ region: there, ...once });
    const error = await failureOf(client.send(new CreateBucketCommand({ Bucket: "made-all-the-same" })));
    expect(classifyCallError(error)).toBe("unknownOutcome");
    proxy.set(there, { kind: "open" });
    await expect(client.send(new HeadBucketCommand({ Bucket: "made-all-the-same" }))).resolves.toBeDefined();
  });

  it("hangs until the project's own limits end the wait", async () => {
    proxy.set(there, { kind: "hang" });
    const error = await failureOf(createAwsClients(limits).dynamoDB(there).send(new ListTablesCommand({})));
    expect(errorName(error)).toMatch(/Timeout|Abort/);
    expect(proxy.calls).toEqual([{ region: there, service: "dynamodb", operation: "ListTables", met: "hang" }]);
  });

  it("delays one Region behind another that was asked later", async () => {
    proxy.set(there, { kind: "delay", milliseconds: 1_000 });
    const order: string[] = [];
    const slow = reads.json(there).then(() => order.push(there));
    while (proxy.calls.length === 0) await systemClock.sleep(10);
    await reads.json(here).then(() => order.push(here));
    await slow;
    expect(order).toEqual([here, there]);
  });

  it("ends when it is closed, though a call hangs", async () => {
    const other = await startRegionProxy(server.url);
    other.set(there, { kind: "hang" });
    const client = new DynamoDBClient({ region: there, endpoint: other.url, ...once });
    const failed = failureOf(client.send(new ListTablesCommand({})));
    while (other.calls.length === 0) await systemClock.sleep(10);
    await other.close();
    expect(await failed).toBeInstanceOf(Error);
  });
});
