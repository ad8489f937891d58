import { secondsBetween } from "../shared/clock.ts";
import type { CustomerView, Observation, RegionVote, Vote } from "./observation.ts";
import type { Look } from "./probes.ts";

/** A vote's streak is broken by silence: after this many missed rounds nobody knows what happened in between. */
export const missedRoundsAllowed = 3;
const changesKept = 8;
/** With a look every ten seconds these are six minutes: enough to tell two failures from one. */
export const looksKept = 36;
/**
 * So many passes in a row end a failing streak, as Route 53's own threshold counts both ways: in a gray failure some
 * requests succeed, and a lucky probe must not start the confirmation window anew (FM16).
 */
const passesToRecover = 3;

/** Whether so long has passed since a vantage saw something that its streaks do not go on. */
export function isSilent(lastAt: string | null, now: string, probeEverySeconds: number): boolean {
  return lastAt === null || secondsBetween(lastAt, now) > probeEverySeconds * missedRoundsAllowed;
}

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
  const silent = isSilent(last?.at ?? null, now, probeEverySeconds);
  const { vote, reason } = look;
  const lastPass = vote === "passing" ? now : before?.passedAt;
  const rounds = last === null ? 0 : secondsBetween(last.at, now) / probeEverySeconds;
  const kept = {
    ...(lastPass === undefined ? {} : { passedAt: lastPass }),
    looks: carryLooks(before?.looks ?? "", vote, rounds),
  };
  if (before === undefined || silent) {
    return { region, vote, since: now, until: now, changes: before?.changes ?? [], passesInARow: 0, ...kept, reason };
  }
  if (before.vote === vote) return { ...before, until: now, passesInARow: 0, ...kept, reason };
  const passesInARow = before.passesInARow + 1;
  if (before.vote === "failing" && vote === "passing" && passesInARow < passesToRecover) {
    return { ...before, passesInARow, ...kept };
  }
  return {
    region,
    vote,
    since: now,
    until: now,
    changes: [now, ...before.changes].slice(0, changesKept),
    passesInARow: 0,
    ...kept,
    reason,
  };
}

const letters: Readonly<Record<Vote, string>> = { passing: "p", failing: "f", unknown: "u" };

/** What was seen before a silence was seen: of the rounds between it is said that nobody looked. */
function carryLooks(before: string, vote: Vote, roundsSince: number): string {
  const missed = Math.min(looksKept, Math.max(0, Math.round(roundsSince) - 1));
  return `${before}${letters.unknown.repeat(missed)}${letters[vote]}`.slice(-looksKept);
}

/** The same for what a customer of the public name gets. */
export function carryCustomers(
  look: Look,
  last: Observation | null,
  now: string,
  probeEverySeconds: number,
): CustomerView {
  const before = last?.customers;
  const silent = isSilent(last?.at ?? null, now, probeEverySeconds);
  const since = before !== undefined && !silent && before.vote === look.vote ? before.since : now;
  return { vote: look.vote, since, servedBy: look.servedBy };
}
