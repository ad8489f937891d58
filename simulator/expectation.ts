import type { Plan } from "../functions/shared/plan/plan.ts";
import { mostInstances, usualInstances } from "./deployment.ts";
import { automationIn, promotes } from "./needs.ts";
import type { Outcome, Scenario } from "./scenario.ts";

/**
 * How a story ends under a plan whose needs it meets: as it says of itself, or before that where the plan lets automation
 * go less far or its survivors have less room. A story in which nothing is done ends so under every plan.
 */
export function expectedUnder(scenario: Scenario, plan: Plan): Outcome | null {
  const { expected, script } = scenario;
  if (expected === null || expected === "stoodDown") return expected;
  const { traffic, capacity, database } = automationIn(scenario, plan);
  const answered = script.some(({ action }) => action.kind === "answer");
  if (traffic === "observe") return "observed";
  if (traffic === "approve" && !answered) return "waitingForApproval";
  if (promotes(scenario, plan)) {
    if (database === "observe" || (expected === "recovered" && !hasHeir(scenario, plan))) return "degraded";
    // Nobody is asked about clusters that are left alone.
    const isAurora = script.every(({ action }) => action.kind !== "engine");
    if (database === "approve" && !answered && isAurora) return "waitingForApproval";
  }
  if (expected === "recovered" && capacity !== "observe" && !survivorsHaveRoom(scenario, plan)) return "degraded";
  return expected;
}

/**
 * Whether a Region with a cluster is left to be promoted: one that the story takes from no service. A plan may have a
 * database in some of its Regions only.
 */
function hasHeir({ failedRegion, script }: Scenario, { database }: Plan): boolean {
  const lost = new Set(
    script.flatMap(({ action }) => {
      switch (action.kind) {
        case "region":
          return action.health === "up" ? [] : [action.region];
        case "takenOut":
        case "drainedByHand":
          return [action.region];
        default:
          return [];
      }
    }),
  );
  return Object.keys(database?.clusters ?? {}).some((region) => region !== failedRegion && !lost.has(region));
}

/** Whether the simulated groups of the survivors can grow to what the whole application takes. */
function survivorsHaveRoom({ failedRegion }: Scenario, plan: Plan): boolean {
  if (plan.capacity.raiseMaximum === "allowed") return true;
  const survivors = plan.regions.filter(({ name }) => name !== failedRegion);
  if (survivors.some(({ autoScalingGroup }) => autoScalingGroup === null)) return true;
  const sum = (names: readonly { readonly name: string }[], count: typeof usualInstances) =>
    names.reduce((total, { name }) => total + count(plan, name), 0);
  return sum(survivors, mostInstances) >= sum(plan.regions, usualInstances) * (1 + plan.capacity.headroom);
}
