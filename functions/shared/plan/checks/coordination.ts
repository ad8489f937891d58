import { describeSeconds } from "../duration.ts";
import type { Plan } from "../plan.ts";
import { finding, listed, type PlanFinding, type PlanRule, refuseRepeated } from "./finding.ts";

/** The Region sets of multi-Region strong consistency: a table's replicas and witness lie inside one of them. */
export const strongConsistencySets: readonly (readonly string[])[] = [
  ["us-east-1", "us-east-2", "us-west-2"],
  ["eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"],
  ["ap-northeast-1", "ap-northeast-2", "ap-northeast-3"],
];

/**
 * The longest that a healthy run is silent: the pause between two tries of a step (MaxDelaySeconds of
 * statemachines/failover.asl.json), the start of its function (Assumption: 5 s), and a first look at five endpoints that
 * hang, one after the other. Whoever looks longer renews meanwhile.
 */
export const longestSilence = { betweenTriesSeconds: 10, startSeconds: 5, endpoints: 5, answerSeconds: 6 } as const;
const shortestLeaseSeconds =
  longestSilence.betweenTriesSeconds +
  longestSilence.startSeconds +
  longestSilence.endpoints * longestSilence.answerSeconds;

function coordinationRegionsAreDistinct(plan: Plan): readonly PlanFinding[] {
  return refuseRepeated("coordination.regions", plan.coordination.regions, "must name each replica's Region once");
}

function coordinationIsInsideOneRegionSet(plan: Plan): readonly PlanFinding[] {
  const { regions } = plan.coordination;
  if (strongConsistencySets.some((set) => regions.every((region) => set.includes(region)))) return [];
  const sets = strongConsistencySets.map((set) => listed(set)).join(" | ");
  return [
    finding("coordination.regions", listed(regions), `must lie inside one Region set of strong consistency: ${sets}`),
  ];
}

/** One is strongly consistent, the other is not: the same table cannot be both. */
function coordinationHasATableOfItsOwn(plan: Plan): readonly PlanFinding[] {
  const { table } = plan.coordination;
  if (table === plan.recordsTable) {
    return [
      finding(
        "records.table",
        table,
        "must not be coordination.table: that one is strongly consistent, this one is not",
      ),
    ];
  }
  return [];
}

function leaseOutlivesSilence(plan: Plan): readonly PlanFinding[] {
  const { leaseSeconds } = plan.coordination;
  if (leaseSeconds >= shortestLeaseSeconds) return [];
  const allowed = `must be at least ${describeSeconds(shortestLeaseSeconds)}, the longest that a healthy run is silent`;
  return [finding("coordination.lease", describeSeconds(leaseSeconds), allowed)];
}

function checkedTablesAreNamedOnce(plan: Plan): readonly PlanFinding[] {
  return refuseRepeated("tables", plan.tables, "must name a table once");
}

/** The replicas of the coordination table need not be the workload's: it is watched by using it. */
function controllersOwnTablesAreNotTheApplications(plan: Plan): readonly PlanFinding[] {
  return plan.tables
    .filter((table) => table === plan.coordination.table || table === plan.recordsTable)
    .map((table) => finding("tables", table, "must be a table of the application, not one of the controller's own"));
}

/** Rules about the controller's own tables and the application's. */
export const coordinationRules: readonly PlanRule[] = [
  coordinationRegionsAreDistinct,
  coordinationIsInsideOneRegionSet,
  coordinationHasATableOfItsOwn,
  leaseOutlivesSilence,
  checkedTablesAreNamedOnce,
  controllersOwnTablesAreNotTheApplications,
];
