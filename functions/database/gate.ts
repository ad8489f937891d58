import type { Approval } from "../approval/answer.ts";
import type { Question } from "../approval/question.ts";
import type { Authority } from "../coordination/item.ts";
import { secondsBetween } from "../shared/clock.ts";
import { describeSeconds } from "../shared/plan/duration.ts";
import type { AutomationLevel, ThirdOpinion } from "../shared/plan/plan.ts";
import { describeOutsiders, type Outsider } from "./outsiders.ts";
import { describeEvidence, type LagEvidence } from "./lag.ts";
import type { SignOfLife } from "./life.ts";

/** The writes that a promotion leaves behind, in seconds of the old primary's time. */
export interface Loss {
  /** The lag last measured before the failure; null: unknown. */
  readonly lossSeconds: number | null;
  /** With the lag growing from then on by 1 s a second, the fastest it can; null: unknown. */
  readonly worstCaseLossSeconds: number | null;
}

export const noLoss: Loss = { lossSeconds: 0, worstCaseLossSeconds: 0 };
export const unknownLoss: Loss = { lossSeconds: null, worstCaseLossSeconds: null };

export type Flavour = "switchover" | "failover";

export interface GateInput {
  readonly primary: string;
  readonly target: string;
  readonly life: SignOfLife;
  /** Whether the primary has refused, or not answered, a switchover just now. */
  readonly switchover: "untried" | "refused";
  readonly lag: LagEvidence;
  /** ISO 8601; until when the primary may have taken writes: the first failing probe, or its last sign of life. */
  readonly failingSince: string;
  /** For how long the primary is known to have lived when the target heard nothing of it any more. @default 0 */
  readonly unreceivedSeconds?: number;
  readonly budgetSeconds: number;
  readonly level: AutomationLevel;
  readonly authority: Authority;
  readonly thirdOpinion: ThirdOpinion;
  readonly approval: Approval | null;
  /** Clusters outside the global cluster that may take writes already. @default none */
  readonly outsiders?: readonly Outsider[];
}

export type GateDecision =
  | { readonly kind: "proceed"; readonly flavour: Flavour; readonly loss: Loss; readonly reason: string }
  | { readonly kind: "ask"; readonly question: Question; readonly flavour: Flavour; readonly loss: Loss }
  | { readonly kind: "observe"; readonly reason: string }
  | { readonly kind: "declined"; readonly reason: string }
  | { readonly kind: "blocked"; readonly reason: string };

/**
 * The data-loss gate: whether the target may be promoted, and by which call.
 *
 * - A primary whose replication advances is only ever switched over to: no data is lost, approval or not. While its
 *   Region merely lives, a switchover is tried first, and only a person may go further when it is refused.
 * - Data loss is allowed without a person only when the primary gives no sign of life and the lag measured before the
 *   failure is known and within the budget. The unattended loss is then at most the budget plus the plan's
 *   maximumLagAge, and at most the budget when the lag was steady: since its last reading it can have grown by no more
 *   than 1 s a second. (Where a coarse metric honestly repeats itself, since its last change, which is at most ten readings
 *   back.) It is counted up to `failingSince`; what a primary that is merely cut off takes after that is a
 *   conflict (FM44), not measured here.
 * - A frozen, old or missing lag is unknown, never zero, and unknown never passes without a person (FM40).
 * - A person's approval covers the target that the question named, the loss that it stated and no more, and a failover
 *   only where it was one; anything else is asked for anew.
 * - Beside a cluster that has left the global cluster, and so may be a writer by a person's hand, only a person who was
 *   told of it makes another writer (FM76).
 */
