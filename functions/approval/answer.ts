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

/** An answer as the database step takes it, with the loss in seconds that its question stated; null: an unknown loss. */
export const approvalSchema = z.extend(approvalAnswerSchema, {
  covers: z.enum(["promotion", "dataLoss"]),
  lossSeconds: z.nullable(z.number().check(z.nonnegative())),
});
export type Approval = z.output<typeof approvalSchema>;

/** How an answer came about. */
export type AnswerOrigin = "person" | "malformed" | "silence";

export interface Answered extends ApprovalAnswer {
  readonly covers: Covers;
  readonly origin: AnswerOrigin;
}

/**
 * What an answer, or its absence (null), means. Nothing malformed approves anything, and silence approves only what the
 * plan says it does: never a data loss beyond the budget.
 */
export function judgeAnswer(covers: Covers, answer: unknown, onNoAnswer: "decline" | "proceed"): Answered {
  if (answer === null) return { ...silence(covers, onNoAnswer), covers, origin: "silence" };
  const parsed = approvalAnswerSchema.safeParse(answer);
  if (parsed.success) return { ...parsed.data, covers, origin: "person" };
  return {
    approved: false,
    by: "nobody",
    reason: `The answer was malformed and counts as declined: ${describeInputError(parsed.error, answer, "answer")}`,
    covers,
    origin: "malformed",
  };
}

function silence(covers: Covers, onNoAnswer: "decline" | "proceed"): ApprovalAnswer {
  const by = "nobody";
  switch (covers) {
    case "dataLoss":
      return { approved: false, by, reason: "Nobody answered in time; silence never accepts a loss of data" };
    case "run":
    case "promotion":
      return onNoAnswer === "proceed"
        ? {
            approved: true,
            by,
            reason: "Nobody answered in time, and the plan then goes on (automation.approval.onNoAnswer: proceed)",
          }
        : {
            approved: false,
            by,
            reason: "Nobody answered in time, and the plan then declines (automation.approval.onNoAnswer: decline)",
          };
  }
}
