import type { Question } from "../approval/question.ts";
import { isoInstant } from "../shared/clock.ts";
import type { DatabasePlan } from "../shared/plan/plan.ts";
import type { StepContext } from "../shared/step.ts";
import type { Json } from "../timeline/event.ts";
import type { Outsider } from "./outsiders.ts";
import { type Flavour, type Loss, unknownLoss } from "./gate.ts";
import type { Intent } from "./intent.ts";

/** The results of the promotion step with which the branch is at its end. */
type Ended = "skipped" | "notNeeded" | "alreadyWriter" | "blocked" | "declined" | "observed";

/** How a promotion stands, as the state machine takes it. */
interface Answer extends Loss {
  readonly result: Ended | "moving" | "needsApproval" | "waitingForTarget";
  readonly target: string | null;
  readonly kind: Flavour | "none";
  readonly question: Question | null;
  /** ISO 8601; by when the move must be over. */
  readonly deadlineAt: string | null;
  readonly reason: string | null;
  /** Regions whose clusters, the question says, may take writes besides; with commas between them. Null: none. */
  readonly beside: string | null;
}

/** The move has begun; waiting for its end is the next step's. */
export function answerMoving({ deps }: StepContext, database: DatabasePlan, intent: Intent): Json {
  const { target, kind, lossSeconds, worstCaseLossSeconds } = intent;
  const deadlineAt = isoInstant(deps.clock.now() + database.deadlineSeconds * 1_000);
  return answer({ result: "moving", target, kind, lossSeconds, worstCaseLossSeconds, deadlineAt });
}

/** Target and kind are what the question is about, so that its answer is bound to them. */
export function answerAsking(
  target: string,
  kind: Flavour,
  question: Question,
  loss: Loss,
  outsiders: readonly Outsider[],
): Json {
  const beside = outsiders.length === 0 ? null : outsiders.map(({ region }) => region).join(",");
  return answer({ result: "needsApproval", target, kind, ...loss, question, reason: question.detail, beside });
}

/** Nobody can become the writer yet, and somebody may: the state machine comes again. */
export function answerWaiting(reason: string): Json {
  return answer({ result: "waitingForTarget", target: null, kind: "none", ...unknownLoss, reason });
}

/** The branch ends here, and the timeline says how. */
export async function endPromotion(
  { journal }: StepContext,
  ending: {
    readonly result: Ended;
    readonly reason: string;
    readonly loss: Loss;
    readonly target?: string;
    readonly kind?: Flavour;
    /** The Region that has the writer, where nothing was promoted. @default not known */
    readonly writer?: string;
    /** The clusters that all take writes, where there is more than one. @default none */
    readonly writers?: readonly string[];
    /** Clusters each of which may take writes, as far as anybody knows. @default none */
    readonly mayWrite?: readonly string[];
  },
): Promise<Json> {
  const { result, reason, target = null, kind = "none", writer, writers = [], mayWrite = [] } = ending;
  const { lossSeconds, worstCaseLossSeconds } = ending.loss;
  const promotedRegion = result === "alreadyWriter" ? target : null;
  await journal.append({
    step: "database",
    kind: "stepEnded",
    summary: reason,
    detail: {
      result: wordFor(result),
      promotedRegion,
      kind,
      lossSeconds,
      worstCaseLossSeconds,
      reason,
      writers,
      ...(writer === undefined ? {} : { writer }),
      ...(mayWrite.length === 0 ? {} : { mayWrite }),
    },
  });
  return answer({ result, target, kind, lossSeconds, worstCaseLossSeconds, reason });
}

/** The timeline's word for a result. */
function wordFor(result: Ended): string {
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
  said: Omit<Answer, "question" | "deadlineAt" | "reason" | "beside"> &
    Partial<Pick<Answer, "question" | "deadlineAt" | "reason" | "beside">>,
): Json {
  const { question = null, deadlineAt = null, reason = null, beside = null } = said;
  return { ...said, question: question === null ? null : { ...question }, deadlineAt, reason, beside };
}
