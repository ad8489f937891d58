import type { Assessment } from "../../assess/assessment.ts";
import { isoInstant } from "../../shared/clock.ts";
import type { TimelineEvent } from "../event.ts";
import { isFormal } from "./advice.ts";
import type { Moment } from "./order.ts";
import { childOf, type Detail, detailOf, instantOf, listOf, printable, recordOf, textOf, textsOf } from "./read.ts";
import { signalWords } from "./signal-words.ts";
import { answerOf } from "./steps.ts";

/** What one vantage said of the failed Region when the decision was made. */
export interface EvidenceVote {
  readonly vantage: string;
  readonly vote: string;
  readonly since: string | null;
  readonly reason: string | null;
}

export interface DecisionRecord {
  /** ISO 8601. */
  readonly at: string;
  /** The Region that decided. */
  readonly region: string;
  /** The Region that the decision is about; null when it does not say. */
  readonly about: string | null;
  readonly decision: string;
  /** Why nothing is done, as one of `NoReason`; null when it does not say, and where it acts. */
  readonly code: string | null;
  readonly assessment: string | null;
  readonly summary: string;
  readonly reasons: readonly string[];
  readonly votes: readonly EvidenceVote[];
  /** What made it look, as a clause that follows "because". */
  readonly signal: string | null;
}

export interface Approval {
  readonly requestedAt: string | null;
  readonly question: string;
  /** The Region whose execution waits: the answer goes there. Null where the timeline does not say. */
  readonly answerIn: string | null;
  /** After this the plan decides what silence means. */
  readonly deadlineAt: string | null;
  readonly answeredAt: string | null;
  /** Null while an answer is waited for; `noLongerAsked` where the run was taken over meanwhile. */
  readonly answer: string | null;
  readonly by: string | null;
  readonly reason: string | null;
}

const declining =
  /^(stand|stood|observ|refus|ignor|hold|wait|reject|declin|none|no\b|not|cool|paus|defer|duplicate|join)/i;

/** Whether a decision event says that nothing is to be done. */
export function declinesToAct(event: TimelineEvent): boolean {
  return declining.test(decisionName(event));
}

/** Whether a decision event says only to look on, because the plan says so. */
export function observesOnly(event: TimelineEvent): boolean {
  return /^observ/i.test(decisionName(event));
}

/** How bad an assessment is, worst first; one that this report does not know comes last. */
const gravity = [
  "down",
  "gray",
  "everythingFailing",
  "disputed",
  "flapping",
  "unconfirmed",
  "observerIsolated",
  "unknown",
  "serving",
] as const satisfies readonly Assessment["kind"][];

/** The lower, the more a decision not to act has to say: one that the plan alone held back, then the worst assessment. */
function rank({ decision, code, assessment }: DecisionRecord): number {
  if (/^observ/i.test(decision)) return -1;
  const place = (gravity as readonly (string | null)[]).indexOf(assessment);
  return (isFormal(code) ? gravity.length + 1 : 0) + (place < 0 ? gravity.length : place);
}

/** Of decisions not to act those that say the most, in the order in which they were made. */
export function mostTelling(decisions: readonly DecisionRecord[]): readonly DecisionRecord[] {
  const best = Math.min(...decisions.map(rank));
  return decisions.filter((decision) => rank(decision) === best);
}

function decisionName(event: TimelineEvent): string {
  const detail = detailOf(event);
  const nested = childOf(detail, "decision");
  return (
    textOf(detail, "decision") ??
    textOf(nested, "kind") ??
    textOf(nested, "action") ??
    textOf(nested, "decision") ??
    "undecided"
  );
}

function reasonsOf(detail: Detail): readonly string[] {
  const direct = textsOf(detail, "reasons");
  if (direct.length > 0) return direct;
  const nested = textsOf(childOf(detail, "decision"), "reasons");
  return nested.length > 0 ? nested : textsOf(detail, "reason");
}

export function decisionOf({ event, time }: Moment): DecisionRecord {
  const detail = detailOf(event);
  const assessment = childOf(detail, "assessment");
  const evidence = childOf(detail, "evidence");
  return {
    at: isoInstant(time),
    region: printable(event.region),
    about: textOf(detail, "failedRegion") ?? textOf(childOf(detail, "signal"), "region") ?? textOf(detail, "region"),
    decision: decisionName(event),
    code: textOf(detail, "reason"),
    assessment: textOf(detail, "assessment") ?? textOf(assessment, "kind") ?? textOf(assessment, "state"),
    summary: printable(event.summary),
    reasons: reasonsOf(detail),
    votes: listOf(evidence, "votes").map((item) => {
      const vote = recordOf(item);
      return {
        vantage: textOf(vote, "vantage") ?? "unknown",
        vote: textOf(vote, "vote") ?? "unknown",
        since: instantOf(vote, "since"),
        reason: textOf(vote, "reason"),
      };
    }),
    signal: signalOf(detail),
  };
}

function signalOf(detail: Detail): string | null {
  return signalWords(childOf(detail, "signal")) ?? textOf(detail, "signal");
}

/** Every request for approval with its answer, in the order of the requests. */
export function approvalsOf(moments: readonly Moment[]): readonly Approval[] {
  const asked: { readonly epoch: number; approval: Approval }[] = [];
  for (const { event, time } of moments) {
    const at = isoInstant(time);
    if (event.kind === "approvalRequested") {
      const question = textOf(detailOf(event), "question") ?? printable(event.summary);
      const approval: Approval = {
        requestedAt: at,
        question,
        answerIn: printable(event.region),
        deadlineAt: instantOf(detailOf(event), "deadlineAt"),
        answeredAt: null,
        answer: null,
        by: null,
        reason: null,
      };
      asked.push({ epoch: event.epoch, approval });
    }
    if (event.kind === "approvalAnswered") {
      const detail = detailOf(event);
      const waiting = asked.find(({ epoch, approval }) => epoch === event.epoch && approval.answeredAt === null);
      const answered: Approval = {
        requestedAt: waiting?.approval.requestedAt ?? null,
        question: waiting?.approval.question ?? printable(event.summary),
        answerIn: waiting?.approval.answerIn ?? null,
        deadlineAt: waiting?.approval.deadlineAt ?? null,
        answeredAt: at,
        answer: answerOf(event),
        by: textOf(detail, "by") ?? textOf(detail, "approver"),
        reason: textOf(detail, "reason"),
      };
      if (waiting === undefined) asked.push({ epoch: event.epoch, approval: answered });
      else waiting.approval = answered;
    }
  }
  // Whoever takes a run over asks anew what it still has to ask: what an epoch before asked, nobody waits for.
  const newest = Math.max(0, ...moments.map(({ event }) => event.epoch));
  return asked.map(({ epoch, approval }) =>
    approval.answer === null && epoch < newest ? { ...approval, answer: "noLongerAsked" } : approval,
  );
}
