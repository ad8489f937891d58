import { type Approval, approvalSchema } from "../approval/answer.ts";
import type { Question } from "../approval/question.ts";
import { converge, type Verdict } from "../coordination/converge.ts";
import { isoInstant } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { errorMessage, errorName, FailoverError } from "../shared/errors.ts";
import type { DatabasePlan, Plan } from "../shared/plan/plan.ts";
import { pollUntil } from "../shared/poll.ts";
import { createStep, type Handler, type StepContext } from "../shared/step.ts";
import type { Json } from "../timeline/event.ts";
import { readTimeline } from "../timeline/journal.ts";
import { type Classification, classify, type DatabaseView, describeTwoWriters } from "./classify.ts";
import { type Evidence, findUnrecordedPromotion, readEvidence, readView } from "./evidence.ts";
import {
  decidePromotion,
  estimateLoss,
  type Flavour,
  type GateDecision,
  type Loss,
  noLoss,
  unknownLoss,
} from "./gate.ts";
import { findIntents, globalClusterResource, type Intent, intentDetail } from "./intent.ts";
import { describeEvidence } from "./lag.ts";
import { beginMove } from "./rds.ts";

/** How often one invocation acts and looks anew: two switchovers, then two failovers. */
const maximumTries = 4;
/** A switchover that is refused is tried once more, after waiting for the signs of life to end. */
const maximumSwitchovers = 2;
/** A primary that answers does so within seconds; one that does not must not hold up the promotion. */
const switchoverDeadlineSeconds = 30;
const failoverDeadlineSeconds = 120;
const pauseAfterRefusalMs = 5_000;

/** How a promotion stands, as the state machine takes it. */
interface Answer extends Loss {
  readonly result:
    | "skipped"
    | "notNeeded"
    | "alreadyWriter"
    | "moving"
    | "needsApproval"
    | "blocked"
    | "declined"
    | "observed";
  readonly target: string | null;
  readonly kind: Flavour | "none";
  readonly question: Question | null;
  readonly deadlineAt: string | null;
  readonly reason: string | null;
}

type Idle = Extract<Classification, { kind: "idle" }>;

/**
 * Begins to make a survivor's cluster the writer, if it must be, may be and is not yet. Waiting for the end of the move is
 * the next step's. One invocation takes up to about six minutes: a move being cancelled, and a primary that lives but
 * refuses a switchover, are waited for.
 */
export function createHandler(deps: Dependencies): Handler {
  return createStep(deps, { approval: approvalSchema.nullable() }, async ({ approval }, context) => {
    const { database } = context.deps.plan;
    if (database === null) return end(context, { result: "skipped", reason: "The plan has no database", loss: noLoss });
    return promote(context, database, approval);
  });
}

async function promote(context: StepContext, database: DatabasePlan, approval: Approval | null): Promise<Json> {
  const { deps, run } = context;
  const intents = findIntents(await readTimeline(deps, run.incident), database.globalCluster);
  let switchovers = 0;
  let problem = "";
  for (let attempt = 1; attempt <= maximumTries; attempt++) {
    const found = await settle(context, database, intents);
    if (found.kind !== "idle") return conclude(context, database, found, intents);

    const evidence = await readEvidence(context, database, found.target);
    const refused = switchovers >= maximumSwitchovers;
    const decision = decide(context, database, found, evidence, refused ? "refused" : "untried", approval);
    await observe(context, found, evidence, decision);
    if (decision.kind !== "proceed") return stop(context, found, decision);

    const intent: Intent = { target: found.target, kind: decision.flavour, ...decision.loss };
    const begun = await begin(context, database, intent, decision.reason);
    if (begun === null) return moving(context, database, intent);
    problem = begun;
    if (decision.flavour === "switchover") {
      switchovers++;
      if (switchovers < maximumSwitchovers) await awaitSilence(context, database, found);
    } else {
      await deps.clock.sleep(pauseAfterRefusalMs);
    }
  }
  return end(context, { result: "blocked", reason: problem, loss: unknownLoss });
}

/** The classification once it is one: while a move is being cancelled, or nothing can be read, it waits. */
async function settle(
  context: StepContext,
  database: DatabasePlan,
  intents: readonly Intent[],
): Promise<Classification> {
  let last: Classification = { kind: "unknown", reason: "it was not read" };
  await pollUntil(context.deps, context.guard, async () => {
    const view = await readView(context, database);
    last = classifyView(context, database, view, intents);
    if (last.kind === "notNeeded") {
      const unrecorded = await findUnrecordedPromotion(context, database, view);
      if (unrecorded !== null) last = classifyView(context, database, view, intents, [unrecorded]);
    }
    return last.kind === "cancelling" || last.kind === "unknown" ? null : last;
  });
  return last;
}

