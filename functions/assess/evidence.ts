import type { CoordinationItem } from "../coordination/item.ts";
import { parseInstant, secondsBetween } from "../shared/clock.ts";
import { type Plan, regionNamed, vantagesOf } from "../shared/plan/plan.ts";
import { type UnreadableSwitch, unreadableSwitches } from "../watch/canaries.ts";
import type { Observation, Vote } from "../watch/observation.ts";
import { signsOfLife } from "./signs.ts";
import { takenOutOfDns } from "./taken-out.ts";

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
  /** Seconds since its last look that passed, whatever the vote; null when unknown. */
  readonly passedSecondsAgo: number | null;
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
  /** Seconds since its own controller last gave a sign of life that anybody who can be heard knows of; null when it never did. */
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
  /** Buckets of the switch in which an evacuation would take nobody out of DNS. They vote on no Region. */
  readonly refusedSwitches: readonly UnreadableSwitch[];
  /** Regions that the plan's switch holds out of DNS, whatever the book says of them. */
  readonly takenOut: readonly string[];
  /** Regions that are not in service, by the coordination item or by the switch; none until the item has been read. */
  readonly outOfService: readonly string[];
  /** Those of them that the book has in service: a person has drained them, and the others have had time to grow. */
  readonly drained: readonly string[];
  /** Since when each vantage that can be heard judges the trouble to be shared, by name; those that do not are left out. */
  readonly sharedSince: Readonly<Record<string, string>>;
  /** Vantages whose word counts now, in the plan's order, the witnesses last. */
  readonly heard: readonly string[];
  /**
   * Vantages that were heard once and are not now, and for how long; and those that somebody has listened for in vain for
   * longer than a plan takes to be deployed.
   */
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

