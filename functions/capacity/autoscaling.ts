import {
  type Activity,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeScalingActivitiesCommand,
  type Instance,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import type { AwsClients } from "../shared/clients.ts";
import type { LaunchActivity } from "./launches.ts";
import type { GroupSize } from "./sizing.ts";

type Aws = Pick<AwsClients, "autoScaling">;

/** A group as AWS describes it, in capacity units. */
export interface Group extends GroupSize {
  /** Launching, not yet in service. */
  readonly pending: number;
  readonly suspendedProcesses: readonly string[];
}

/** The group as it is now; null when there is none of that name. @throws what the SDK throws */
export async function readGroup(aws: Aws, region: string, name: string): Promise<Group | null> {
  const answer = await aws
    .autoScaling(region)
    .send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }));
  const group = answer.AutoScalingGroups?.find((each) => each.AutoScalingGroupName === name);
  if (group === undefined) return null;
  const instances = group.Instances ?? [];
  return {
    minimum: group.MinSize ?? 0,
    desired: group.DesiredCapacity ?? 0,
    maximum: group.MaxSize ?? 0,
    inService: unitsOf(instances, (state) => state === "InService"),
    pending: unitsOf(instances, (state) => state.startsWith("Pending")),
    suspendedProcesses: (group.SuspendedProcesses ?? []).flatMap(({ ProcessName }) => ProcessName ?? []),
  };
}

/** The group's last attempts to launch, at most a hundred activities back. @throws what the SDK throws */
export async function readLaunches(aws: Aws, region: string, name: string): Promise<readonly LaunchActivity[]> {
  const answer = await aws
    .autoScaling(region)
    .send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName: name, MaxRecords: 100 }));
  return (answer.Activities ?? []).filter(isLaunch).flatMap((activity) => {
    // One that was called off and says nothing of why is nobody's failure.
    const calledOff = activity.StatusCode === "Cancelled" && !activity.StatusMessage;
    if (activity.StartTime === undefined || calledOff) return [];
    return {
      startedAt: activity.StartTime.getTime(),
      state: stateOf(activity),
      message: activity.StatusMessage ?? "",
    };
  });
}

/** Whether an instance refresh, that is a deployment, is replacing the group's instances. @throws what the SDK throws */
export async function isRefreshing(aws: Aws, region: string, name: string): Promise<boolean> {
  const answer = await aws
    .autoScaling(region)
    .send(new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: name, MaxRecords: 5 }));
  const underWay = new Set(["Pending", "InProgress", "Baking", "Cancelling", "RollbackInProgress"]);
  return (answer.InstanceRefreshes ?? []).some(({ Status }) => Status !== undefined && underWay.has(Status));
}

/**
 * Raises a group to `target`. MinSize, because scaling policies undo a DesiredCapacity (FM51), and nothing besides that
 * need not be said: AWS raises DesiredCapacity along with MinSize, and a DesiredCapacity that a policy has just raised
 * further must not be lowered by ours (UpdateAutoScalingGroup, notes on MinSize). @throws what the SDK throws
 */
export async function raiseGroup(aws: Aws, region: string, name: string, now: Group, target: number): Promise<void> {
  const follows = now.minimum < target && now.inService + now.pending < target;
  await aws.autoScaling(region).send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      ...(now.minimum < target ? { MinSize: target } : {}),
      ...(now.desired < target && !follows ? { DesiredCapacity: target } : {}),
      ...(now.maximum < target ? { MaxSize: target } : {}),
    }),
  );
}

function unitsOf(instances: readonly Instance[], counts: (state: string) => boolean): number {
  return instances
    .filter((instance) => counts(instance.LifecycleState ?? ""))
    .reduce((sum, instance) => sum + weightOf(instance), 0);
}

/** A group is weighted when its instances say so; each counts as one otherwise. */
function weightOf(instance: Instance): number {
  const weight = Number(instance.WeightedCapacity);
  return Number.isFinite(weight) && weight > 0 ? weight : 1;
}

function isLaunch(activity: Activity): boolean {
  return !/^Terminating/i.test(activity.Description ?? "");
}

function stateOf(activity: Activity): LaunchActivity["state"] {
  switch (activity.StatusCode) {
    case "Failed":
    case "Cancelled":
      return "failed";
    case "Successful":
      return "succeeded";
    default:
      return "running";
  }
}