function classifyView(
  { run }: StepContext,
  database: DatabasePlan,
  view: DatabaseView,
  intents: readonly Intent[],
  unrecorded: readonly string[] = [],
  preferred: string | null = null,
): Classification {
  return classify({
    view,
    database,
    failedRegion: run.failedRegion,
    survivors: run.survivors,
    preferred,
    promotedHere: [...intents.map(({ target }) => target), ...unrecorded],
  });
}

function decide(
  { deps, run }: StepContext,
  database: DatabasePlan,
  { primary, target }: Idle,
  { lag, life }: Evidence,
  switchover: "untried" | "refused",
  approval: Approval | null,
): GateDecision {
  return decidePromotion({
    primary,
    target,
    life,
    switchover,
    lag,
    failingSince: run.failingSince,
    budgetSeconds: database.dataLossBudgetSeconds,
    level: deps.plan.automation.database,
    authority: run.authority,
    thirdOpinion: thirdOpinion(deps.plan),
    approval,
  });
}

function thirdOpinion(plan: Plan): "present" | "absent" {
  return plan.regions.length > 2 || plan.detection.witnesses.length > 0 ? "present" : "absent";
}

/** Answers null when the move has begun, else why it has not. */
async function begin(
  context: StepContext,
  database: DatabasePlan,
  intent: Intent,
  because: string,
): Promise<string | null> {
  const { deps, run, guard, journal, logger } = context;
  const { globalCluster, clusters } = database;
  const targetArn = clusters[intent.target];
  if (targetArn === undefined) return `The plan names no cluster in ${intent.target}`;
  const move = { flavour: intent.kind, globalCluster, primary: run.failedRegion, target: intent.target, targetArn };
  const call =
    intent.kind === "failover"
      ? `Fail ${globalCluster} over to ${intent.target}, allowing data loss`
      : `Switch ${globalCluster} over from ${run.failedRegion} to ${intent.target}`;
  try {
    const converged = await converge<DatabaseView>(deps, guard, journal, {
      step: "database",
      resource: globalClusterResource(globalCluster),
      summary: call,
      deadlineSeconds: intent.kind === "failover" ? failoverDeadlineSeconds : switchoverDeadlineSeconds,
      read: () => readView(context, database),
      judge: (view) => judgeIntent(classifyView(context, database, view, [intent], [], intent.target), intent, because),
      apply: () => beginMove(deps, move),
    });
    return converged.kind === "blocked" ? converged.reason : null;
  } catch (error) {
    // Refused, or no answer in time: what is the case now is read anew, and goes through the gate anew (FM31).
    if (errorName(error) !== "StepBlocked" && errorName(error) !== "DeadlinePassed") throw error;
    logger.warn("The move could not be begun", { kind: intent.kind, error: errorMessage(error) });
    return errorMessage(error);
  }
}

function judgeIntent(found: Classification, intent: Intent, because: string): Verdict {
  switch (found.kind) {
    case "movingToUs":
    case "alreadyWriter":
      if (found.target === intent.target) return { kind: "done" };
      return { kind: "blocked", reason: `The writer is moving to ${found.target} instead` };
    case "idle":
      if (found.target !== intent.target)
        return { kind: "blocked", reason: `${intent.target} can no longer take over` };
      return { kind: "change", detail: { ...intentDetail(intent), reason: because } };
    case "notNeeded":
    case "movingElsewhere":
    case "cancelling":
    case "twoWriters":
    case "noTarget":
    case "unknown":
      return { kind: "blocked", reason: describe(found) };
  }
}

/** After a refused switchover: until the primary gives no sign of life any more, or something moved. Bounded. */
async function awaitSilence(context: StepContext, database: DatabasePlan, found: Idle): Promise<void> {
  await pollUntil(context.deps, context.guard, async () => {
    const now = classifyView(context, database, await readView(context, database), []);
    if (now.kind !== "idle") return now;
    const { life } = await readEvidence(context, database, found.target);
    return life.kind === "none" ? life : null;
  });
}

/** For every classification in which nothing is to be promoted. */
async function conclude(
  context: StepContext,
  database: DatabasePlan,
  found: Exclude<Classification, Idle>,
  intents: readonly Intent[],
): Promise<Json> {
  const reason = describe(found);
  await context.journal.append({
    step: "database",
    kind: "observed",
    summary: reason,
    detail: { classification: found.kind },
  });
  switch (found.kind) {
    case "notNeeded":
      return end(context, { result: "notNeeded", reason, loss: noLoss });
    case "alreadyWriter": {
      const intent = await adopt(context, database, found.target, "unsaid", intents);
      return end(context, { result: "alreadyWriter", reason, target: found.target, kind: intent.kind, loss: intent });
    }
    case "movingToUs":
      return moving(context, database, await adopt(context, database, found.target, found.flavour, intents));
    case "movingElsewhere":
    case "cancelling":
    case "twoWriters":
    case "noTarget":
      return end(context, { result: "blocked", reason, loss: unknownLoss });
    case "unknown":
      throw new FailoverError("Transient", `The global cluster cannot be read: ${found.reason}. Try again`);
  }
}