/** Longer than a first deployment goes from Region to Region: a vantage that is not heard for so long is not about to be. */
const deployedWithinSeconds = 1_800;

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
  const vantages = vantagesOf(plan);

  const fresh = observations.filter(
    ({ vantage }) => vantages.includes(vantage) && (ageSeconds.get(vantage) ?? 0) <= maximumAgeSeconds,
  );
  const doubted = findDoubted(plan, fresh);

  const countVote = (vantage: string, region: string): CountedVote => {
    const unknown = (reason: string): CountedVote => ({
      vantage,
      vote: "unknown",
      since: null,
      heldSeconds: 0,
      reason,
      passedSecondsAgo: null,
      recentChanges: 0,
      looks: "",
    });
    const observation = byVantage.get(vantage);
    const age = ageSeconds.get(vantage);
    if (observation === undefined || age === undefined) return unknown("never heard from");
    if (age > maximumAgeSeconds) return unknown(`last heard from ${Math.round(age)} s ago`);
    if (doubted.has(vantage)) return unknown("sees no Region pass, while Regions see each other pass");
    const vote = observation.votes.find((each) => each.region === region);
    if (vote === undefined || vote.vote === "unknown") return unknown(vote?.reason ?? "did not look");
    return {
      vantage,
      vote: vote.vote,
      since: vote.since,
      heldSeconds: secondsBetween(vote.since, vote.until),
      reason: vote.reason,
      passedSecondsAgo: vote.passedAt === undefined ? null : secondsBetween(vote.passedAt, now),
      recentChanges: vote.changes.filter((change) => parseInstant(change) >= flapsFrom).length,
      looks: typeof vote.looks === "string" ? vote.looks : "",
    };
  };
  const isFresh = (vantage: string) => (ageSeconds.get(vantage) ?? Number.POSITIVE_INFINITY) <= maximumAgeSeconds;

  /** For how long whoever has listened longest for a vantage that nobody ever heard has done so. */
  const listenedFor = (vantage: string) =>
    Math.max(
      0,
      ...fresh.flatMap(({ at, neverHeardSince = {} }) => {
        const since = neverHeardSince[vantage];
        return since === undefined ? [] : secondsBetween(since, at);
      }),
    );

  const servedBy = ({ vantage, customers }: Observation): string | null =>
    isFresh(vantage) && customers.vote === "passing" ? regionNamed(plan, customers.servedBy) : null;
  const served = observations.map(servedBy).filter((region) => region !== null);

  return {
    at: now,
    servesCustomers: [...new Set(served)],
    refusedSwitches: unreadableSwitches(observations, parseInstant(now)),
    takenOut: takenOutOfDns(plan, observations, parseInstant(now)),
    outOfService: [],
    drained: [],
    sharedSince: Object.fromEntries(
      fresh.flatMap(({ vantage, sharedSince }) => (sharedSince === undefined ? [] : [[vantage, sharedSince]])),
    ),
    heard: vantages.filter(isFresh),
    silent: vantages.flatMap((vantage) => {
      if (isFresh(vantage)) return [];
      const age = ageSeconds.get(vantage);
      const forSeconds = age ?? listenedFor(vantage);
      return age === undefined && forSeconds < deployedWithinSeconds ? [] : { vantage, forSeconds };
    }),
    publicNameFailing: observations
      .filter(({ vantage, customers }) => isFresh(vantage) && customers.vote === "failing")
      .map(({ vantage, customers }) => ({ vantage, since: customers.since })),
    observer: isIsolated(byVantage.get(observer), vantages, observer, ageSeconds) ? "isolated" : "connected",
    regions: plan.regions.map(({ name }) => {
      const own = byVantage.get(name);
      // Its own word may be old because it does not get here; what others have heard of it does (FM73).
      const words = own === undefined || fresh.includes(own) ? fresh : [...fresh, own];
      const heartbeat = signsOfLife(plan, observer, words, name).find(({ kind }) => kind === "heartbeat");
      return {
        region: name,
        votes: vantages.filter((vantage) => vantage !== name).map((vantage) => countVote(vantage, name)),
        ownVote: countVote(name, name),
        heartbeatAgeSeconds: heartbeat === undefined ? null : Math.abs(secondsBetween(heartbeat.at, now)),
        customersServedBy: own === undefined ? null : servedBy(own),
      };
    }),
  };
}

/**
 * The evidence, and who is in service: by the coordination item, and by the switch, which a person may have thrown by hand.
 * A Region about which a person is still asked is where its customers are, though the book has it leaving.
 */
export function knowingStates(
  evidence: Evidence,
  { regions, incident }: Pick<CoordinationItem, "regions" | "incident">,
): Evidence {
  const askedAbout = incident?.stage === "asking" ? incident.failedRegion : null;
  const byBook = Object.entries(regions).flatMap(([name, { state }]) =>
    state === "inService" || name === askedAbout ? [] : [name],
  );
  const drained = evidence.takenOut.filter((name) => regions[name]?.state === "inService");
  return { ...evidence, outOfService: [...new Set([...byBook, ...evidence.takenOut])], drained };
}

/**
 * Vantages with a trouble of their own: they see none of two or more Regions pass, while two Regions see each other pass.
 * What such a one says counts for neither side (FM72).
 */
function findDoubted(plan: Plan, fresh: readonly Observation[]): ReadonlySet<string> {
  const names = plan.regions.map(({ name }) => name);
  const sees = (vantage: string, region: string) =>
    fresh.find((each) => each.vantage === vantage)?.votes.find((vote) => vote.region === region)?.vote === "passing";
  const isMutual = names.some((one) => names.some((other) => one !== other && sees(one, other) && sees(other, one)));
  if (!isMutual) return new Set();
  const seesNobody = ({ vantage, votes }: Observation) => {
    const others = votes.filter(({ region }) => region !== vantage && names.includes(region));
    return others.length > 1 && others.every(({ vote }) => vote === "failing");
  };
  return new Set(fresh.filter(seesNobody).map(({ vantage }) => vantage));
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
