import type { Plan } from "./plan.ts";

/** An alarm whose events are a reason to look, and the Region that it speaks of. */
export interface KnownAlarm {
  readonly name: string;
  readonly suspects: string;
}

/**
 * The alarm in us-east-1 on Route 53's endpoint check of a Region. Where it is made and where its event is understood, it is
 * known by this name alone.
 */
export function endpointAlarmName(plan: Pick<Plan, "application">, region: string): string {
  return `failover-${plan.application}-endpoint-${region}`;
}

/** One for each Region, where this project makes the health checks: with the `healthCheck` switch. */
export function endpointAlarms(plan: Plan): readonly KnownAlarm[] {
  if (plan.traffic.switch.kind !== "healthCheck") return [];
  return plan.regions.map(({ name }) => ({ name: endpointAlarmName(plan, name), suspects: name }));
}

/** Every alarm whose events are listened to: those that the plan names, then those on the endpoint checks. */
export function knownAlarms(plan: Plan): readonly KnownAlarm[] {
  return [...plan.detection.alarms, ...endpointAlarms(plan)];
}