/** A move that this invocation did not begin: what was intended is in the timeline, or else is told from the evidence. */
async function adopt(
  context: StepContext,
  database: DatabasePlan,
  target: string,
  flavour: Flavour | "unsaid",
  intents: readonly Intent[],
): Promise<Intent> {
  const intent = intents.find((each) => each.target === target && (flavour === "unsaid" || each.kind === flavour));
  if (intent !== undefined) return intent;
  if (flavour === "switchover") return { target, kind: "switchover", ...noLoss };
  const { lag } = await readEvidence(context, database, target);
  return { target, kind: "failover", ...estimateLoss(lag, context.run.failingSince) };
}

async function observe(context: StepContext, found: Idle, evidence: Evidence, decision: GateDecision): Promise<void> {
  const { lag, life } = evidence;
  const reading = lag.kind === "known" ? lag.reading : lag.last;
  const age = reading === null ? null : (context.deps.clock.now() - Date.parse(reading.sampledAt)) / 1_000;
  const alive = life.kind === "none" ? "gives no sign of life" : `lives: ${life.reason}`;
  await context.journal.append({
    step: "database",
    kind: "observed",
    summary: `The writer in ${found.primary} ${alive}; of ${found.target}, ${describeEvidence(lag)}`,
    detail: {
      classification: found.kind,
      target: found.target,
      lag: { known: lag.kind, value: reading?.seconds ?? null, ageSeconds: age, source: reading?.source ?? null },
      life: life.kind,
      decision: decision.kind,
    },
  });
}

/** For every decision of the gate but to proceed. */
async function stop(
  context: StepContext,
  { target }: Idle,
  decision: Exclude<GateDecision, { kind: "proceed" }>,
): Promise<Json> {
  switch (decision.kind) {
    case "ask": {
      const { question, loss } = decision;
      return answer({ result: "needsApproval", target, kind: "none", ...loss, question, reason: question.detail });
    }
    case "observe":
      return end(context, { result: "observed", reason: decision.reason, target, loss: unknownLoss });
    case "declined":
    case "blocked":
      return end(context, { result: decision.kind, reason: decision.reason, loss: unknownLoss });
  }
}

function moving({ deps }: StepContext, database: DatabasePlan, { target, kind, ...loss }: Intent): Json {
  const deadlineAt = isoInstant(deps.clock.now() + database.deadlineSeconds * 1_000);
  return answer({
    result: "moving",
    target,
    kind,
    lossSeconds: loss.lossSeconds,
    worstCaseLossSeconds: loss.worstCaseLossSeconds,
    deadlineAt,
  });
}

/** The branch ends here, and the timeline says how. */
async function end(
  { journal }: StepContext,
  ending: {
    readonly result: Exclude<Answer["result"], "moving" | "needsApproval">;
    readonly reason: string;
    readonly loss: Loss;
    readonly target?: string;
    readonly kind?: Flavour;
  },
): Promise<Json> {
  const { result, reason, target = null, kind = "none" } = ending;
  const { lossSeconds, worstCaseLossSeconds } = ending.loss;
  await journal.append({
    step: "database",
    kind: "stepEnded",
    summary: reason,
    detail: {
      result: resultOf(result),
      promotedRegion: result === "alreadyWriter" ? target : null,
      kind,
      lossSeconds,
      worstCaseLossSeconds,
      reason,
    },
  });
  return answer({ result, target, kind, lossSeconds, worstCaseLossSeconds, reason });
}

/** The word for the report. */
function resultOf(result: Exclude<Answer["result"], "moving" | "needsApproval">): string {
  switch (result) {
    case "notNeeded":
    case "alreadyWriter":
      return "done";
    case "blocked":
      return "degraded";
    case "skipped":
    case "declined":
    case "observed":
      return result;
  }
}

function answer(
  said: Omit<Answer, "question" | "deadlineAt" | "reason"> &
    Partial<Pick<Answer, "question" | "deadlineAt" | "reason">>,
): Json {
  const { question = null, deadlineAt = null, reason = null } = said;
  return { ...said, question: question === null ? null : { ...question }, deadlineAt, reason };
}

function describe(found: Exclude<Classification, Idle>): string {
  switch (found.kind) {
    case "notNeeded":
      return `Nothing to promote: the writer is in ${found.writer}, which did not fail`;
    case "alreadyWriter":
      return `${found.target} is the writer already`;
    case "movingToUs":
      return `The writer is moving to ${found.target} already`;
    case "movingElsewhere":
      return `The writer is being moved to ${found.to}, which is no survivor of this run: left alone`;
    case "cancelling":
      return "A move of the writer is being cancelled and has not come to its end: retry when it has";
    case "twoWriters":
      return describeTwoWriters(found.writers);
    case "noTarget":
    case "unknown":
      return found.reason;
  }
}