export function decidePromotion(input: GateInput): GateDecision {
  const { approval, life, switchover, primary, target, outsiders = [] } = input;
  if (approval !== null && !approval.approved) {
    return { kind: "declined", reason: `${approval.by} declined: ${approval.reason}` };
  }
  if (life.kind === "replication" && switchover === "refused") {
    return {
      kind: "blocked",
      reason: `The primary in ${primary} does not accept a switchover, yet ${life.reason}. Data loss is not allowed while it lives`,
    };
  }
  const flavour: Flavour = life.kind === "none" || switchover === "refused" ? "failover" : "switchover";
  const loss = flavour === "switchover" ? noLoss : estimateLoss(input.lag, input.failingSince, input.unreceivedSeconds);
  const reason = explain(input, flavour);
  const level = effectiveLevel(input);
  if (level === "observe") {
    return { kind: "observe", reason: `Would promote ${target} by ${flavour}: ${reason}; the plan only observes` };
  }
  const withinBudget = loss.lossSeconds !== null && loss.lossSeconds <= input.budgetSeconds;
  const givesUp = !withinBudget || (flavour === "failover" && life.kind === "heartbeat") || outsiders.length > 0;
  const needs = givesUp ? "dataLoss" : "promotion";
  const unattended = needs === "promotion" && level === "automatic" && input.thirdOpinion === "present";
  const knew = outsiders.every(({ region }) => agreedOutsiders(approval).includes(region));
  const approved = approval !== null && knew && approves(approval, target, needs, flavour, loss) ? approval : null;
  if (!unattended && approved === null) {
    return { kind: "ask", question: ask(input, needs, flavour, loss, reason), flavour, loss };
  }
  return {
    kind: "proceed",
    flavour,
    loss,
    reason: approved === null ? reason : `${reason}; approved by ${approved.by}: ${approved.reason}`,
  };
}

/** The Regions whose clusters outside the global cluster a person was told of and has agreed with. */
export function agreedOutsiders(approval: Approval | null): readonly string[] {
  return approval?.approved === true && approval.beside ? approval.beside.split(",") : [];
}

/**
 * What is lost if the target is promoted by failover. What the primary wrote while it is known to have lived, and nothing of
 * it reached the target, is no longer a worst case but to be expected (FM74).
 */
export function estimateLoss(lag: LagEvidence, failingSince: string, unreceivedSeconds = 0): Loss {
  switch (lag.kind) {
    case "unknown":
      return unknownLoss;
    case "known": {
      const { seconds, sampledAt, unchangedSince = sampledAt } = lag.reading;
      if (!Number.isFinite(seconds)) return unknownLoss;
      const sinceSample = Math.max(0, secondsBetween(unchangedSince, failingSince));
      return {
        lossSeconds: seconds + unreceivedSeconds,
        worstCaseLossSeconds: seconds + Math.max(sinceSample, unreceivedSeconds),
      };
    }
  }
}

/** A person who starts a run outranks a plan that only observes, but a promotion cannot be taken back: they are asked. */
function effectiveLevel({ level, authority }: GateInput): AutomationLevel {
  return level === "observe" && authority === "person" ? "approve" : level;
}

/**
 * A question about a loss answers the lesser one as well: that of a smaller loss, or of a switchover to the same target. No
 * answer covers another target, more seconds than its question stated, or a failover where it was asked of a switchover.
 */
function approves(
  approval: Approval,
  target: string,
  needs: "promotion" | "dataLoss",
  flavour: Flavour,
  loss: Loss,
): boolean {
  if (approval.target !== target) return false;
  if (flavour === "failover" && approval.flavour === "switchover") return false;
  if (needs === "dataLoss" && approval.covers !== "dataLoss") return false;
  if (approval.lossSeconds === null) return true;
  return loss.lossSeconds !== null && loss.lossSeconds <= approval.lossSeconds;
}

