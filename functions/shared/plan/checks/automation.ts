import { type AutomationLevel, findThirdOpinion, type Plan } from "../plan.ts";
import { finding, type PlanFinding, type PlanRule } from "./finding.ts";

const freedom: Readonly<Record<AutomationLevel, number>> = { observe: 0, approve: 1, automatic: 2 };

function databaseAutomationNeedsADatabase(plan: Plan): readonly PlanFinding[] {
  const { database } = plan.automation;
  if (database === "observe" || plan.database !== null) return [];
  return [finding("automation.database", database, "must be observe in a plan without a database section")];
}

function capacityAutomationNeedsAGroup(plan: Plan): readonly PlanFinding[] {
  const { capacity } = plan.automation;
  if (capacity === "observe" || managesCapacity(plan)) return [];
  return [finding("automation.capacity", capacity, "must be observe in a plan without any autoScalingGroup")];
}

function raisingTheMaximumNeedsAGroup(plan: Plan): readonly PlanFinding[] {
  if (plan.capacity.raiseMaximum === "forbidden" || managesCapacity(plan)) return [];
  return [finding("capacity.raiseMaximum", "true", "must be false in a plan without any autoScalingGroup")];
}

/** Moving traffic can be taken back and a promotion cannot: the lesser step is never the one that waits. */
function databaseIsNoFreerThanTraffic(plan: Plan): readonly PlanFinding[] {
  const { database, traffic } = plan.automation;
  if (freedom[database] <= freedom[traffic]) return [];
  return [
    finding(
      "automation.database",
      database,
      `must not go further than automation.traffic, ${traffic}: a promotion cannot be taken back, moving traffic can`,
    ),
  ];
}

/** One observer alone cannot tell a dead Region from a cut cable, and a wrong promotion makes two writers (FM14, FM45). */
function promotionNeedsAThirdOpinion(plan: Plan): readonly PlanFinding[] {
  if (plan.automation.database !== "automatic" || findThirdOpinion(plan) === "present") return [];
  return [
    finding(
      "automation.database",
      "automatic",
      "must be observe or approve with two Regions and no witness: name a Region in detection.witnesses, or let a person approve",
    ),
  ];
}

/** Where a promotion needs a person, nobody's silence may stand for one: the same two writers, by way of a timeout. */
function silencePromotesNothingWithoutAThirdOpinion(plan: Plan): readonly PlanFinding[] {
  const { database, approval } = plan.automation;
  if (database === "observe" || approval.onNoAnswer === "decline" || findThirdOpinion(plan) === "present") return [];
  return [
    finding(
      "automation.approval.onNoAnswer",
      approval.onNoAnswer,
      `must be decline with two Regions and no witness while automation.database is ${database}: nobody's silence may promote there; name a Region in detection.witnesses, or let the database observe`,
    ),
  ];
}

/** One question covers the whole run, so capacity cannot ask where traffic does not. */
function capacityAsksWithTraffic(plan: Plan): readonly PlanFinding[] {
  const { capacity, traffic } = plan.automation;
  if (capacity !== "approve" || traffic === "approve") return [];
  return [
    finding(
      "automation.capacity",
      capacity,
      `must be observe or automatic while automation.traffic is ${traffic}: one question covers both`,
    ),
  ];
}

function managesCapacity(plan: Plan): boolean {
  return plan.regions.some((region) => region.autoScalingGroup !== null);
}

/** Rules about what may be done without a person: nothing that the plan cannot do, nothing that is unsafe. */
export const automationRules: readonly PlanRule[] = [
  databaseAutomationNeedsADatabase,
  capacityAutomationNeedsAGroup,
  raisingTheMaximumNeedsAGroup,
  databaseIsNoFreerThanTraffic,
  capacityAsksWithTraffic,
  promotionNeedsAThirdOpinion,
  silencePromotesNothingWithoutAThirdOpinion,
];
