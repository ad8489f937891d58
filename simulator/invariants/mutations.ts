import type { CallRecord } from "../aws/network.ts";

/** Everything that changes the application's world (the controller's own tables are not the application's). */
const mutations = new Set([
  "autoscaling:UpdateAutoScalingGroup",
  "autoscaling:SetDesiredCapacity",
  "rds:FailoverGlobalCluster",
  "rds:SwitchoverGlobalCluster",
  "rds:RemoveFromGlobalCluster",
  "route53:ChangeResourceRecordSets",
  "route53:UpdateHealthCheck",
  "route53-recovery-cluster:UpdateRoutingControlState",
  "route53-recovery-cluster:UpdateRoutingControlStates",
  "s3:PutObject",
  "s3:DeleteObject",
]);

export function isMutation(call: Pick<CallRecord, "service" | "operation">): boolean {
  return mutations.has(`${call.service}:${call.operation}`);
}

/** Names what a call changes as the controller's intents name it. */
export function resourceOf({ service, region, input }: Pick<CallRecord, "service" | "region" | "input">): string {
  switch (service) {
    case "autoscaling":
      return `autoScalingGroup/${input.AutoScalingGroupName}@${region}`;
    case "rds":
      return `globalCluster/${input.GlobalClusterIdentifier}`;
    case "route53":
      return `healthcheck/${input.HealthCheckId}`;
    case "route53-recovery-cluster":
      return String(input.RoutingControlArn);
    case "s3":
      return `s3://${input.Bucket}/${input.Key}`;
    case "cloudwatch":
    case "dynamodb":
    case "events":
    case "states":
      return `${service}@${region}`;
  }
}
