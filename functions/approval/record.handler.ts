import { gatherEvidence, knowingStates } from "../assess/evidence.ts";
import { judgeSilence, type SilenceMeans } from "../assess/ground.ts";
import type { CoordinationItem } from "../coordination/item.ts";
import {
  approveIncident,
  notePromotionAsked,
  type Transition,
  whyLost,
  withdrawQuestion,
} from "../coordination/rules.ts";
import { createCoordinationStore } from "../coordination/store.ts";
import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { eventBridge } from "../shared/aws/eventbridge.ts";
import { isoInstant } from "../shared/clock.ts";
import { errorMessage, errorName, FailoverError } from "../shared/errors.ts";
import { createStep, type Handler, type StepContext, type StepDependencies, stepInput } from "../shared/step.ts";
import { wire } from "../shared/wire.ts";
import * as z from "../shared/zod.ts";
import type { Json } from "../timeline/event.ts";
import { readObservations } from "../watch/observations.ts";
import { type Answered, coversSchema, judgeAnswer } from "./answer.ts";

const inputSchema = stepInput({ covers: coversSchema, answer: z.unknown() });

/**
 * Takes what came back from the wait: an answer as the person gave it, or null when nobody answered in time. Before silence
 * is taken for a yes to the run, what it would say yes to is looked at anew (FM68); a promotion is looked at anew by the step
 * that makes it.
 */
export function createHandler(deps: StepDependencies): Handler {
  return createStep(deps, inputSchema, async (input, context) => {
    const answered = judgeAnswer(input.covers, input.answer, context.deps.plan);
    try {
      await context.guard.holdFor(context.deps.plan.coordination.leaseSeconds);
    } catch (error) {
      if (answered.origin === "person" && errorName(error) === "LeaseLost") await noteTooLate(context, answered, error);
      throw error;
    }
    if (answered.covers === "run" && answered.approved && answered.origin === "silence") {
      return await actOnSilence(context, answered);
    }
    if (answered.covers !== "run") await endPromotionQuestion(context);
    await record(context, answered);
    if (answered.covers === "run" && answered.approved) {
      await change(context, (item) => approveIncident(item, context.run));
    }
    return describe(answered);
  });
}

/** Looks anew, under the lease and at the item that is changed by it, so that nobody decides on what has passed meanwhile. */
async function actOnSilence(context: StepContext, answered: Answered): Promise<Json> {
  const { deps, run } = context;
  const { plan, region, clock } = deps;
  const observations = await readObservations(deps);
  let means: SilenceMeans = { kind: "no", because: "nothing was looked at" };
  await change(context, (item) => {
    const lost = whyLost(item, run);
    if (item.incident === null || lost !== null)
      return { kind: "refused", reason: lost ?? "no incident is in progress" };
    const now = clock.now();
    const evidence = knowingStates(gatherEvidence(plan, region, observations, isoInstant(now)), item);
    // Decided by a try whose answer was lost: what was decided then stands (FM31).
    const { question, survivors, withdrawn } = item.incident;
    if (question === null) means = { kind: "yes", survivors };
    else if (withdrawn !== undefined) means = { kind: "no", because: withdrawn };
    else means = judgeSilence({ plan, evidence, item, now }, item.incident);
    return means.kind === "yes"
      ? approveIncident(item, run, means.survivors)
      : withdrawQuestion(item, { run, because: means.because });
  });
  const found = means as SilenceMeans;
  switch (found.kind) {
    case "yes":
      await record(context, answered);
      return { ...describe(answered), survivors: found.survivors };
    case "no": {
      const { approved: _yes, ...silence } = answered;
      const stoodDown = { ...silence, approved: false, reason: `Nobody answered in time, and ${found.because}` };
      await record(context, stoodDown);
      return describe(stoodDown);
    }
  }
}

/** From here on nobody waits, whatever the Region that had the writer does. */
async function endPromotionQuestion(context: StepContext): Promise<void> {
  const store = createCoordinationStore(context.deps, context.run.execution);
  if ((await store.read()).incident?.promotionAskedAt === undefined) return;
  await change(context, (item) => notePromotionAsked(item, { run: context.run, since: null }));
}

/** @throws FailoverError "LeaseLost" */
async function change({ deps, run }: StepContext, rule: (item: CoordinationItem) => Transition): Promise<void> {
  const transition = await createCoordinationStore(deps, run.execution).change(rule);
  if (transition.kind === "changed") return;
  throw new FailoverError(
    "LeaseLost",
    `What became of the question of ${run.incident} could not be kept: ${transition.reason}`,
  );
}

async function record({ journal }: StepContext, answered: Answered): Promise<void> {
  const { approved, by, reason, covers, origin } = answered;
  const verb = approved ? "Approved" : "Declined";
  await journal.append({
    step: "approval",
    kind: "approvalAnswered",
    summary: origin === "person" ? `${verb} by ${by}: ${reason}` : `${verb}: ${reason}`,
    detail: { approved, by, reason, covers, origin },
  });
}

/**
 * An execution that was taken over waits on, and AWS takes an answer to it as to any other (FM69). Who gave one finds it
 * in the record, with why it counted for nothing.
 */
async function noteTooLate({ journal, logger }: StepContext, answered: Answered, why: unknown): Promise<void> {
  const { approved, by, reason, covers } = answered;
  try {
    await journal.append({
      step: "approval",
      kind: "observed",
      summary: `${approved ? "Approved" : "Declined"} by ${by}, too late: ${reason}. ${errorMessage(why)}`,
      detail: { approved, by, reason, covers, counts: false },
    });
  } catch (error) {
    logger.warn("An answer that came too late could not be recorded", { by, error: errorMessage(error) });
  }
}

function describe({ approved, by, reason, covers }: Answered): { readonly [key: string]: Json } {
  return { approved, by, reason, covers };
}

export const handler: Handler = wire(createHandler, { dynamoDB, eventBridge });
