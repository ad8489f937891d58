import type { Plan } from "../functions/shared/plan/plan.ts";
import type { FunctionName } from "./functions.ts";

/**
 * Names that the deployment gives, so that a person can find things at three in the morning and so that one Region's
 * stack can speak of another Region's resources without depending on that stack (docs/adr/0013).
 */

/** The state machine, the same in every Region that serves. */
export function machineName(plan: Plan): string {
  return `failover-${plan.application}`;
}

/** A Lambda function: `failover-<application>-<room>-<action>`, or `failover-<application>-watch`. */
export function functionName(plan: Plan, name: FunctionName): string {
  return partName(plan, kebab(name));
}

/** `AssessSignal` as `assess-signal`. */
export function kebab(name: FunctionName): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
}

/** A stack, or anything else of which there is one for each part: `failover-<application>-<part>`. */
export function partName(plan: Pick<Plan, "application">, part: string): string {
  return `failover-${plan.application}-${part}`;
}

/**
 * The bucket in which a Region keeps the reports of runs that were closed there. A bucket's name is one
 * of the whole world's, so that it holds the account; it must not be longer than 63 characters, so that it begins otherwise
 * than the other names.
 */
export function reportBucketName(plan: Plan, { account, region }: Place): string {
  return `${plan.application}-reports-${account}-${region}`;
}

/** The stack with the health checks of the `healthCheck` switch; it is in us-east-1. */
export function healthChecksStackName(plan: Pick<Plan, "application">): string {
  return partName(plan, healthChecksPart);
}

/** What that stack is called after `failover-<application>-`. */
export const healthChecksPart = "health-checks";

/** That stack's output for a Region's record: `HealthCheckIdUsEast1` for us-east-1. */
export function healthCheckOutput(region: string): string {
  const parts = region.split("-").map((part) => `${part.charAt(0).toUpperCase()}${part.slice(1)}`);
  return `HealthCheckId${parts.join("")}`;
}

/** Where an ARN lies. All three may be CDK tokens. */
export interface Place {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
}

export function machineArn(plan: Plan, { partition, account, region }: Place): string {
  return `arn:${partition}:states:${region}:${account}:stateMachine:${machineName(plan)}`;
}

export function tableArn(table: string, { partition, account, region }: Place): string {
  return `arn:${partition}:dynamodb:${region}:${account}:table/${table}`;
}

/** What the topic for people is called, in every Region that watches, after `failover-<application>-`. */
export const peoplePart = "people";
/** And the queue of what could not be delivered there. */
export const deadLettersPart = "dead-letters";

export function topicArn(plan: Plan, { partition, account, region }: Place): string {
  return `arn:${partition}:sns:${region}:${account}:${partName(plan, peoplePart)}`;
}

export function deadLettersArn(plan: Plan, { partition, account, region }: Place): string {
  return `arn:${partition}:sqs:${region}:${account}:${partName(plan, deadLettersPart)}`;
}

export function defaultBusArn({ partition, account, region }: Place): string {
  return `arn:${partition}:events:${region}:${account}:event-bus/default`;
}
