import { type Approval, approvalSchema } from "../approval/answer.ts";
import { cloudWatch } from "../shared/aws/cloudwatch.ts";
import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { eventBridge } from "../shared/aws/eventbridge.ts";
import { rds } from "../shared/aws/rds.ts";
import { parseInstant } from "../shared/clock.ts";
import { FailoverError } from "../shared/errors.ts";
import { type DatabasePlan, findThirdOpinion } from "../shared/plan/plan.ts";
import { createStep, type Handler, type StepContext, type StepDependencies, stepInput } from "../shared/step.ts";
import { wire } from "../shared/wire.ts";
import * as z from "../shared/zod.ts";
import type { Json } from "../timeline/event.ts";
import { readTimeline } from "../timeline/journal.ts";
import { beginPromotion } from "./begin.ts";
import { chooseCandidate, describePassedOver, type PassedOver, type Refusal } from "./candidates.ts";
import type { Classification } from "./classify.ts";
import { answerAsking, answerMoving, answerWaiting, endPromotion } from "./ending.ts";
import { type Evidence, lossOf, readEvidence, readersOf, readSettledEvidence } from "./evidence.ts";
import { agreedOutsiders, decidePromotion, type GateDecision, noLoss, unknownLoss } from "./gate.ts";
import { findIntents, globalClusterResource, type Intent } from "./intent.ts";
import { describeEvidence } from "./lag.ts";
import { mayWriteBesides } from "./outsiders.ts";
import { raiseRange } from "./scale.ts";
import { awaitSilence, settle, waitedFor } from "./settle.ts";
import { takeUp } from "./take-up.ts";
import { createWaiting, type Waiting } from "./waiting.ts";
import { describeClassification } from "./words.ts";

/** How often one invocation acts and looks anew, refusals not counted: two switchovers, then two failovers. */
const maximumTries = 4;
/** When AWS has refused every candidate they are asked once more: what stood in the way may have passed. */
const maximumRounds = 2;
/** A switchover that is refused is tried once more, after waiting for the signs of life to end. */
const maximumSwitchovers = 2;
const pauseAfterRefusalMs = 5_000;

type Context = StepContext<"cloudWatch" | "rds">;
type Idle = Extract<Classification, { kind: "idle" }>;

const inputSchema = stepInput({ approval: z.nullable(approvalSchema) });

/**
 * Begins to make a survivor's cluster the writer, if it must be, may be and is not yet. Waiting for the end of the move is
 * the next step's. One invocation takes up to about six minutes: a move being cancelled is waited for, and so is a
 * primary that lives but refuses a switchover.
 */
export function createHandler(deps: StepDependencies<"cloudWatch" | "rds">): Handler {
  return createStep(deps, inputSchema, async ({ approval }, context) => {
    const { database } = context.deps.plan;
    if (database === null) {
      return endPromotion(context, { result: "skipped", reason: "The plan has no database", loss: noLoss });
    }
    if (readersOf(context, database).length > 0) return promote(context, database, approval);
    // Nobody who may be asked knows where the writer is, and nothing here could become it: no try changes that.
    return endPromotion(context, {
      result: "blocked",
      reason: describeNoCluster(context, database),
      loss: unknownLoss,
    });
  });
}

