import { parseInstant, secondsBetween } from "../shared/clock.ts";
import type { Plan } from "../shared/plan/plan.ts";
import { type CountedVote, type Evidence, heartbeatFreshSeconds, type RegionEvidence } from "./evidence.ts";
import { findSharedSince } from "./shared.ts";

/**
 * What is the matter with a Region. Closed: every reader decides for each. `failingSince` is when a quorum first saw it
 * failing, or the first vantage where there is no quorum.
 */
export type Assessment =
  /** Nobody who can be heard sees it failing, and somebody sees it pass. */
  | { readonly kind: "serving"; readonly steadiness: "steady" | "recovering" }
  /** Too few can be heard to say anything. */
  | { readonly kind: "unknown" }
  /** Some see it failing: too few, or not for long enough. */
  | { readonly kind: "unconfirmed"; readonly failingSince: string }
  /** It fails and passes by turns (FM11). */
  | { readonly kind: "flapping"; readonly failingSince: string }
  /** A quorum sees it failing and somebody sees it pass (FM18). */
  | { readonly kind: "disputed"; readonly failingSince: string; readonly dispute: "recent" | "lasting" }
  /** A quorum has seen it failing for long enough, and it gives no sign of life. */
  | { readonly kind: "down"; readonly failingSince: string }
  /** The same, but it has lived since, by its own controller or a look that passed: customers fail, APIs do not (FM16). */
  | { readonly kind: "gray"; readonly failingSince: string }
  /** Every Region fails at once, or has and none was steady since: most likely the observers or something shared (FM13). */
  | { readonly kind: "everythingFailing"; readonly failingSince: string; readonly sharedSince: string }
  /** This observer hears nobody: it is itself the problem until shown otherwise (FM14). */
  | { readonly kind: "observerIsolated" };

/** Looks that a round makes side by side take four seconds at most, and clocks differ by less than the rest. */
const roundLastsSeconds = 5;
/** Flips by a vantage within the window from which it counts as flapping. */
const flapsFrom = 4;

/**
 * Assesses a Region from evidence. Pure.
 *
 * Holds: nothing is "down" or "gray" unless at least the plan's quorum of *other* vantages, each with a fresh word, has
 * seen it failing without a break for the whole confirmation window, and none of them sees it pass. "Unknown" counts for
 * neither side. Nor is anything while the trouble is shared, or was and no Region has been steady since (shared.ts).
 */
export function assess(plan: Plan, evidence: Evidence, region: string): Assessment {
  const subject = evidence.regions.find((each) => each.region === region);
  if (subject === undefined) return { kind: "unknown" };
  if (evidence.observer === "isolated") return { kind: "observerIsolated" };

  const { quorum, confirmForSeconds, disputeForSeconds, clearForSeconds } = plan.detection;
  const failing = votesOf(subject, "failing");
  const passing = votesOf(subject, "passing");
  const firstFailing = failing[0];

  if (firstFailing === undefined) {
    const witnesses = passing.length > 0 ? passing : subject.ownVote?.vote === "passing" ? [subject.ownVote] : [];
    if (witnesses.length === 0) return { kind: "unknown" };
    // A Region that nobody has lately seen fail is steady from the first look; one witness who has is enough to wait.
    const steady = witnesses.every(
      ({ since, recentChanges }) =>
        recentChanges === 0 || secondsBetween(since ?? evidence.at, evidence.at) >= clearForSeconds,
    );
    return { kind: "serving", steadiness: steady ? "steady" : "recovering" };
  }

  // Of one vantage with a trouble of its own, hours old perhaps, nobody can say that it saw this failure begin: it has
  // begun when a quorum saw it. Where there is no quorum, there is only the first to go by.
  const failingSince = (failing[quorum - 1] ?? firstFailing).since ?? evidence.at;
  if (failing.length < quorum) return { kind: "unconfirmed", failingSince };
  const sharedSince = findSharedSince(plan, evidence);
  if (sharedSince !== null) return { kind: "everythingFailing", failingSince, sharedSince };
  // For so long a whole quorum has seen it fail: the quorum-th longest streak.
  const heldSeconds = failing.map((vote) => vote.heldSeconds).toSorted((left, right) => right - left)[quorum - 1] ?? 0;
  if (passing.length > 0) {
    return { kind: "disputed", failingSince, dispute: heldSeconds >= disputeForSeconds ? "lasting" : "recent" };
  }
  if (heldSeconds < confirmForSeconds) {
    const flapping = failing.filter((vote) => vote.recentChanges >= flapsFrom).length >= quorum;
    return { kind: flapping ? "flapping" : "unconfirmed", failingSince };
  }
  return { kind: isAlive(evidence, subject, failingSince) ? "gray" : "down", failingSince };
}

/**
 * Whether the Region has given a sign of life of late, and since the failure began: where the confirmation window is shorter
 * than a heartbeat counts, the last one of a Region that has gone dark is still fresh when the window ends (FM75). A look
 * that passed is one as well, though three in a row are wanted for the vote.
 */
function isAlive({ at }: Evidence, { votes, heartbeatAgeSeconds }: RegionEvidence, failingSince: string): boolean {
  const ages = [heartbeatAgeSeconds, ...votes.map(({ passedSecondsAgo }) => passedSecondsAgo)];
  const youngest = Math.min(...ages.map((age) => age ?? Number.POSITIVE_INFINITY));
  return youngest <= heartbeatFreshSeconds && secondsBetween(failingSince, at) - youngest > roundLastsSeconds;
}

/** "down" or "gray" where a Region is confirmed to fail, by the whole quorum and against nobody's word; else null. */
export function confirmedFailure({ kind }: Assessment): "down" | "gray" | null {
  switch (kind) {
    case "down":
    case "gray":
      return kind;
    case "serving":
    case "unknown":
    case "unconfirmed":
    case "flapping":
    case "disputed":
    case "everythingFailing":
    case "observerIsolated":
      return null;
  }
}

/** Votes of one kind, the longest streak first. */
function votesOf(subject: RegionEvidence, vote: CountedVote["vote"]): readonly CountedVote[] {
  return subject.votes
    .filter((each) => each.vote === vote)
    .sort((left, right) => parseInstant(left.since ?? "") - parseInstant(right.since ?? ""));
}

/** What is the matter with a Region, in words that need no list of assessments beside them. */
export function describeTrouble(region: string, { kind }: Assessment): string {
  switch (kind) {
    case "gray":
      return `${region} is gray: its customers fail while its own controller is still heard`;
    case "disputed":
      return `${region} is disputed: some vantages see it failing and some do not`;
    case "down":
    case "serving":
    case "unknown":
    case "unconfirmed":
    case "flapping":
    case "everythingFailing":
    case "observerIsolated":
      return `${region} is ${kind}`;
  }
}
