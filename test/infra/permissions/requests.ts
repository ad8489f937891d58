import { simulatedAccount } from "../../../simulator/account.ts";
import type { CallRecord } from "../../../simulator/aws/network.ts";

/** What IAM is asked when a function makes a call: one question for each resource that the action is authorised on. */
export interface IamRequest {
  /** Such as `rds:FailoverGlobalCluster`. */
  readonly action: string;
  /** An ARN, or `*` for an action that knows no resource. */
  readonly resource: string;
  /** Condition keys by name. */
  readonly context: Readonly<Record<string, string | string[]>>;
}

/** AWS gives a group its own; the simulator's groups have none. */
const groupId = "11111111-2222-3333-4444-555555555555";

/** One call of the API. */
export type Call = Pick<CallRecord, "service" | "operation" | "region" | "input">;

/**
 * What IAM is asked for one call, recorded or of a command of the runbook, after the Service Authorization Reference of each service.
 * @param clusters every Aurora cluster ARN of the plan: a failover is authorised on the global cluster and on both the
 *   cluster that gives the writer up and the one that takes it
 * @throws RangeError for a call that nobody has said this of yet
 */
export function iamRequestsOf(call: Call, clusters: readonly string[]): readonly IamRequest[] {
  const { service, operation, region } = call;
  const input = call.input as Readonly<Record<string, string>>;
  const action = `${service}:${operation}`;
  const on = (resource: string, context: IamRequest["context"] = {}, as = action): IamRequest => ({
    action: as,
    resource,
    context: { "aws:RequestedRegion": region, ...context },
  });
  switch (action) {
    case "autoscaling:DescribeAutoScalingGroups":
    case "autoscaling:DescribeInstanceRefreshes":
    case "autoscaling:DescribeScalingActivities":
    case "cloudwatch:GetMetricData":
    case "route53-recovery-cluster:ListRoutingControls":
      return [on("*")];
    case "autoscaling:UpdateAutoScalingGroup":
      return [
        on(
          `arn:aws:autoscaling:${region}:${simulatedAccount}:autoScalingGroup:${groupId}:autoScalingGroupName/${input.AutoScalingGroupName}`,
        ),
      ];
    case "cloudwatch:PutMetricData":
      return [on("*", { "cloudwatch:namespace": String(input.Namespace) })];
    case "dynamodb:DescribeTable":
      return [on(table(call))];
    case "dynamodb:GetItem":
    case "dynamodb:PutItem":
    case "dynamodb:Query":
    case "dynamodb:UpdateItem":
      return [on(table(call), { "dynamodb:LeadingKeys": [partitionKeyOf(call)] })];
    case "events:PutEvents": {
      const entries = input.Entries as unknown as readonly { readonly Source: string; readonly DetailType: string }[];
      return [
        on(`arn:aws:events:${region}:${simulatedAccount}:event-bus/default`, {
          "events:source": [...new Set(entries.map(({ Source }) => Source))],
          "events:detail-type": [...new Set(entries.map(({ DetailType }) => DetailType))],
        }),
      ];
    }
    case "rds:DescribeDBClusters":
      return [on(String(input.DBClusterIdentifier))];
    case "rds:DescribeDBInstances":
      // By a filter, which names no resource.
      return [on(`arn:aws:rds:${region}:${simulatedAccount}:db:*`)];
    case "rds:DescribeGlobalClusters":
      return [on(globalCluster(input))];
    case "rds:FailoverGlobalCluster":
    case "rds:SwitchoverGlobalCluster":
      return [globalCluster(input), ...clusters].map((resource) => on(resource));
    case "route53:GetHealthCheck":
    case "route53:UpdateHealthCheck":
      return [on(`arn:aws:route53:::healthcheck/${input.HealthCheckId}`)];
    case "route53-recovery-cluster:UpdateRoutingControlState":
      return [on(String(input.RoutingControlArn))];
    case "s3:ListObjectsV2":
      return [on(`arn:aws:s3:::${input.Bucket}`, { "s3:prefix": String(input.Prefix) }, "s3:ListBucket")];
    case "s3:DeleteObject":
    case "s3:GetObject":
    case "s3:PutObject":
      return [on(`arn:aws:s3:::${input.Bucket}/${input.Key}`)];
    case "sns:Publish":
      return [on(String(input.TopicArn))];
    case "states:DescribeExecution":
      return [on(String(input.executionArn))];
    case "states:ListExecutions":
    case "states:StartExecution":
      return [on(String(input.stateMachineArn))];
    default:
      throw new RangeError(`Which resource IAM is asked about for ${action} is not written down here: add it`);
  }
}

function globalCluster(input: Readonly<Record<string, string>>): string {
  return `arn:aws:rds::${simulatedAccount}:global-cluster:${input.GlobalClusterIdentifier}`;
}

function table({ region, input }: Call): string {
  return `arn:aws:dynamodb:${region}:${simulatedAccount}:table/${input.TableName}`;
}

/** The partition key of the item or items that a DynamoDB call is about. */
function partitionKeyOf({ operation, input }: Call): string {
  const { Key, Item, ExpressionAttributeValues } = input as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const named = (Key ?? Item)?.pk ?? ExpressionAttributeValues?.[":pk"];
  const key = (named as { readonly S?: string } | undefined)?.S;
  if (key === undefined) throw new RangeError(`dynamodb:${operation} names no partition key: ${JSON.stringify(input)}`);
  return key;
}
