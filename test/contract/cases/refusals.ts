import { DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { DescribeGlobalClustersCommand } from "@aws-sdk/client-rds";
import { GetHealthCheckCommand } from "@aws-sdk/client-route-53";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { AwsClients } from "../../../functions/shared/clients.ts";
import { type Cloud, home, type RefusingService } from "../backend.ts";
import { type Contract, type Refusal, refusalOf } from "../contract.ts";

type Call = (aws: AwsClients) => Promise<unknown>;

/** Prepares one call of each service that succeeds unless it is refused. */
const preparations: Readonly<Record<RefusingService, (cloud: Cloud) => Promise<Call>>> = {
  autoscaling: async () => (aws) => aws.autoScaling(home).send(new DescribeAutoScalingGroupsCommand({})),
  cloudwatch:
    async ({ clock }) =>
    (aws) =>
      aws.cloudWatch(home).send(
        new GetMetricDataCommand({
          MetricDataQueries: [
            { Id: "it", MetricStat: { Metric: { Namespace: "A", MetricName: "b" }, Period: 60, Stat: "Sum" } },
          ],
          StartTime: new Date(clock.now() - 60_000),
          EndTime: new Date(clock.now()),
        }),
      ),
  dynamodb: async (cloud) => {
    const TableName = cloud.unique("records");
    await cloud.prepare.table(TableName, "eventual", [home]);
    return (aws) => aws.dynamoDB(home).send(new GetItemCommand({ TableName, Key: { pk: { S: "a" }, sk: { S: "b" } } }));
  },
  events: async () => (aws) =>
    aws.eventBridge(home).send(new PutEventsCommand({ Entries: [{ Source: "a", DetailType: "b", Detail: "{}" }] })),
  rds: async (cloud) => {
    await cloud.prepare.globalCluster(cloud.unique("shop"), home);
    return (aws) => aws.rds(home).send(new DescribeGlobalClustersCommand({}));
  },
  route53: async (cloud) => {
    const HealthCheckId = await cloud.prepare.healthCheck("calculated");
    return (aws) => aws.route53().send(new GetHealthCheckCommand({ HealthCheckId }));
  },
  s3: async (cloud) => {
    const Bucket = cloud.unique("switch");
    await cloud.prepare.bucket(home, Bucket);
    return (aws) => aws.s3(home).send(new PutObjectCommand({ Bucket, Key: "evacuate/any", Body: "{}" }));
  },
  states: async (cloud) => {
    const stateMachineArn = await cloud.prepare.stateMachine(home, cloud.unique("failover"), "ends");
    return (aws) => aws.stepFunctions(home).send(new StartExecutionCommand({ stateMachineArn, input: "{}" }));
  },
};

/**
 * What each service calls a caller without permission ("Common errors" of its API reference): plain where the client speaks
 * XML, with "Exception" where it speaks JSON, as that of CloudWatch does by now.
 */
const deniedNames: Readonly<Record<RefusingService, string>> = {
  autoscaling: "AccessDenied",
  cloudwatch: "AccessDeniedException",
  dynamodb: "AccessDeniedException",
  events: "AccessDeniedException",
  rds: "AccessDenied",
  route53: "AccessDenied",
  s3: "AccessDenied",
  states: "AccessDeniedException",
};

const throttledNames: Readonly<Record<RefusingService, string>> = {
  autoscaling: "Throttling",
  cloudwatch: "ThrottlingException",
  dynamodb: "ThrottlingException",
  events: "ThrottlingException",
  rds: "Throttling",
  route53: "Throttling",
  s3: "SlowDown",
  states: "ThrottlingException",
};

async function refused(cloud: Cloud, service: RefusingService, reason: "throttle" | "deny"): Promise<Refusal> {
  const call = await preparations[service](cloud);
  let refusal: Refusal | null = null;
  await cloud.disturb.whileRefused(service, reason, async (aws) => {
    refusal = await refusalOf(call(aws));
  });
  if (refusal === null) throw new Error("The call was never made");
  return refusal;
}

const services = Object.keys(preparations) as RefusingService[];

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