async function promote(context: Context, database: DatabasePlan, approval: Approval | null): Promise<Json> {
  const { deps, run } = context;
  const timeline = await readTimeline(deps, run.incident);
  const intents = [...findIntents(timeline, database.globalCluster)];
  const waiting = createWaiting(context, database, timeline);
  /** Survivors that AWS has refused in this round, in its words. */
  const refused = new Map<string, Refusal>();
  let refusedSwitchovers = 0;
  let rounds = waiting.hasBegun() ? maximumRounds : 1;
  let problem = "";
  for (let tries = 0; tries < maximumTries; ) {
    const { found: seen, standings } = await settle(context, database, {
      promotedHere: intents.map(({ target }) => target),
      preferred: approvedTarget(approval),
      refused,
      waiting,
      askAgain: rounds < maximumRounds ? "atOnce" : "later",
    });
    if (seen.kind === "noTarget" && refused.size > 0 && rounds < maximumRounds) {
      rounds++;
      refused.clear();
      continue;
    }
    const instead = writerInstead(seen, run.promotionTarget ?? null);
    if (instead !== null) return endPromotion(context, { result: "blocked", reason: instead, loss: unknownLoss });
    if (seen.kind === "alreadyWriter") {
      const said = await takeUp(context, database, seen, intents);
      await raiseRange(context, database, seen.target, { intents, timeline });
      return said;
    }
    if (seen.kind !== "idle") return conclude(context, database, seen, intents, waiting);

    const { found, evidence } = await choose(context, database, seen, approvedTarget(approval));
    const decision = decidePromotion({
      ...found,
      ...evidence,
      switchover: refusedSwitchovers < maximumSwitchovers ? "untried" : "refused",
      failingSince: evidence.lastWriteAt,
      budgetSeconds: database.dataLossBudgetSeconds,
      level: deps.plan.automation.database,
      authority: run.authority,
      thirdOpinion: findThirdOpinion(deps.plan),
      approval,
    });
    await observe(context, found, evidence, decision);
    if (decision.kind !== "proceed") return stop(context, found, decision);

    const intent: Intent = { target: found.target, kind: decision.flavour, ...decision.loss };
    intents.unshift(intent);
    const known = { standings, outsiders: agreedOutsiders(approval) };
    const begun = await beginPromotion(context, database, intent, decision.reason, known);
    if (begun.kind === "moving") return answerMoving(context, database, intent);
    problem = begun.reason;
    // What AWS never took explains no move that is found later.
    if (begun.call === "notTaken") intents.shift();
    // Never blindly on to data loss: what is the case now, and whether the primary lives, goes through the gate anew.
    switch (begun.kind) {
      case "overtaken":
        tries++;
        break;
      case "unanswered":
        tries++;
        if (intent.kind === "failover") await deps.clock.sleep(pauseAfterRefusalMs);
        else await afterSwitchover(found);
        break;
      case "refused":
        refused.set(found.target, begun);
        // A move that was granted after all shows by the next look.
        await deps.clock.sleep(pauseAfterRefusalMs);
        if (intent.kind === "switchover" && found.candidates.length === 1) {
          tries++;
          await afterSwitchover(found);
        }
        break;
    }
  }
  // What was asked for last may have been granted all the same: it is looked for, and not asked for again (FM31).
  const { found: last } = await settle(context, database, {
    promotedHere: intents.map(({ target }) => target),
    preferred: approvedTarget(approval),
    refused,
    waiting,
    askAgain: "atOnce",
  });
  if (last.kind === "movingToUs" || last.kind === "alreadyWriter") return takeUp(context, database, last, intents);
  return endPromotion(context, { result: "blocked", reason: problem, loss: unknownLoss });

  /** Nobody else can be switched over to: all again, when the primary has fallen silent, or by the gate's other way. */
  async function afterSwitchover(found: Idle): Promise<void> {
    refused.clear();
    if (++refusedSwitchovers < maximumSwitchovers) await awaitSilence(context, database, found.target);
  }
}

/** Why a person's target is not made the writer: another one is, or will be. Null where it is not so, or nobody named one. */
function writerInstead(found: Classification, asked: string | null): string | null {
  switch (found.kind) {
    case "alreadyWriter":
    case "movingToUs":
      return asked === null || asked === found.target
        ? null
        : `${asked}, which was asked for, is not made the writer: ${describeClassification(found)}`;
    case "notNeeded":
    case "writerDown":
      return asked === null || asked === found.writer
        ? null
        : `${asked}, which was asked for, is not made the writer: it is in ${found.writer}, which did not fail. Move it by a switchover`;
    case "lostElsewhere":
    case "movingElsewhere":
    case "cancelling":
    case "otherEngine":
    case "twoWriters":
    case "idle":
    case "noTarget":
    case "dissolved":
    case "unknown":
      return null;
  }
}

/**
 * The best of the candidates by what is known of each, its lag too, and what the gate goes by for it: a primary lives if it
 * does for any survivor with a cluster, one that cannot become the writer among them.
 */
async function choose(
  context: Context,
  database: DatabasePlan,
  found: Idle,
  preferred: string | null,
): Promise<{ readonly found: Idle; readonly evidence: Evidence }> {
  const evidences = await readSettledEvidence(context, database, readersOf(context, database));
  const choice = chooseCandidate(found.candidates, preferred, (region) => {
    const evidence = evidences.get(region);
    if (evidence === undefined) return "beyond";
    // Who receives what the primary writes is switched over to, which loses nothing.
    if (evidence.life.kind === "replication") return "inside";
    const { lossSeconds } = lossOf(evidence);
    return lossSeconds !== null && lossSeconds <= database.dataLossBudgetSeconds ? "inside" : "beyond";
  });
  const target = choice?.target ?? found.target;
  const own = evidences.get(target) ?? (await readEvidence(context, database, target));
  const evidence = { ...own, life: strongestLife([own, ...evidences.values()]) };
  const passedOver: readonly PassedOver[] = [...found.passedOver, ...(choice?.passedOver ?? [])];
  return { found: { ...found, target, passedOver }, evidence };
}

function strongestLife(evidences: readonly Evidence[]): Evidence["life"] {
  const strength = { none: 0, heartbeat: 1, replication: 2 } as const;
  const [strongest] = evidences.toSorted((left, right) => strength[right.life.kind] - strength[left.life.kind]);
  return strongest?.life ?? { kind: "none" };
}

