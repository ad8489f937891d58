import { secondsBetween } from "../shared/clock.ts";
import type { CustomerView, Observation, RegionVote } from "./observation.ts";
import type { Look } from "./probes.ts";

/** A vote's streak is broken by silence: after this many missed rounds nobody knows what happened in between. */
const missedRoundsAllowed = 3;
const changesKept = 8;

/**
 * Carries a vantage's votes from its last round to this one. A streak goes on while the vote stays the same and the
 * vantage did not fall silent; where it fell silent the streak begins anew, for "cannot see" is no evidence of anything.
 */
export function carryVote(
  region: string,
  look: Look,
  last: Observation | null,
  now: string,
  probeEverySeconds: number,
): RegionVote {
  const before = last?.votes.find((vote) => vote.region === region);
  const silent = last === null || secondsBetween(last.at, now) > probeEverySeconds * missedRoundsAllowed;
  if (before === undefined || silent) {
    return { region, vote: look.vote, since: now, changes: before?.changes ?? [], reason: look.reason };
  }
  if (before.vote === look.vote) return { ...before, reason: look.reason };
  return {
    region,
    vote: look.vote,
    since: now,
    changes: [now, ...before.changes].slice(0, changesKept),
    reason: look.reason,
  };
}

/** The same for what a customer of the public name gets. */
export function carryCustomers(
  look: Look,
  last: Observation | null,
  now: string,
  probeEverySeconds: number,
): CustomerView {
  const before = last?.customers;
  const silent = last === null || secondsBetween(last.at, now) > probeEverySeconds * missedRoundsAllowed;
  const since = before !== undefined && !silent && before.vote === look.vote ? before.since : now;
  return { vote: look.vote, since, servedBy: look.servedBy };
}
