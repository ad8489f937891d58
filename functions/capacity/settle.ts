import { errorMessage } from "../shared/errors.ts";
import type { StepContext } from "../shared/step.ts";
import { readTimeline } from "../timeline/journal.ts";
import { growAll } from "./grow.ts";
import { type CapacityTarget, resourceOf } from "./target.ts";

/**
 * Ends what an invocation before this one began and, because it died, never told the end of (FM30). A repeated step is
 * handed the targets of before, which need not lead it to the same group again; what was once intended stays intended,
 * and is confirmed or reported as failed here.
 *
 * @throws FailoverError "LeaseLost", or "LeaseStoreUnreachable"
 */
export async function settle(
  context: StepContext<"autoScaling">,
  given: readonly CapacityTarget[],
): Promise<readonly CapacityTarget[]> {
  const open = await findOpen(context);
  const isOpen = ({ region, group }: CapacityTarget) => open.has(resourceOf(region, group));
  const targets = given.map((each): CapacityTarget => {
    const intended = open.get(resourceOf(each.region, each.group)) ?? 0;
    return { ...each, target: Math.max(each.target, intended) };
  });
  const grown = await growAll(context, targets.filter(isOpen));
  return targets.map((each) => ({ ...each, problem: grown.get(each.region) ?? each.problem }));
}

/** By resource, what this run intended last and the timeline has no end of. None when the timeline cannot be read now. */
async function findOpen({ deps, run, logger }: StepContext): Promise<ReadonlyMap<string, number>> {
  const open = new Map<string, number>();
  try {
    for (const { step, kind, epoch, detail } of await readTimeline(deps, run.incident)) {
      if (step !== "capacity" || epoch !== run.epoch) continue;
      const { resource, target } = detail;
      if (typeof resource !== "string") continue;
      if (kind === "intent" && typeof target === "number") open.set(resource, target);
      if (kind === "confirmed" || kind === "failed") open.delete(resource);
    }
  } catch (error) {
    logger.warn("What was begun before could not be read", { error: errorMessage(error) });
    return new Map();
  }
  return open;
}
