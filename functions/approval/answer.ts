import { isFailoverErrorName } from "../shared/errors.ts";
import { findThirdOpinion, type Plan } from "../shared/plan/plan.ts";
import { describeInputError } from "../shared/step.ts";
import * as z from "../shared/zod.ts";

/** What a question covers: the whole run, a promotion that loses nothing beyond the budget, or a loss beyond it. */
export const coversSchema = z.enum(["run", "promotion", "dataLoss"]);
export type Covers = z.output<typeof coversSchema>;

/** The form in which a person answers: who and why are part of it, because the timeline names both. */
export const approvalAnswerSchema = z.strictObject({
  approved: z.boolean(),
  by: z.personText(256),
  reason: z.personText(2_000),
});
export type ApprovalAnswer = z.output<typeof approvalAnswerSchema>;

/**
 * An answer as the database step takes it, with what its question was about: which Region's cluster was to become the
 * writer, by which call, and the loss in seconds that was stated; null: an unknown loss.
 */
export const approvalSchema = z.extend(approvalAnswerSchema, {
  covers: z.enum(["promotion", "dataLoss"]),
  target: z.nonEmpty,
  flavour: z.enum(["switchover", "failover"]),
  lossSeconds: z.nullable(z.number().check(z.nonnegative())),
  /** Regions whose clusters, the question said, may take writes besides; with commas between them. @default none */
  beside: z.optional(z.nullable(z.string())),
});
export type Approval = z.output<typeof approvalSchema>;

/** What the state machine hands on where a wait ended in a failure: a person sent one, or the question was never put. */
const failureSchema = z.strictObject({ failed: z.nullable(z.string()), cause: z.nullable(z.string()) });

/** How an answer came about. */
export type AnswerOrigin = "person" | "malformed" | "silence" | "notAsked";

export interface Answered extends ApprovalAnswer {
  readonly covers: Covers;
  readonly origin: AnswerOrigin;
}

/**
 * What an answer, or its absence (null), means. Nothing malformed approves anything, and silence approves only what the
 * plan says it does: never a data loss beyond the budget, and no promotion where two Regions are all that look on. A
 * question that could not be put is declined, whatever the plan says of silence: nobody had a chance to say no.
 */
export function judgeAnswer(covers: Covers, answer: unknown, plan: Plan): Answered {
  if (answer === null) return { ...silence(covers, plan), covers, origin: "silence" };
  const parsed = approvalAnswerSchema.safeParse(answer);
  if (parsed.success) return { ...parsed.data, covers, origin: "person" };
  const failure = failureSchema.safeParse(answer);
  if (failure.success) return { ...declineOf(failure.data), covers };
  return {
    approved: false,
    by: "nobody",
    reason: `The answer was malformed and counts as declined: ${describeInputError(parsed.error, answer, "answer")}`,
    covers,
    origin: "malformed",
  };
}

function declineOf({ failed, cause }: z.output<typeof failureSchema>): Omit<Answered, "covers"> {
  const said = [failed, cause].filter((part) => part !== null && part !== "").join(": ") || "no reason given";
  return failed !== null && isOfTheSystem(failed)
    ? { approved: false, by: "nobody", reason: `The question could not be put to anybody: ${said}`, origin: "notAsked" }
    : { approved: false, by: "somebody unnamed", reason: `Answered by a task failure: ${said}`, origin: "person" };
}

/** Whether an error's name is one of the function that asks, of Lambda or of Step Functions. */
function isOfTheSystem(name: string): boolean {
  return isFailoverErrorName(name) || /^(Lambda|Runtime|Sandbox|States)\./.test(name);
}

function silence(covers: Covers, plan: Plan): ApprovalAnswer {
  const by = "nobody";
  const unanswered = (approved: boolean, why: string) => ({ approved, by, reason: `Nobody answered in time${why}` });
  if (covers === "dataLoss") return unanswered(false, "; silence never accepts a loss of data");
  if (covers === "promotion" && findThirdOpinion(plan) === "absent") {
    return unanswered(false, "; with two Regions and no witness a promotion takes a person's word");
  }
  switch (plan.automation.approval.onNoAnswer) {
    case "proceed":
      return unanswered(true, ", and the plan then goes on (automation.approval.onNoAnswer: proceed)");
    case "decline":
      return unanswered(false, ", and the plan then declines (automation.approval.onNoAnswer: decline)");
  }
}