function explain(input: GateInput, flavour: Flavour): string {
  const { primary, target, life, switchover, lag, unreceivedSeconds = 0 } = input;
  switch (flavour) {
    case "switchover":
      return life.kind === "none" ? `${primary} lives` : `${primary} lives, ${life.reason}`;
    case "failover": {
      const state =
        life.kind === "none"
          ? `${primary} gives no sign of life`
          : `${primary} does not accept a switchover although ${life.reason}`;
      const unreceived =
        unreceivedSeconds === 0
          ? ""
          : `; ${primary} was known to live for ${describeSeconds(unreceivedSeconds)} when ${target} heard nothing of it any more`;
      return `${state}; ${describeEvidence(target, lag)}${unreceived}${switchover === "refused" && life.kind === "none" ? "; a switchover was not accepted" : ""}`;
    }
  }
}

function ask(
  input: GateInput,
  covers: "promotion" | "dataLoss",
  flavour: Flavour,
  loss: Loss,
  reason: string,
): Question {
  const { primary, target, budgetSeconds, outsiders = [] } = input;
  const lost = describeLoss(loss);
  const others = outsiders.map(({ region }) => region).join(" and ");
  const are = outsiders.length > 1 ? "are" : "is";
  const beside =
    outsiders.length === 0 ? "" : `, although ${others} ${are} outside the global cluster and may take writes`;
  const summary =
    flavour === "switchover"
      ? `Switch the Aurora writer over from ${primary} to ${target}, losing nothing${beside}?`
      : `Promote Aurora in ${target}, losing ${lost} of writes made in ${primary}${beside}?`;
  const detail = [
    `${reason}.`,
    ...(outsiders.length === 0
      ? []
      : [
          `${describeOutsiders(outsiders)}: whoever removed it from the global cluster made it a writer of its own.`,
          `Answer no if it is the writer now; yes makes ${target} a writer as well, and one of the two must be fenced by hand.`,
        ]),
    whyAsked(input, covers, flavour),
    ...whyAnew(input),
    ...(flavour === "failover"
      ? [
          `The loss is ${lost}; the plan's budget is ${describeSeconds(budgetSeconds)}.`,
          `What ${primary} wrote and ${target} never received is gone from the database; ${primary} may still take writes until it is fenced.`,
        ]
      : []),
    "Declining leaves the database as it is and the run goes on without it.",
  ].join(" ");
  const restsOnSilence = flavour === "failover" && input.life.kind === "none";
  return { covers, summary, detail, ...(restsOnSilence ? { ground: "silentPrimary" as const } : {}) };
}

function whyAsked(input: GateInput, covers: "promotion" | "dataLoss", flavour: Flavour): string {
  switch (covers) {
    case "dataLoss":
      if ((input.outsiders ?? []).length > 0) return "You are asked because there may be a writer already.";
      if (input.life.kind !== "none") return "A person decides whether the primary is given up.";
      return input.lag.kind === "unknown"
        ? "You are asked because nobody can say how much would be lost: it may be any amount."
        : "You are asked because the loss is beyond the budget.";
    case "promotion":
      if (effectiveLevel(input) === "approve") {
        return `You are asked because the plan's automation.database is ${input.level}, although ${flavour === "switchover" ? "nothing would be lost" : "the loss is within the budget"}.`;
      }
      return "You are asked because two Regions without a witness cannot tell a dead Region from a cut cable.";
  }
}

/** What an approval was of that does not cover this question. */
function whyAnew({ approval }: GateInput): readonly string[] {
  if (approval === null) return [];
  const { by, flavour, target, lossSeconds } = approval;
  const loss = flavour === "switchover" ? "" : `, losing ${describeLoss({ lossSeconds, worstCaseLossSeconds: null })}`;
  return [`What ${by} approved was a ${flavour} to ${target}${loss}: that does not cover this.`];
}

export function describeLoss({ lossSeconds, worstCaseLossSeconds }: Loss): string {
  if (lossSeconds === null) return "an unknown amount";
  const likely = describeSeconds(lossSeconds);
  if (worstCaseLossSeconds === null || worstCaseLossSeconds <= lossSeconds) return likely;
  return `about ${likely} (at worst ${describeSeconds(worstCaseLossSeconds)})`;
}
