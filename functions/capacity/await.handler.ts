import { autoScaling } from "../shared/aws/auto-scaling.ts";
import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { eventBridge } from "../shared/aws/eventbridge.ts";
import { retryRead } from "../shared/backoff.ts";
import { parseInstant } from "../shared/clock.ts";
import { errorMessage } from "../shared/errors.ts";
import { findRegion } from "../shared/plan/plan.ts";
import { pollUntil } from "../shared/poll.ts";
import { createStep, type Handler, type StepContext, type StepDependencies, stepInput } from "../shared/step.ts";
import { wire } from "../shared/wire.ts";
import * as z from "../shared/zod.ts";
import type { Json } from "../timeline/event.ts";
import { readObservations } from "../watch/observations.ts";
import { readGroup, readLaunches } from "./autoscaling.ts";
import { growAll, isBelow, problemOf } from "./grow.ts";
import { readTakenOut } from "./in-dns.ts";
import { launchProblem } from "./launches.ts";
import { type Look, type Progress, progressOf, reassign } from "./progress.ts";
import { settle } from "./settle.ts";
import {
  type CapacityTarget,
  cannotLaunch,
  capacityTargetSchema,
  detailOf,
  needsAPerson,
  type Problem,
} from "./target.ts";

const mostTargets = 40;
const inputSchema = stepInput({
  targets: z.array(capacityTargetSchema).check(z.maxLength(mostTargets)),
  deadlineAt: z.iso.datetime(),
});

/**
 * Waits until the survivors carry the demand, moves on what one of them cannot launch, and raises again what something
 * else has lowered meanwhile. It starts from its targets and from what it sees, so it may be asked again at any point.
 */
export function createHandler(deps: StepDependencies<"autoScaling">): Handler {
  return createStep(deps, inputSchema, ({ targets, deadlineAt }, context) =>
    awaitCapacity(context, targets, deadlineAt),
  );
}

/** How often one invocation sets one group, however often something else lowers it again. */
const mostChangesPerGroup = 5;
/** Looking is repeated anyway, so a look that gets no answer is given up sooner than usual. */
const attemptsPerLook = 2;
/** The watches read the switch once a minute. */
const rereadSwitchMs = 20_000;
/** Longer than a vantage is ever silent in good health: its rounds and their replication take some 15 s. */
const lostAfterMs = 90_000;

async function awaitCapacity(
  context: StepContext<"autoScaling">,
  given: readonly CapacityTarget[],
  deadlineAt: string,
): Promise<Json> {
  const { deps, guard, journal } = context;
  const changes = new Map<string, number>();
  let targets = await settle(context, given);
  let progress: Progress = { result: "waiting", reason: "not looked at yet" };
  const takenOut = rereadTakenOut(context, given);

  await pollUntil(deps, guard, async () => {
    const out = await takenOut();
    const found = await Promise.all(
      targets.map((target) => (out.includes(target.region) ? leave(target) : look(context, target))),
    );
    await journalFindings(context, found);
    const looks = await follow(context, found, changes);
    targets = looks.map(({ target }) => target);
    progress = progressOf(looks, deps.clock.now() < parseInstant(deadlineAt) ? "left" : "over");
    return progress.result === "waiting" ? null : progress;
  });

  const { result, reason } = progress as Progress;
  if (result === "waiting") return { result, targets, deadlineAt, reason };
  const carried = targets.map(({ region, inService, carries }) => `${region} ${inService ?? "unknown"} of ${carries}`);
  await journal.append({
    step: "capacity",
    kind: "stepEnded",
    summary:
      result === "ready"
        ? `The survivors carry the demand: in service ${carried.join(", ")}`
        : `The survivors do not carry the whole demand as planned: ${reason}`,
    detail: { result: result === "ready" ? "done" : "degraded", reason, targets },
  });
  return { result, targets, deadlineAt, reason };
}

/**
 * Survivors that a person has drained meanwhile, read anew now and then. Never all of them: where DNS hands out none, what
 * was begun is ended.
 */
function rereadTakenOut(context: StepContext, given: readonly CapacityTarget[]): () => Promise<readonly string[]> {
  let readAt = Number.NEGATIVE_INFINITY;
  let out: readonly string[] = [];
  return async () => {
    const now = context.deps.clock.now();
    if (given.length < 2 || now - readAt < rereadSwitchMs) return out;
    readAt = now;
    const found = await readTakenOut(context);
    out = given.every(({ region }) => found.includes(region)) ? [] : found;
    return out;
  };
}

/** No customer comes to a survivor that is out of DNS: its part goes to the others. */
function leave(target: CapacityTarget): Look {
  const message = `${target.region} is out of DNS by the switch: no customer is sent there`;
  return { target, group: null, problem: { kind: "blocked", message } };
}

