import { autoScaling } from "../functions/shared/aws/auto-scaling.ts";
import { type CallLimits, type ClientFactory, productionLimits } from "../functions/shared/aws/bounds.ts";
import { cloudWatch } from "../functions/shared/aws/cloudwatch.ts";
import { dynamoDB } from "../functions/shared/aws/dynamodb.ts";
import { eventBridge } from "../functions/shared/aws/eventbridge.ts";
import { rds } from "../functions/shared/aws/rds.ts";
import { recoveryCluster } from "../functions/shared/aws/recovery-cluster.ts";
import { route53 } from "../functions/shared/aws/route53.ts";
import { s3 } from "../functions/shared/aws/s3.ts";
import { sns } from "../functions/shared/aws/sns.ts";
import { stepFunctions } from "../functions/shared/aws/step-functions.ts";
import type { AwsClients, AwsService } from "../functions/shared/clients.ts";

/** Every factory there is: one that is missing here does not compile. */
export const clientFactories: { readonly [Service in AwsService]: ClientFactory<Service> } = {
  autoScaling,
  cloudWatch,
  dynamoDB,
  eventBridge,
  rds,
  recoveryCluster,
  route53,
  s3,
  sns,
  stepFunctions,
};

/** All of the project's own clients, for tests that call whatever `AWS_ENDPOINT_URL` names. */
export function createAwsClients(limits: CallLimits = productionLimits): AwsClients {
  const made = Object.entries(clientFactories).map(([name, create]) => [name, create(limits)]);
  return Object.fromEntries(made) as AwsClients;
}
