import { type Change, converge, type Verdict } from "../coordination/converge.ts";
import type { Guard } from "../coordination/guard.ts";
import { classifyCallError, errorMessage, FailoverError, isFault } from "../shared/errors.ts";
import type { StepContext } from "../shared/step.ts";
import { type Group, raiseGroup, readGroup } from "./autoscaling.ts";
import { growthLimit, type RaiseMaximum } from "./sizing.ts";
import { type CapacityTarget, type Problem, resourceOf } from "./target.ts";

/** How long the change of one group may take; the wait for its instances is another matter. */
const changeWithinSeconds = 45;

/**
 * Brings one survivor's group to its target. A failure is an answer, so that one survivor never stops another (FM34).
 * @throws FailoverError "LeaseLost", or "LeaseStoreUnreachable": nobody may change anything any more
 */
export async function grow(context: StepContext<"autoScaling">, target: CapacityTarget): Promise<Problem | null> {
  const { deps, guard, journal } = context;
  const { region, group } = target;
  const { raiseMaximum } = deps.plan.capacity;
  const change: Change<Group | null> = {
    step: "capacity",
    resource: resourceOf(region, group),
    summary: `Raise ${group} in ${region} to ${target.target}`,
    deadlineSeconds: changeWithinSeconds,
    read: () => readGroup(deps.aws, region, group),
    judge: (now) => judgeGroup(now, target, raiseMaximum),
    apply: async (now) => {
      if (now === null) return;
      await raiseGroup(deps.aws, region, group, now, goalOf(now, target.target, raiseMaximum));
    },
  };
  try {
    const converged = await converge(deps, guard, journal, change);
    return converged.kind === "blocked" ? { kind: "blocked", message: converged.reason } : null;
  } catch (error) {
    return problemOf(error);
  }
}

/** What to do about a group as it is. Nothing of it is ever lowered (FM50). */
export function judgeGroup(now: Group | null, target: CapacityTarget, raiseMaximum: RaiseMaximum): Verdict {
  if (now === null) return { kind: "blocked", reason: `There is no group ${target.group} in ${target.region}` };
  const goal = goalOf(now, target.target, raiseMaximum);
  if (now.minimum >= goal && now.desired >= goal) {
    if (goal >= target.target) return { kind: "done" };
    return { kind: "done", note: `MaxSize ${now.maximum} is below ${target.target}, and the plan forbids raising it` };
  }
  return {
    kind: "change",
    detail: {
      region: target.region,
      group: target.group,
      before: target.before,
      target: goal,
      inService: now.inService,
    },
  };
}

/** Whether the group stands below what it should be set to. */
export function isBelow(now: Group, target: CapacityTarget, raiseMaximum: RaiseMaximum): boolean {
  return judgeGroup(now, target, raiseMaximum).kind === "change";
}

function goalOf(now: Group, target: number, raiseMaximum: RaiseMaximum): number {
  return Math.min(target, growthLimit(now, raiseMaximum));
}

/** Sorts a failure of one survivor. What concerns the whole run, or is a fault in this code, goes up. */
export function problemOf(error: unknown): Problem {
  if (isFault(error)) throw error;
  const message = errorMessage(error);
  if (error instanceof FailoverError) {
    switch (error.name) {
      case "LeaseLost":
      case "LeaseStoreUnreachable":
      case "InvalidInput":
      case "InvalidPlan":
        throw error;
      case "AccessDenied":
        return { kind: "accessDenied", message };
      case "StepBlocked":
        return { kind: "blocked", message };
      case "DeadlinePassed":
      case "Transient":
        return { kind: "noAnswer", message };
    }
  }
  switch (classifyCallError(error)) {
    case "accessDenied":
      return { kind: "accessDenied", message };
    case "rejected":
      return { kind: "blocked", message };
    case "throttled":
    case "conflict":
    case "unknownOutcome":
      return { kind: "noAnswer", message };
  }
}

/**
 * One guard for survivors that are changed side by side: when one learns that the lease is lost, none of the others
 * leans on a proof from before.
 */
export function inCommon(guard: Guard): Guard {
  let lost: FailoverError | null = null;
  const watched = (prove: () => Promise<void>) => async () => {
    if (lost !== null) throw lost;
    try {
      await prove();
    } catch (error) {
      if (error instanceof FailoverError && error.name === "LeaseLost") lost = error;
      throw error;
    }
    if (lost !== null) throw lost;
  };
  return {
    run: guard.run,
    hold: watched(() => guard.hold()),
    keep: watched(() => guard.keep()),
    stillHeld: watched(() => guard.stillHeld()),
    holdFor: (seconds) => watched(() => guard.holdFor(seconds))(),
  };
}

/** Grows several survivors side by side and waits for all, also when the run is lost: nothing is left running behind it. */
export async function growAll(
  context: StepContext<"autoScaling">,
  targets: readonly CapacityTarget[],
): Promise<ReadonlyMap<string, Problem | null>> {
  const shared = { ...context, guard: inCommon(context.guard) };
  const settled = await Promise.allSettled(targets.map((target) => grow(shared, target)));
  const problems = new Map<string, Problem | null>();
  const thrown: unknown[] = [];
  for (const [index, result] of settled.entries()) {
    if (result.status === "rejected") thrown.push(result.reason);
    else problems.set((targets[index] as CapacityTarget).region, result.value);
  }
  const lost = thrown.find((error) => error instanceof FailoverError && error.name === "LeaseLost");
  if (thrown.length > 0) throw lost ?? thrown[0];
  return problems;
}
