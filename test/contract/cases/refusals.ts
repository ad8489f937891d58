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

/** One call of each service, about a resource of the name, id or ARN given where it needs one. */
export const calls: Readonly<Record<RefusingService, (aws: AwsClients, resource: string) => Promise<unknown>>> = {
  autoscaling: (aws) => aws.autoScaling(home).send(new DescribeAutoScalingGroupsCommand({})),
  cloudwatch: (aws) =>
    aws.cloudWatch(home).send(
      new GetMetricDataCommand({
        MetricDataQueries: [
          { Id: "it", MetricStat: { Metric: { Namespace: "A", MetricName: "b" }, Period: 60, Stat: "Sum" } },
        ],
        StartTime: new Date("2026-11-02T11:00:00Z"),
        EndTime: new Date("2026-11-02T12:00:00Z"),
      }),
    ),
  dynamodb: (aws, TableName) =>
    aws.dynamoDB(home).send(new GetItemCommand({ TableName, Key: { pk: { S: "a" }, sk: { S: "b" } } })),
  events: (aws) =>
    aws.eventBridge(home).send(new PutEventsCommand({ Entries: [{ Source: "a", DetailType: "b", Detail: "{}" }] })),
  rds: (aws) => aws.rds(home).send(new DescribeGlobalClustersCommand({})),
  route53: (aws, HealthCheckId) => aws.route53().send(new GetHealthCheckCommand({ HealthCheckId })),
  s3: (aws, Bucket) => aws.s3(home).send(new PutObjectCommand({ Bucket, Key: "evacuate/any", Body: "{}" })),
  states: (aws, stateMachineArn) =>
    aws.stepFunctions(home).send(new StartExecutionCommand({ stateMachineArn, input: "{}" })),
};

/** Prepares what the call is about, so that it succeeds unless it is refused. */
async function prepareResource({ prepare, unique }: Cloud, service: RefusingService): Promise<string> {
  const name = unique(service);
  switch (service) {
    case "dynamodb":
      await prepare.table(name, "eventual", [home]);
      return name;
    case "rds":
      await prepare.globalCluster(name, home);
      return name;
    case "route53":
      return prepare.healthCheck("calculated");
    case "s3":
      await prepare.bucket(home, name);
      return name;
    case "states":
      return prepare.stateMachine(home, name, "ends");
    case "autoscaling":
    case "cloudwatch":
    case "events":
      return name;
  }
}

/**
 * What each service calls a caller without permission ("Common errors" of its API reference): plain where the client speaks
 * XML, with "Exception" where it speaks JSON, as that of CloudWatch does by now.
 */
export const deniedNames: Readonly<Record<RefusingService, string>> = {
  autoscaling: "AccessDenied",
  cloudwatch: "AccessDeniedException",
  dynamodb: "AccessDeniedException",
  events: "AccessDeniedException",
  rds: "AccessDenied",
  route53: "AccessDenied",
  s3: "AccessDenied",
  states: "AccessDeniedException",
};

export const throttledNames: Readonly<Record<RefusingService, string>> = {
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
  const resource = await prepareResource(cloud, service);
  let refusal: Refusal | null = null;
  await cloud.disturb.whileRefused(service, reason, async (aws) => {
    refusal = await refusalOf(calls[service](aws, resource));
  });
  if (refusal === null) throw new Error("The call was never made");
  return refusal;
}

export const services = Object.keys(calls) as RefusingService[];

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
