import { approveIncident } from "../coordination/rules.ts";
import { createCoordinationStore } from "../coordination/store.ts";
import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { eventBridge } from "../shared/aws/eventbridge.ts";
import { FailoverError } from "../shared/errors.ts";
import { createStep, type Handler, type StepDependencies, stepInput } from "../shared/step.ts";
import { wire } from "../shared/wire.ts";
import * as z from "../shared/zod.ts";
import { coversSchema, judgeAnswer } from "./answer.ts";

const inputSchema = stepInput({ covers: coversSchema, answer: z.unknown() });

/** Takes what came back from the wait: an answer as the person gave it, or null when nobody answered in time. */
export function createHandler(deps: StepDependencies): Handler {
  return createStep(deps, inputSchema, async (input, { deps: scoped, run, guard, journal }) => {
    await guard.holdFor(scoped.plan.coordination.leaseSeconds);
    const { approved, by, reason, covers, origin } = judgeAnswer(input.covers, input.answer, scoped.plan);
    const verb = approved ? "Approved" : "Declined";
    await journal.append({
      step: "approval",
      kind: "approvalAnswered",
      summary: origin === "person" ? `${verb} by ${by}: ${reason}` : `${verb}: ${reason}`,
      detail: { approved, by, reason, covers, origin },
    });
    if (covers === "run" && approved) {
      const store = createCoordinationStore(scoped, run.execution);
      const transition = await store.change((item) => approveIncident(item, run));
      if (transition.kind === "refused") {
        throw new FailoverError("LeaseLost", `The approval of ${run.incident} could not be kept: ${transition.reason}`);
      }
    }
    return { approved, by, reason, covers };
  });
}

export const handler: Handler = wire(createHandler, { dynamoDB, eventBridge });
