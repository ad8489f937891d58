import type { Plan } from "../../functions/shared/plan/plan.ts";
import type { Permission, Subject } from "./statement.ts";

/** "*" is all that Auto Scaling's Describe actions take; the Regions, at least, can be named. */
function describesGroups(action: string, regions: readonly string[], purpose: string): readonly Permission[] {
  if (regions.length === 0) return [];
  return [
    {
      actions: [`autoscaling:${action}`],
      resources: ["*"],
      conditions: { StringEquals: { "aws:RequestedRegion": regions } },
      reason: `${purpose}; the API knows no resource to name for it`,
    },
  ];
}

function regionsWithGroups(plan: Plan): readonly string[] {
  return plan.regions.filter(({ autoScalingGroup }) => autoScalingGroup !== null).map(({ name }) => name);
}

export function readsGroups({ plan }: Subject): readonly Permission[] {
  return describesGroups("DescribeAutoScalingGroups", regionsWithGroups(plan), "Reads the survivors' groups");
}

export function readsScalingActivities({ plan }: Subject): readonly Permission[] {
  const purpose = "Reads why instances do not come";
  return describesGroups("DescribeScalingActivities", regionsWithGroups(plan), purpose);
}

export function readsInstanceRefreshes({ plan }: Subject): readonly Permission[] {
  const purpose = "Reads whether a deployment is replacing instances";
  return describesGroups("DescribeInstanceRefreshes", regionsWithGroups(plan), purpose);
}

export function samplesItsOwnGroup({ plan, place }: Subject): readonly Permission[] {
  const own = regionsWithGroups(plan).filter((region) => region === place.region);
  return describesGroups("DescribeAutoScalingGroups", own, "Samples the capacity of its own Region");
}

export function raisesGroups({ plan, place }: Subject): readonly Permission[] {
  const groups = plan.regions.flatMap(({ name: region, autoScalingGroup }) =>
    autoScalingGroup === null
      ? []
      : [
          `arn:${place.partition}:autoscaling:${region}:${place.account}:autoScalingGroup:*:autoScalingGroupName/${autoScalingGroup}`,
        ],
  );
  if (groups.length === 0) return [];
  return [
    {
      actions: ["autoscaling:UpdateAutoScalingGroup"],
      resources: groups,
      reason: "Raises the survivors' groups; an ARN holds an identifier that AWS makes up, the group's name is exact",
    },
  ];
}
