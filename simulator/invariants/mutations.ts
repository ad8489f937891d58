import type { CallRecord } from "../aws/network.ts";
import type { ServiceName } from "../aws/service.ts";

/** Everything that changes the application's world (the controller's own tables are not the application's). */
const mutations: Readonly<Partial<Record<ServiceName, ReadonlySet<string>>>> = {
  autoscaling: new Set(["UpdateAutoScalingGroup", "SetDesiredCapacity"]),
  rds: new Set(["FailoverGlobalCluster", "ModifyDBCluster", "SwitchoverGlobalCluster", "RemoveFromGlobalCluster"]),
  route53: new Set(["ChangeResourceRecordSets", "UpdateHealthCheck"]),
  "route53-recovery-cluster": new Set(["UpdateRoutingControlState", "UpdateRoutingControlStates"]),
  s3: new Set(["PutObject", "DeleteObject"]),
};

export function isMutation({ service, operation }: Pick<CallRecord, "service" | "operation">): boolean {
  return mutations[service]?.has(operation) ?? false;
}

/** Whether a change is one of who writes, and not of a cluster itself. */
export function movesTheWriter({ service, operation }: Pick<CallRecord, "service" | "operation">): boolean {
  return service === "rds" && operation !== "ModifyDBCluster";
}

/** Names what a call changes as the controller's intents name it. */
export function resourceOf({
  service,
  operation,
  region,
  input,
}: Pick<CallRecord, "service" | "operation" | "region" | "input">): string {
  switch (service) {
    case "autoscaling":
      return `autoScalingGroup/${input.AutoScalingGroupName}@${region}`;
    case "rds":
      if (operation === "ModifyDBCluster") return `cluster/${input.DBClusterIdentifier}@${region}`;
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
    case "sns":
    case "states":
      return `${service}@${region}`;
  }
}
