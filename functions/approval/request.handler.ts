import { notePromotionAsked } from "../coordination/rules.ts";
import { createCoordinationStore } from "../coordination/store.ts";
import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { eventBridge } from "../shared/aws/eventbridge.ts";
import { matterOfRun } from "../escalation/matters.ts";
import { noteHeard } from "../escalation/records.ts";
import { isoInstant, parseInstant } from "../shared/clock.ts";
import { errorMessage } from "../shared/errors.ts";
import { createStep, type Handler, type StepDependencies, stepInput } from "../shared/step.ts";
import { wire } from "../shared/wire.ts";
import * as z from "../shared/zod.ts";
import { coversSchema } from "./answer.ts";
import { sendQuestion } from "./events.ts";
import { howToAnswer } from "./question.ts";
import { keepQuestion } from "./records.ts";

const question = z.strictObject({
  covers: coversSchema,
  summary: z.nonEmpty,
  detail: z.string(),
  ground: z.optional(z.enum(["silentPrimary"])),
});

const inputSchema = stepInput({ token: z.nonEmpty, question, deadlineAt: z.iso.datetime() });

/**
 * Asks a person and returns at once; the state machine waits for the task token. The question is kept before anyone is
 * told, so that whoever reads of it can answer it. The token is in the records table only, never in an event.
 */
export function createHandler(deps: StepDependencies): Handler {
  return createStep(deps, inputSchema, async (input, { deps: scoped, run, guard, journal, logger }) => {
    const { plan, region, clock } = scoped;
    const { covers, summary, detail } = input.question;
    // Nobody renews while a person thinks: the lease must outlast the wait, or a takeover would ask a second time.
    const waitSeconds = Math.max(0, (parseInstant(input.deadlineAt) - clock.now()) / 1_000);
    await guard.holdFor(waitSeconds + plan.coordination.leaseSeconds);
    if (input.question.ground === "silentPrimary") {
      // Whoever watches can then tell that the question need not be answered any more (FM69).
      await createCoordinationStore(scoped, run.execution).change((item) =>
        notePromotionAsked(item, { run, since: isoInstant(clock.now()) }),
      );
    }
    await keepQuestion(scoped, {
      application: plan.application,
      incident: run.incident,
      epoch: run.epoch,
      execution: run.execution,
      region,
      covers,
      summary,
      detail,
      token: input.token,
      askedAt: isoInstant(clock.now()),
      deadlineAt: input.deadlineAt,
    });
    const answerBy = howToAnswer({ incident: run.incident, covers, region, recordsTable: plan.recordsTable });
    await journal.append({
      step: "approval",
      kind: "approvalRequested",
      summary,
      detail: { question: summary, explanation: detail, covers, deadlineAt: input.deadlineAt, answerBy },
    });
    try {
      await sendQuestion(scoped, {
        application: plan.application,
        incident: run.incident,
        region: run.failedRegion,
        covers,
        summary,
        detail,
        deadlineAt: input.deadlineAt,
        answerIn: region,
        answerBy,
      });
      await noteHeard(scoped, matterOfRun("questionOpen", { ...run, id: run.incident }));
    } catch (error) {
      // The question can still be found and answered; a bus that is ill must not decide in the person's place.
      logger.warn("The question did not go out", { covers, error: errorMessage(error) });
      await journal.append({
        step: "approval",
        kind: "observed",
        summary: `The question did not go out as an event: ${errorMessage(error)}. It waits in the records table`,
        detail: { covers },
      });
    }
    return { asked: covers, deadlineAt: input.deadlineAt };
  });
}

export const handler: Handler = wire(createHandler, { dynamoDB, eventBridge });
