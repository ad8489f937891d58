import { type Approval, approvalSchema } from "../approval/answer.ts";
import { cloudWatch } from "../shared/aws/cloudwatch.ts";
import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { eventBridge } from "../shared/aws/eventbridge.ts";
import { rds } from "../shared/aws/rds.ts";
import { parseInstant } from "../shared/clock.ts";
import { FailoverError } from "../shared/errors.ts";
import { type DatabasePlan, findThirdOpinion } from "../shared/plan/plan.ts";
import { pollUntil } from "../shared/poll.ts";
import { createStep, type Handler, type StepContext, type StepDependencies, stepInput } from "../shared/step.ts";
import { wire } from "../shared/wire.ts";
import * as z from "../shared/zod.ts";
import type { Json } from "../timeline/event.ts";
import { readTimeline } from "../timeline/journal.ts";
import { beginPromotion } from "./begin.ts";
import {
  type Classification,
  type ClassifyInput,
  classify,
  type DatabaseView,
  describeClassification,
} from "./classify.ts";
import { answerAsking, answerMoving, endPromotion } from "./ending.ts";
import {
  type Evidence,
  findUnrecordedPromotion,
  readEvidence,
  readersOf,
  readSettledEvidence,
  readSigns,
  readView,
} from "./evidence.ts";
import { decidePromotion, estimateLoss, type GateDecision, noLoss, unknownLoss } from "./gate.ts";
import { noteHeirsSize } from "./heir.ts";
import { findIntents, globalClusterResource, type Intent } from "./intent.ts";
import { describeEvidence } from "./lag.ts";
import { isHeard } from "./life.ts";
import { raiseRange } from "./scale.ts";
import { readStandings, type Standings } from "./standing.ts";

/** How often one invocation acts and looks anew: two switchovers, then two failovers. */
const maximumTries = 4;
/** A switchover that is refused is tried once more, after waiting for the signs of life to end. */
const maximumSwitchovers = 2;
const pauseAfterRefusalMs = 5_000;

type Context = StepContext<"cloudWatch" | "rds">;
type Idle = Extract<Classification, { kind: "idle" }>;
type Moved = Extract<Classification, { kind: "movingToUs" | "alreadyWriter" }>;

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
  let refusedSwitchovers = 0;
  let problem = "";
  for (let attempt = 1; attempt <= maximumTries; attempt++) {
    const { found, standings } = await settle(context, database, intents, approvedTarget(approval));
    if (found.kind === "alreadyWriter") {
      const said = await conclude(context, database, found, intents);
      await raiseRange(context, database, found.target, { intents, timeline });
      return said;
    }
    if (found.kind !== "idle") return conclude(context, database, found, intents);

    const evidence = await readSettledEvidence(context, database, found.target);
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
    const begun = await beginPromotion(context, database, intent, decision.reason, standings);
    if (begun.kind === "moving") return answerMoving(context, database, intent);
    problem = begun.reason;
    // What AWS never took explains no move that is found later.
    if (begun.call === "notTaken") intents.shift();
    if (begun.kind === "overtaken") continue;
    // Never blindly on to data loss: what is the case now, and whether the primary lives, goes through the gate anew.
    if (intent.kind === "failover") await deps.clock.sleep(pauseAfterRefusalMs);
    else if (++refusedSwitchovers < maximumSwitchovers) await awaitSilence(context, database, found);
  }
  return endPromotion(context, { result: "blocked", reason: problem, loss: unknownLoss });
}

function describeNoCluster({ run }: Context, { globalCluster, clusters }: DatabasePlan): string {
  const elsewhere = Object.keys(clusters).filter((region) => region !== run.failedRegion);
  return `No survivor has a cluster of ${globalCluster}; besides ${run.failedRegion} the plan has them in ${elsewhere.join(" and ")} only, which take no part in this run: nothing is promoted. Return one of these Regions, or make its cluster the writer by hand, then retry the database branch`;
}

interface Settled {
  readonly found: Classification;
  readonly standings: Standings;
}

/** The classification as soon as there is one to act on: while a move is being cancelled, or nothing can be read, it waits. */
async function settle(
  context: Context,
  database: DatabasePlan,
  intents: readonly Intent[],
  preferred: string | null,
): Promise<Settled> {
  const promoted = intents.map(({ target }) => target);
  let last: Settled = { found: { kind: "unknown", reason: "it was not read" }, standings: {} };
  await pollUntil(context.deps, context.guard, async () => {
    const { view, standings } = await look(context, database);
    let found = classifyView(context, database, { view, standings, promotedHere: promoted, preferred });
    if (found.kind === "notNeeded") {
      const unrecorded = await findUnrecordedPromotion(context, database, view);
      const promotedHere = unrecorded === null ? [] : [unrecorded];
      found = classifyView(context, database, { view, standings, promotedHere, preferred });
    }
    last = { found, standings };
    return found.kind === "cancelling" || found.kind === "unknown" ? null : last;
  });
  return last;
}

async function look(
  context: Context,
  database: DatabasePlan,
): Promise<{ readonly view: DatabaseView; readonly standings: Standings }> {
  const [view, standings] = await Promise.all([readView(context, database), readStandings(context)]);
  return { view, standings };
}

function classifyView(
  { run: { failedRegion, survivors } }: Context,
  database: DatabasePlan,
  seen: Pick<ClassifyInput, "view" | "standings" | "promotedHere" | "preferred">,
): Classification {
  return classify({ ...seen, database, failedRegion, survivors });
}

