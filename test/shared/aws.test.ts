import { DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { DescribeGlobalClustersCommand } from "@aws-sdk/client-rds";
import { GetHealthCheckCommand } from "@aws-sdk/client-route-53";
import { UpdateRoutingControlStateCommand } from "@aws-sdk/client-route53-recovery-cluster";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import { PublishCommand } from "@aws-sdk/client-sns";
import type { CallLimits } from "../../functions/shared/aws/bounds.ts";
import type { AwsClients, AwsService } from "../../functions/shared/clients.ts";
import { systemClock } from "../../functions/shared/clock.ts";
import { classifyCallError, errorMessage, errorName } from "../../functions/shared/errors.ts";
import { createAwsClients } from "../real-clients.ts";
import { refusingUrl, startHttpServer, startTcpServer, type TestServer } from "./servers.ts";

const region = "eu-west-1";
const limits: CallLimits = { connectMs: 400, answerMs: 300, wholeMs: 600 };

/** One call of each client, made to whatever server `AWS_ENDPOINT_URL` names. */
const calls: Readonly<Record<AwsService, (aws: AwsClients, url: string) => Promise<unknown>>> = {
  autoScaling: (aws) => aws.autoScaling(region).send(new DescribeAutoScalingGroupsCommand({})),
  cloudWatch: (aws) =>
    aws.cloudWatch(region).send(
      new GetMetricDataCommand({
        MetricDataQueries: [],
        StartTime: new Date("2026-01-01T00:00:00Z"),
        EndTime: new Date("2026-01-01T00:01:00Z"),
      }),
    ),
  dynamoDB: (aws) => aws.dynamoDB(region).send(new GetItemCommand({ TableName: "table", Key: { id: { S: "1" } } })),
  eventBridge: (aws) => aws.eventBridge(region).send(new PutEventsCommand({ Entries: [] })),
  rds: (aws) => aws.rds(region).send(new DescribeGlobalClustersCommand({})),
  route53: (aws) => aws.route53().send(new GetHealthCheckCommand({ HealthCheckId: "check" })),
  recoveryCluster: (aws, url) =>
    aws.recoveryCluster({ region, url }).send(
      new UpdateRoutingControlStateCommand({
        RoutingControlArn: "arn:aws:route53-recovery-control::111122223333:controlpanel/a/routingcontrol/b",
        RoutingControlState: "Off",
      }),
    ),
  s3: (aws) => aws.s3(region).send(new PutObjectCommand({ Bucket: "bucket", Key: "key", Body: "text" })),
  sns: (aws) =>
    aws.sns(region).send(new PublishCommand({ TopicArn: "arn:aws:sns:eu-west-1:111122223333:topic", Message: "text" })),
  stepFunctions: (aws) =>
    aws
      .stepFunctions(region)
      .send(new StartExecutionCommand({ stateMachineArn: "arn:aws:states:eu-west-1:111122223333:stateMachine:a" })),
};
const services = Object.keys(calls) as AwsService[];

const environment = { ...process.env };
let server: TestServer | null = null;

beforeEach(() => {
  process.env.AWS_ACCESS_KEY_ID = "test";
  process.env.AWS_SECRET_ACCESS_KEY = "test";
});

afterEach(async () => {
  await server?.stop();
  server = null;
  process.env = { ...environment };
});

/** The error of a call to `url`. Fails the test when there is none. */
async function failureOf(service: AwsService, url: string): Promise<unknown> {
  process.env.AWS_ENDPOINT_URL = url;
  try {
    await calls[service](createAwsClients(limits), url);
  } catch (error) {
    return error;
  }
  throw new Error(`${service} answered`);
}

describe("A call that gets no answer fails by itself, with an outcome that counts as unknown (FM38, FM31)", () => {
  it.each(services)("%s: the server accepts and never answers", async (service) => {
    server = await startTcpServer(() => {});

    const error = await failureOf(service, server.url);

    expect(errorName(error)).toBe("TimeoutError");
    expect(classifyCallError(error)).toBe("unknownOutcome");
  });

  it.each(services)("%s: nobody listens", async (service) => {
    const error = await failureOf(service, await refusingUrl());

    expect(errorMessage(error)).toContain("ECONNREFUSED");
    expect(classifyCallError(error)).toBe("unknownOutcome");
  });

  it("the server hangs up after it read the request", async () => {
    server = await startTcpServer((socket) => socket.once("data", () => socket.destroy()));

    expect(classifyCallError(await failureOf("rds", server.url))).toBe("unknownOutcome");
  });

  it("the answer begins and stalls", async () => {
    server = await startHttpServer((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("{");
    });

    expect(classifyCallError(await failureOf("dynamoDB", server.url))).toBe("unknownOutcome");
  });

  it("the answer trickles in without an end", async () => {
    server = await startHttpServer(async (_request, response) => {
      response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
      while (!response.destroyed) {
        response.write(" ");
        await systemClock.sleep(50);
      }
    });

    expect(classifyCallError(await failureOf("dynamoDB", server.url))).toBe("unknownOutcome");
  });
});

describe("How often a call is sent", () => {
  it.each(services.filter((service) => service !== "cloudWatch"))("%s: once, whatever comes back", async (service) => {
    server = await startHttpServer((_request, response) => response.writeHead(503).end());

    const error = await failureOf(service, server.url);

    expect(server.connections()).toBe(1);
    expect(classifyCallError(error)).toBe("unknownOutcome");
  });

  it("cloudWatch: twice, for it only reads", async () => {
    server = await startHttpServer((_request, response) => response.writeHead(503).end());

    await failureOf("cloudWatch", server.url);

    expect(server.connections()).toBe(2);
  });
});

describe("Which client is asked", () => {
  it("is one a service and Region, made once", () => {
    const aws = createAwsClients(limits);
    const endpoint = { region, url: "https://a.example.com" };

    expect(aws.rds(region)).toBe(aws.rds(region));
    expect(aws.rds(region)).not.toBe(aws.rds("us-east-1"));
    expect(aws.route53()).toBe(aws.route53());
    expect(aws.recoveryCluster(endpoint)).toBe(aws.recoveryCluster({ ...endpoint }));
    expect(aws.recoveryCluster(endpoint)).not.toBe(aws.recoveryCluster({ region, url: "https://b.example.com" }));
  });

  it("signs for the Region that was named, whatever the environment says, and for us-east-1 at Route 53", async () => {
    process.env.AWS_REGION = "sa-east-1";
    const signedFor: string[] = [];
    server = await startHttpServer((request, response) => {
      signedFor.push(/Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? "")?.[1] ?? "none");
      response.writeHead(500).end();
    });

    await failureOf("rds", server.url);
    await failureOf("route53", server.url);

    expect(signedFor).toEqual([region, "us-east-1"]);
  });

  it("keeps no connection from one call to the next", async () => {
    server = await startHttpServer((_request, response) => response.end("{}"));
    process.env.AWS_ENDPOINT_URL = server.url;
    const aws = createAwsClients(limits);

    await calls.dynamoDB(aws, server.url);
    await calls.dynamoDB(aws, server.url);

    expect(server.connections()).toBe(2);
  });
});
