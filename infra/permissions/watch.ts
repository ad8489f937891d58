import { metricNamespace } from "../../functions/watch/metrics.ts";
import { machineArn } from "../names.ts";
import type { Permission, Subject } from "./statement.ts";

export function publishesMetrics(): readonly Permission[] {
  return [
    {
      actions: ["cloudwatch:PutMetricData"],
      resources: ["*"],
      conditions: { StringEquals: { "cloudwatch:namespace": metricNamespace } },
      reason: "Publishes what it saw, under the project's own namespace; the API knows no resource to name for it",
    },
  ];
}

/** A witness only watches: there is no machine where it runs. */
export function startsTheMachine({ plan, place }: Subject): readonly Permission[] {
  if (!plan.regions.some(({ name }) => name === place.region)) return [];
  return [
    {
      actions: ["states:StartExecution"],
      resources: [machineArn(plan, place)],
      reason: "Starts what no event started",
    },
  ];
}
