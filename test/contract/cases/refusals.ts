import { DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { DescribeGlobalClustersCommand } from "@aws-sdk/client-rds";
import { GetHealthCheckCommand } from "@aws-sdk/client-route-53";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { AwsClients } from "../../../functions/shared/clients.ts";
import type { Clock } from "../../../functions/shared/clock.ts";
import { type Cloud, home, type RefusingService } from "../backend.ts";
import { type Contract, type Refusal, refusalOf } from "../contract.ts";

/** One call of each service that any adapter might make. What it asks for need not be there: refusals come first. */
const calls: Readonly<Record<RefusingService, (aws: AwsClients, clock: Clock) => Promise<unknown>>> = {
  autoscaling: (aws) => aws.autoScaling(home).send(new DescribeAutoScalingGroupsCommand({})),
  cloudwatch: (aws, clock) =>
    aws.cloudWatch(home).send(
      new GetMetricDataCommand({
        MetricDataQueries: [
          { Id: "it", MetricStat: { Metric: { Namespace: "A", MetricName: "b" }, Period: 60, Stat: "Sum" } },
        ],
        StartTime: new Date(clock.now() - 60_000),
        EndTime: new Date(clock.now()),
      }),
    ),
  dynamodb: (aws) =>
    aws.dynamoDB(home).send(new GetItemCommand({ TableName: "any", Key: { pk: { S: "a" }, sk: { S: "b" } } })),
  events: (aws) =>
    aws.eventBridge(home).send(new PutEventsCommand({ Entries: [{ Source: "a", DetailType: "b", Detail: "{}" }] })),
  rds: (aws) => aws.rds(home).send(new DescribeGlobalClustersCommand({})),
  route53: (aws) => aws.route53().send(new GetHealthCheckCommand({ HealthCheckId: "any" })),
  s3: (aws) => aws.s3(home).send(new PutObjectCommand({ Bucket: "any-bucket", Key: "evacuate/any", Body: "{}" })),
  states: (aws) =>
    aws
      .stepFunctions(home)
      .send(
        new StartExecutionCommand({
          stateMachineArn: `arn:aws:states:${home}:111122223333:stateMachine:any`,
          input: "{}",
        }),
      ),
};

/** What each service calls a caller without permission ("Common errors" of its API reference). */
const deniedNames: Readonly<Record<RefusingService, string>> = {
  autoscaling: "AccessDenied",
  cloudwatch: "AccessDenied",
  dynamodb: "AccessDeniedException",
  events: "AccessDeniedException",
  rds: "AccessDenied",
  route53: "AccessDenied",
  s3: "AccessDenied",
  states: "AccessDeniedException",
};

const throttledNames: Readonly<Record<RefusingService, string>> = {
  autoscaling: "Throttling",
  cloudwatch: "Throttling",
  dynamodb: "ThrottlingException",
  events: "ThrottlingException",
  rds: "Throttling",
  route53: "Throttling",
  s3: "SlowDown",
  states: "ThrottlingException",
};

async function refused(cloud: Cloud, service: RefusingService, reason: "throttle" | "deny"): Promise<Refusal> {
  let refusal: Refusal | null = null;
  await cloud.disturb.whileRefused(service, reason, async (aws) => {
    refusal = await refusalOf(calls[service](aws, cloud.clock));
  });
  if (refusal === null) throw new Error("The call was never made");
  return refusal;
}

const services = Object.keys(calls) as RefusingService[];

export const refusals: Contract = {
  service: "Refusals",
  cases: {
    ...Object.fromEntries(
      services.map((service) => [
        `a caller without permission is denied by ${service}`,
        async (cloud: Cloud) => {
          const refusal = await refused(cloud, service, "deny");

          expect(refusal).toEqual({ name: deniedNames[service], sortedAs: "accessDenied" });
        },
      ]),
    ),
    ...Object.fromEntries(
      services.map((service) => [
        `a caller that asks too often is throttled by ${service}`,
        async (cloud: Cloud) => {
          const refusal = await refused(cloud, service, "throttle");

          expect(refusal).toEqual({ name: throttledNames[service], sortedAs: "throttled" });
        },
      ]),
    ),
  },
};
