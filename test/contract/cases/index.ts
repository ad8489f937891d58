import type { Contract } from "../contract.ts";
import { autoScaling } from "./auto-scaling.ts";
import { cloudWatch } from "./cloudwatch.ts";
import { coordination, records, replicas } from "./dynamodb.ts";
import { eventBridge } from "./eventbridge.ts";
import { rds } from "./rds.ts";
import { recoveryCluster } from "./recovery-cluster.ts";
import { refusals } from "./refusals.ts";
import { route53 } from "./route53.ts";
import { s3 } from "./s3.ts";
import { sns } from "./sns.ts";
import { stepFunctions } from "./step-functions.ts";

/** Everything that the adapters expect of AWS, service by service. */
export const contracts: readonly Contract[] = [
  autoScaling,
  rds,
  cloudWatch,
  coordination,
  records,
  replicas,
  eventBridge,
  stepFunctions,
  route53,
  recoveryCluster,
  s3,
  sns,
  refusals,
];
