import { automationRules } from "./checks/automation.ts";
import { coordinationRules } from "./checks/coordination.ts";
import { customerRules } from "./checks/customers.ts";
import { databaseRules } from "./checks/database.ts";
import { detectionRules } from "./checks/detection.ts";
import { durationRules } from "./checks/durations.ts";
import type { PlanFinding, PlanRule } from "./checks/finding.ts";
import { regionRules } from "./checks/regions.ts";
import type { Plan } from "./plan.ts";

export type { PlanFinding } from "./checks/finding.ts";

/** In the order in which a reader of the file would want to hear of them. */
const rules: readonly PlanRule[] = [
  ...regionRules,
  ...customerRules,
  ...databaseRules,
  ...coordinationRules,
  ...detectionRules,
  ...automationRules,
  ...durationRules,
];

/** Cross-field checks: every contradiction in a plan. An empty answer means that the plan can be used. */
export function checkPlan(plan: Plan): readonly PlanFinding[] {
  return rules.flatMap((rule) => rule(plan));
}
