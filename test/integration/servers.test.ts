import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateDBClusterCommand,
  CreateGlobalClusterCommand,
  DescribeGlobalClustersCommand,
  FailoverGlobalClusterCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { systemClock } from "../../functions/shared/clock.ts";
import { describeWithServers, projectRoot } from "./environment.ts";
import { type AwsServer, account, pointClientsAt, startMinistack, startMoto } from "./servers.ts";

const region = "eu-west-1";

function createTable(client: DynamoDBClient) {
  return client.send(
    new CreateTableCommand({
      TableName: "records",
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
}

async function writerOf(client: RDSClient): Promise<string | undefined> {
  const { GlobalClusters: found } = await client.send(new DescribeGlobalClustersCommand({}));
  return found?.[0]?.GlobalClusterMembers?.find((member) => member.IsWriter)?.DBClusterArn;
}

async function answers(url: string): Promise<"answers" | "nobody"> {
  try {
    await fetch(url);
    return "answers";
  } catch {
    return "nobody";
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Looks until it holds; jest's own time limit ends a wait that never does. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(50);
}

const starters = { moto: startMoto, ministack: startMinistack } as const satisfies Record<
  string,
  () => Promise<AwsServer>
>;

describeWithServers("Servers", () => {
  describe.each(Object.entries(starters))("%s", (name, start) => {
    let server: AwsServer;
    let restore: () => void;

    beforeAll(async () => {
      server = await start();
      restore = pointClientsAt(server.url);
    });

    afterAll(async () => {
      restore?.();
      await server?.close();
    });

    it("keeps each Region's tables apart, in the account that was asked for", async () => {
      const [here, there] = [new DynamoDBClient({ region }), new DynamoDBClient({ region: "us-east-1" })];
      const { TableDescription: made } = await createTable(here);
      expect(made?.TableArn).toBe(`arn:aws:dynamodb:${region}:${account}:table/records`);
      expect((await here.send(new ListTablesCommand({}))).TableNames).toEqual(["records"]);
      expect((await there.send(new ListTablesCommand({}))).TableNames).toEqual([]);
    });

    it("takes S3's calls by path, without being told so", async () => {
      const client = new S3Client({ region });
      const where = { Bucket: "drain-eu-west-1", Key: "evacuate/us-east-1" };
      await client.send(
        new CreateBucketCommand({ Bucket: where.Bucket, CreateBucketConfiguration: { LocationConstraint: region } }),
      );
      await client.send(new PutObjectCommand({ ...where, Body: "storefront-us-east-1-e1" }));
      const { Body: body } = await client.send(new GetObjectCommand(where));
      expect(await body?.transformToString()).toBe("storefront-us-east-1-e1");
    });

    it("keeps an Aurora global database as the SDK reads it", async () => {
      const [writing, reading] = [new RDSClient({ region }), new RDSClient({ region: "us-east-1" })];
      const global = { GlobalClusterIdentifier: "storefront" };
      const cluster = { ...global, Engine: "aurora-postgresql" };
      await writing.send(new CreateGlobalClusterCommand(cluster));
      const login = { MasterUsername: "storefront", MasterUserPassword: "not-a-secret" };
      await writing.send(new CreateDBClusterCommand({ ...cluster, ...login, DBClusterIdentifier: "here" }));
      const { DBCluster: target } = await reading.send(
        new CreateDBClusterCommand({ ...cluster, DBClusterIdentifier: "there" }),
      );
      expect(await writerOf(writing)).toBe(`arn:aws:rds:${region}:${account}:cluster:here`);

      // moto 5.2.5 has no FailoverGlobalCluster; what it answers instead is not even an AWS error.
      const move = reading.send(
        new FailoverGlobalClusterCommand({
          ...global,
          TargetDbClusterIdentifier: target?.DBClusterArn,
          AllowDataLoss: true,
        }),
      );
      if (name === "moto") return expect(move).rejects.toThrow(/XML parse error/);
      await move;
      expect(await writerOf(writing)).toBe(target?.DBClusterArn);
    });

    it("forgets everything", async () => {
      const client = new DynamoDBClient({ region });
      await server.reset();
      await createTable(client);
      await server.reset();
      expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
    });

    it("leaves no process and no port when it is closed, also twice", async () => {
      const other = await start();
      expect(await answers(other.url)).toBe("answers");
      await other.close();
      await other.close();
      expect(isAlive(other.pid)).toBe(false);
      expect(await answers(other.url)).toBe("nobody");
    });
  });

  it("runs state machines in JSONata on moto, again after a reset, whose functions run in this process", async () => {
    const moto = await startMoto();
    const restore = pointClientsAt(moto.url);
    try {
      moto.functions.use(({ functionName, payload, region: asked }) => ({ functionName, payload, region: asked }));
      for (const round of [1, 2]) {
        const client = new SFNClient({ region });
        const { stateMachineArn } = await client.send(
          new CreateStateMachineCommand({
            name: "greeting",
            roleArn: `arn:aws:iam::${account}:role/greeting`,
            definition: JSON.stringify({
              QueryLanguage: "JSONata",
              StartAt: "Greet",
              States: {
                Greet: {
                  Type: "Task",
                  Resource: "arn:aws:states:::lambda:invoke",
                  Arguments: { FunctionName: "greet", Payload: "{% $states.input.round * 10 %}" },
                  Output: "{% $states.result.Payload %}",
                  End: true,
                },
              },
            }),
          }),
        );
        const { executionArn } = await client.send(
          new StartExecutionCommand({ stateMachineArn, input: JSON.stringify({ round }) }),
        );
        let output: string | undefined;
        await until(async () => {
          const found = await client.send(new DescribeExecutionCommand({ executionArn }));
          output = found.output;
          return found.status !== "RUNNING";
        });
        expect(JSON.parse(output ?? "null")).toEqual({ functionName: "greet", payload: round * 10, region });
        await moto.reset();
      }
      expect(moto.functions.invocations).toHaveLength(2);
    } finally {
      restore();
      await moto.close();
    }
  });

  it("ends with the process that started it, even when that is killed", async () => {
    const parent = spawn(process.execPath, [resolve(import.meta.dirname, "orphan.ts")], {
      cwd: projectRoot,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    parent.stdout.setEncoding("utf8").on("data", (more: string) => {
      text += more;
    });
    await until(() => text.includes("\n") || parent.exitCode !== null);
    const servers = JSON.parse(text) as readonly { readonly pid: number; readonly url: string }[];
    expect(servers.map(({ pid }) => isAlive(pid))).toEqual([true, true]);
    parent.kill("SIGKILL");
    await until(() => !servers.some(({ pid }) => isAlive(pid)));
    expect(await Promise.all(servers.map(({ url }) => answers(url)))).toEqual(["nobody", "nobody"]);
  });
});