function describeNoCluster({ run }: Context, { globalCluster, clusters }: DatabasePlan): string {
  const elsewhere = Object.keys(clusters).filter((region) => region !== run.failedRegion);
  return `No survivor has a cluster of ${globalCluster}; besides ${run.failedRegion} the plan has them in ${elsewhere.join(" and ")} only, which take no part in this run: nothing is promoted. Return one of these Regions, or make its cluster the writer by hand, then retry the database branch`;
}

/** What a person approved stays the target while it can take over: an approval of one is none of another. */
function approvedTarget(approval: Approval | null): string | null {
  return approval?.approved === true ? approval.target : null;
}

/** For every classification in which this invocation has nothing to begin. */
async function conclude(
  context: Context,
  database: DatabasePlan,
  found: Exclude<Classification, Idle>,
  intents: readonly Intent[],
  waiting: Waiting,
): Promise<Json> {
  if (found.kind === "movingToUs" || found.kind === "alreadyWriter") return takeUp(context, database, found, intents);
  const reason = describeClassification(found);
  if (waitedFor(found).length > 0 && !waiting.isOver()) return answerWaiting(reason);
  await context.journal.append({
    step: "database",
    kind: "observed",
    summary: reason,
    detail: { resource: globalClusterResource(database.globalCluster), classification: found.kind },
  });
  switch (found.kind) {
    case "notNeeded":
      return endPromotion(context, { result: "notNeeded", reason, loss: noLoss, writer: found.writer });
    case "twoWriters":
      return endPromotion(context, { result: "blocked", reason, loss: unknownLoss, writers: found.writers });
    case "dissolved":
      return endPromotion(context, {
        result: "blocked",
        reason,
        loss: unknownLoss,
        mayWrite: found.outsiders.map(({ arn }) => arn),
      });
    case "noTarget": {
      const mayWrite = mayWriteBesides(database, found.primary, found.outsiders);
      return endPromotion(context, { result: "blocked", reason, loss: unknownLoss, mayWrite });
    }
    case "writerDown":
    case "lostElsewhere":
    case "otherEngine":
    case "movingElsewhere":
    case "cancelling":
      return endPromotion(context, { result: "blocked", reason, loss: unknownLoss });
    case "unknown":
      throw new FailoverError("Transient", `The global cluster cannot be read: ${found.reason}. Try again`);
  }
}

async function observe(
  { deps, journal }: Context,
  found: Idle,
  { lag, life }: Evidence,
  decision: GateDecision,
): Promise<void> {
  const reading = lag.kind === "known" ? lag.reading : lag.last;
  const passedOver = describePassedOver(found.passedOver);
  const ageSeconds = reading === null ? null : (deps.clock.now() - parseInstant(reading.sampledAt)) / 1_000;
  await journal.append({
    step: "database",
    kind: "observed",
    summary: `${describeStand(found, { lag, life })}${passedOver === "" ? "" : `. Passed over: ${passedOver}`}`,
    detail: {
      classification: found.kind,
      target: found.target,
      candidates: found.candidates.map(({ region }) => region),
      passedOver: found.passedOver.map(({ region, reason }) => ({ region, reason })),
      outsiders: found.outsiders.map(({ arn }) => arn),
      lag: { state: lag.kind, value: reading?.seconds ?? null, ageSeconds, source: reading?.source ?? null },
      life: life.kind,
      decision: decision.kind,
    },
  });
}

/** Whether the old writer lives, and what its successor has of its writes. Where replication advances, that says both. */
function describeStand({ primary, target }: Idle, { lag, life }: Pick<Evidence, "lag" | "life">): string {
  const writer = `The writer in ${primary}`;
  switch (life.kind) {
    case "none":
      return `${writer} gives no sign of life; ${describeEvidence(target, lag)}`;
    case "heartbeat":
      return `${writer} may live, for ${life.reason}; ${describeEvidence(target, lag)}`;
    case "replication":
      return `${writer} lives: ${life.reason}; ${target} can take over without loss`;
  }
}

/** For every decision of the gate but to proceed. */
async function stop(
  context: Context,
  { target, outsiders }: Idle,
  decision: Exclude<GateDecision, { kind: "proceed" }>,
): Promise<Json> {
  switch (decision.kind) {
    case "ask":
      return answerAsking(target, decision.flavour, decision.question, decision.loss, outsiders);
    case "observe":
      return endPromotion(context, { result: "observed", reason: decision.reason, target, loss: unknownLoss });
    case "declined":
    case "blocked":
      return endPromotion(context, { result: decision.kind, reason: decision.reason, loss: unknownLoss });
  }
}

export const handler: Handler = wire(createHandler, { cloudWatch, dynamoDB, eventBridge, rds });