/** What a person approved stays the target while it can take over: an approval of one is none of another. */
function approvedTarget(approval: Approval | null): string | null {
  return approval?.approved === true ? approval.target : null;
}

/** After a refused switchover: until the primary gives no sign of life any more, or something moved. Bounded. */
async function awaitSilence(context: Context, database: DatabasePlan, { target }: Idle): Promise<void> {
  await pollUntil(context.deps, context.guard, async () => {
    const seen = await look(context, database);
    const now = classifyView(context, database, { ...seen, promotedHere: [], preferred: target });
    if (now.kind !== "idle") return now;
    const { life } = await readEvidence(context, database, target);
    return life.kind === "none" ? life : null;
  });
}

/** For every classification in which this invocation has nothing to begin. */
async function conclude(
  context: Context,
  database: DatabasePlan,
  found: Exclude<Classification, Idle>,
  intents: readonly Intent[],
): Promise<Json> {
  if (found.kind === "movingToUs" || found.kind === "alreadyWriter") return takeUp(context, database, found, intents);
  const reason = describeClassification(found);
  await context.journal.append({
    step: "database",
    kind: "observed",
    summary: reason,
    detail: { resource: globalClusterResource(database.globalCluster), classification: found.kind },
  });
  switch (found.kind) {
    case "notNeeded":
      return endPromotion(context, { result: "notNeeded", reason, loss: noLoss });
    case "twoWriters":
      return endPromotion(context, { result: "blocked", reason, loss: unknownLoss, writers: found.writers });
    case "lostElsewhere":
    case "otherEngine":
    case "movingElsewhere":
    case "cancelling":
    case "noTarget":
      return endPromotion(context, { result: "blocked", reason, loss: unknownLoss });
    case "unknown":
      throw new FailoverError("Transient", `The global cluster cannot be read: ${found.reason}. Try again`);
  }
}

/** A move to a survivor that is under way, or over, when this invocation looks: whoever began it, it is adopted (FM41). */
async function takeUp(
  context: Context,
  database: DatabasePlan,
  found: Moved,
  intents: readonly Intent[],
): Promise<Json> {
  const adopted = await adopt(context, database, found, intents);
  const isOurs = intents.includes(adopted);
  const seen = describeClassification(found);
  const reason = isOurs
    ? seen
    : `${seen}, by a ${adopted.kind} that this run did not begin as far as its timeline tells`;
  await context.journal.append({
    step: "database",
    // The end of an intent whose own confirmation was lost with whoever made it (FM32).
    kind: isOurs ? "confirmed" : "observed",
    summary: reason,
    detail: {
      resource: globalClusterResource(database.globalCluster),
      classification: found.kind,
      begunBy: isOurs ? "thisRun" : "somebodyElse",
    },
  });
  if (found.kind === "movingToUs") return answerMoving(context, database, adopted);
  const { target, kind, lossSeconds, worstCaseLossSeconds } = adopted;
  const loss = { lossSeconds, worstCaseLossSeconds };
  await noteHeirsSize(context, database, target);
  return endPromotion(context, { result: "alreadyWriter", reason, target, kind, loss });
}

/**
 * What is known of such a move: what was intended is in the timeline, or else it is told from the evidence. A switchover that
 * was intended and never seen to be taken is no proof of one: a primary that gives no sign of life cannot have had a part in
 * it, so somebody else has failed over.
 */
async function adopt(
  context: Context,
  database: DatabasePlan,
  found: Moved,
  intents: readonly Intent[],
): Promise<Intent> {
  const { target } = found;
  const flavour = found.kind === "movingToUs" ? found.flavour : "unsaid";
  const intent = intents.find((each) => each.target === target && (flavour === "unsaid" || each.kind === flavour));
  if (intent !== undefined && (flavour !== "unsaid" || intent.kind === "failover")) return intent;
  if (intent?.confirmation === "confirmed") return intent;
  if (flavour === "switchover") return { target, kind: "switchover", ...noLoss };
  // A lag tells nothing here: who has become the writer has none, and the last one is from before.
  if (intent !== undefined && isHeard((await readSigns(context))[0] ?? null, context.deps.clock.now())) return intent;
  const { lag, lastWriteAt, unreceivedSeconds } = await readEvidence(context, database, target);
  return { target, kind: "failover", ...estimateLoss(lag, lastWriteAt, unreceivedSeconds) };
}

async function observe(
  { deps, journal }: Context,
  found: Idle,
  { lag, life }: Evidence,
  decision: GateDecision,
): Promise<void> {
  const reading = lag.kind === "known" ? lag.reading : lag.last;
  const ageSeconds = reading === null ? null : (deps.clock.now() - parseInstant(reading.sampledAt)) / 1_000;
  await journal.append({
    step: "database",
    kind: "observed",
    summary: describeStand(found, { lag, life }),
    detail: {
      classification: found.kind,
      target: found.target,
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
  { target }: Idle,
  decision: Exclude<GateDecision, { kind: "proceed" }>,
): Promise<Json> {
  switch (decision.kind) {
    case "ask":
      return answerAsking(target, decision.flavour, decision.question, decision.loss);
    case "observe":
      return endPromotion(context, { result: "observed", reason: decision.reason, target, loss: unknownLoss });
    case "declined":
    case "blocked":
      return endPromotion(context, { result: decision.kind, reason: decision.reason, loss: unknownLoss });
  }
}

export const handler: Handler = wire(createHandler, { cloudWatch, dynamoDB, eventBridge, rds });
