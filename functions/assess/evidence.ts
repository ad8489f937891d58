import { parseInstant, secondsBetween } from "../shared/clock.ts";
import type { Plan } from "../shared/plan/plan.ts";
import type { Observation, Vote } from "../watch/observation.ts";

/** One vantage's word on one Region, as far as it counts now. */
export interface CountedVote {
  readonly vantage: string;
  /** "unknown" when the vantage is silent, its word is old, or it is cut off: it counts for neither side (FM7). */
  readonly vote: Vote;
  /** When the present streak began; null when unknown. */
  readonly since: string | null;
  /** How long the streak has been seen to last, in seconds. */
  readonly heldSeconds: number;
  readonly reason: string;
  /** Changes between passing and failing within `flapWindowSeconds`. */
  readonly recentChanges: number;
  /** The last looks, oldest first, as a vote keeps them; "" when the vote is unknown or its writer kept none. */
  readonly looks: string;
}

/** What is known of one Region. */
export interface RegionEvidence {
  readonly region: string;
  /** Votes of the other vantages; a Region does not vote on whether it failed. */
  readonly votes: readonly CountedVote[];
  /** Its own vantage's word on itself: a sign that it serves when no one else can look. */
  readonly ownVote: CountedVote | null;
  /** Seconds since its own controller last gave a sign of life; null when it never did. */
  readonly heartbeatAgeSeconds: number | null;
  /** The Region that serves the customers nearest to this one, as its own vantage sees them; null when that is unknown. */
  readonly customersServedBy: string | null;
}

export interface Evidence {
  /** ISO 8601. */
  readonly at: string;
  readonly regions: readonly RegionEvidence[];
  /** Whether the vantage that gathers this hears nobody else: then it may itself be the problem (FM14). */
  readonly observer: "connected" | "isolated";
  /** Regions that customers of some vantage are sent to, and served by, as far as that is known now. */
  readonly servesCustomers: readonly string[];
  /** Vantages whose word counts now, in the plan's order, the witnesses last. */
  readonly heard: readonly string[];
  /** Vantages that were heard once and are not now, and for how long. One that never was may not be deployed yet. */
  readonly silent: readonly { readonly vantage: string; readonly forSeconds: number }[];
  /** Vantages at which the public name fails, and since when. */
  readonly publicNameFailing: readonly { readonly vantage: string; readonly since: string }[];
}

/** Probes that a vantage may miss before its word is old. */
const missedProbesAllowed = 3;
/** A sign of life is one younger than this. Longer than a few probe rounds and the replication of the records table. */
export const heartbeatFreshSeconds = 45;
/** Flips are counted over this window. */
export const flapWindowSeconds = 600;

/** Sorts the vantages' observations by the Region that they speak of. Pure; judges nothing yet. */
export function gatherEvidence(
  plan: Plan,
  observer: string,
  observations: readonly Observation[],
  now: string,
): Evidence {
  const maximumAgeSeconds = plan.detection.probeEverySeconds * missedProbesAllowed;
  const byVantage = new Map(observations.map((observation) => [observation.vantage, observation]));
  // A word from the future is as old as it is far away: else a fast clock would go on speaking after its death (FM29).
  const ageSeconds = new Map(observations.map(({ vantage, at }) => [vantage, Math.abs(secondsBetween(at, now))]));
  const flapsFrom = parseInstant(now) - flapWindowSeconds * 1_000;
  const vantages = [...plan.regions.map((region) => region.name), ...plan.detection.witnesses];

  const countVote = (vantage: string, region: string): CountedVote => {
    const unknown = (reason: string): CountedVote => ({
      vantage,
      vote: "unknown",
      since: null,
      heldSeconds: 0,
      reason,
      recentChanges: 0,
      looks: "",
    });
    const observation = byVantage.get(vantage);
    const age = ageSeconds.get(vantage);
    if (observation === undefined || age === undefined) return unknown("never heard from");
    if (age > maximumAgeSeconds) return unknown(`last heard from ${Math.round(age)} s ago`);
    const vote = observation.votes.find((each) => each.region === region);
    if (vote === undefined || vote.vote === "unknown") return unknown(vote?.reason ?? "did not look");
    return {
      vantage,
      vote: vote.vote,
      since: vote.since,
      heldSeconds: secondsBetween(vote.since, vote.until),
      reason: vote.reason,
      recentChanges: vote.changes.filter((change) => parseInstant(change) >= flapsFrom).length,
      looks: typeof vote.looks === "string" ? vote.looks : "",
    };
  };
  const isFresh = (vantage: string) => (ageSeconds.get(vantage) ?? Number.POSITIVE_INFINITY) <= maximumAgeSeconds;

  const servedBy = ({ vantage, customers }: Observation): string | null =>
    isFresh(vantage) && customers.vote === "passing" ? customers.servedBy : null;
  const served = observations.map(servedBy).filter((region) => region !== null);

  return {
    at: now,
    servesCustomers: [...new Set(served)],
    heard: vantages.filter(isFresh),
    silent: vantages.flatMap((vantage) => {
      const age = ageSeconds.get(vantage);
      return age === undefined || isFresh(vantage) ? [] : { vantage, forSeconds: age };
    }),
    publicNameFailing: observations
      .filter(({ vantage, customers }) => isFresh(vantage) && customers.vote === "failing")
      .map(({ vantage, customers }) => ({ vantage, since: customers.since })),
    observer: isIsolated(byVantage.get(observer), vantages, observer, ageSeconds) ? "isolated" : "connected",
    regions: plan.regions.map(({ name }) => {
      const heartbeatAge = ageSeconds.get(name);
      const own = byVantage.get(name);
      return {
        region: name,
        votes: vantages.filter((vantage) => vantage !== name).map((vantage) => countVote(vantage, name)),
        ownVote: countVote(name, name),
        heartbeatAgeSeconds: heartbeatAge ?? null,
        customersServedBy: own === undefined ? null : servedBy(own),
      };
    }),
  };
}

/**
 * A vantage with two or more others that hears none of them is cut off, whatever it sees. With a single other vantage
 * nobody can tell who is cut off: that is why two Regions need a witness. Where its own watch stands still, what counts is
 * what was read just now: a watch that hangs must not make the whole Region deaf.
 */
function isIsolated(
  own: Observation | undefined,
  vantages: readonly string[],
  observer: string,
  ageSeconds: ReadonlyMap<string, number>,
): boolean {
  const others = vantages.filter((vantage) => vantage !== observer);
  if (others.length < 2 || own === undefined) return false;
  const sinceOwnRound = ageSeconds.get(observer) ?? 0;
  const stands = sinceOwnRound > heartbeatFreshSeconds;
  return others.every((vantage) => {
    const age = stands ? ageSeconds.get(vantage) : own.heartbeatAgeSeconds[vantage];
    return age === undefined || age + (stands ? 0 : sinceOwnRound) > heartbeatFreshSeconds;
  });
}
