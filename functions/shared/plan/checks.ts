import type { Plan } from "./plan.ts";

/** What is wrong with a plan whose every field is well-formed: fields that contradict each other. */
export interface PlanFinding {
  readonly key: string;
  readonly message: string;
}

/** Cross-field checks. An empty answer means that the plan can be used. */
export function checkPlan(_plan: Plan): readonly PlanFinding[] {
  return [];
}