/** One survivor as it is now. */
async function look(context: StepContext<"autoScaling">, target: CapacityTarget): Promise<Look> {
  const { deps } = context;
  const { region, group: name } = target;
  try {
    const group = await retryRead(deps, () => readGroup(deps.aws, region, name), attemptsPerLook);
    if (group === null) {
      return { target, group, problem: { kind: "blocked", message: `There is no group ${name} in ${region}` } };
    }
    const unsolved = isBelow(group, target, deps.plan.capacity.raiseMaximum) ? target.problem : null;
    if (needsAPerson(unsolved)) return { target, group, problem: unsolved };
    if (group.inService >= target.target) return { target, group, problem: null };
    if (group.suspendedProcesses.includes("Launch")) {
      return { target, group, problem: { kind: "launchSuspended", message: "its Launch process is suspended" } };
    }
    const problem = await whyNoLaunch(context, target);
    return { target, group, problem: problem ?? (unsolved?.kind === "noAnswer" ? unsolved : null) };
  } catch (error) {
    const problem = problemOf(error);
    return {
      target,
      group: null,
      problem: problem.kind === "noAnswer" ? await tellSilence(context, region, problem) : problem,
    };
  }
}

/**
 * A survivor that does not answer and whose own controller has gone silent is lost to this run: its part goes to the
 * others at once. One that still gives its heartbeat may be growing all the same, and keeps its part.
 */
async function tellSilence({ deps }: StepContext, region: string, problem: Problem): Promise<Problem> {
  const heartbeat = (await readObservations(deps)).find(({ vantage }) => vantage === region)?.at;
  const silentMs = heartbeat === undefined ? null : deps.clock.now() - parseInstant(heartbeat);
  if (silentMs === null || silentMs < lostAfterMs) return problem;
  return { kind: "blocked", message: `${region} has itself been silent for ${Math.round(silentMs / 1_000)} s` };
}

/** Null also when the group's activities cannot be read: what is not known is no reason to move anything. */
async function whyNoLaunch(
  { deps, run, logger }: StepContext<"autoScaling">,
  target: CapacityTarget,
): Promise<Problem | null> {
  const { region, group } = target;
  try {
    const launches = await retryRead(deps, () => readLaunches(deps.aws, region, group), attemptsPerLook);
    return launchProblem(launches, run.failingSince);
  } catch (error) {
    logger.warn("Scaling activities could not be read", { region, group, error: errorMessage(error) });
    return null;
  }
}

/** What is new since the last look: a survivor that has met an obstacle, or that is ready. */
async function journalFindings({ journal }: StepContext, looks: readonly Look[]): Promise<void> {
  for (const { target, group, problem } of looks) {
    const { region, group: name, carries } = target;
    const detail = { ...detailOf(target), inService: group?.inService ?? null };
    if (problem !== null && problem.kind !== target.problem?.kind) {
      const obstacle = cannotLaunch(problem) ? "cannot launch" : "cannot be relied on";
      const warning = `${name} in ${region} ${obstacle}: ${problem.message}`;
      await journal.append({ step: "capacity", kind: "observed", summary: warning, detail: { ...detail, warning } });
    }
    if (group !== null && group.inService >= carries && (target.inService ?? 0) < carries) {
      const summary = `${name} in ${region} carries its part: ${group.inService} of ${carries} in service`;
      await journal.append({ step: "capacity", kind: "observed", summary, detail });
    }
  }
}

/** Divides anew what cannot be had where it was meant to be, and sets every group that stands below its target. */
async function follow(
  context: StepContext<"autoScaling">,
  looks: readonly Look[],
  changes: Map<string, number>,
): Promise<readonly Look[]> {
  const { deps, journal } = context;
  const { raiseMaximum } = deps.plan.capacity;
  const share = (region: string) => findRegion(deps.plan, region)?.demandShare ?? 0;
  const targets = reassign(looks, share, raiseMaximum);
  if (targets.some((target, index) => target.carries !== looks[index]?.target.carries)) {
    const parts = targets.map(({ region, carries, shortfall }) =>
      shortfall > 0 ? `${region} ${carries} and ${shortfall} short` : `${region} ${carries}`,
    );
    const summary = `The demand is divided anew between the survivors: ${parts.join(", ")}`;
    await journal.append({ step: "capacity", kind: "observed", summary, detail: { targets } });
  }
  const toGrow = targets.filter((target, index) => {
    const group = looks[index]?.group ?? null;
    const spent = (changes.get(target.region) ?? 0) >= mostChangesPerGroup;
    return group !== null && !spent && !needsAPerson(target.problem) && isBelow(group, target, raiseMaximum);
  });
  const grown = await growAll(context, toGrow);
  return looks.map((each, index): Look => {
    const target = targets[index] as CapacityTarget;
    const failure = grown.get(target.region);
    if (failure === undefined) return { ...each, target };
    changes.set(target.region, failure === null ? (changes.get(target.region) ?? 0) + 1 : mostChangesPerGroup);
    const problem = failure ?? (cannotLaunch(target.problem) ? target.problem : null);
    return { ...each, target: { ...target, problem }, problem };
  });
}

export const handler: Handler = wire(createHandler, { autoScaling, dynamoDB, eventBridge });
