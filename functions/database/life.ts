import { heartbeatFreshSeconds } from "../assess/evidence.ts";
import type { Sign } from "../assess/signs.ts";
import type { Cause } from "../coordination/item.ts";
import { describeInstant, isoInstant, parseInstant } from "../shared/clock.ts";
import { appliedUntil, describeReading, type LagReading, latestLiveReading } from "./lag.ts";

/** What speaks for the old primary being alive. */
export type SignOfLife =
  | { readonly kind: "none" }
  /** A survivor received what the primary wrote after the failure began (FM17). */
  | { readonly kind: "replication"; readonly reason: string }
  /** The failed Region was heard, or served somebody, a moment ago: the Region lives, its database may not. */
  | { readonly kind: "heartbeat"; readonly reason: string };

export interface LifeInput {
  readonly cause: Cause;
  readonly failingSince: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** The failed Region's youngest sign of life that anybody has noticed, or null when nobody ever did. */
  readonly sign: Sign | null;
  /** Lag readings of the target, in any order. */
  readonly readings: readonly LagReading[];
}

/** A reading covers one minute and is published about another minute later. */
const freshReadingMs = 180_000;
/** What proves life must come from clearly after the failure began: probes notice late, and clocks differ by a little. */
const clearlyAfterMs = 30_000;
/** Heartbeats that may be missing before silence is one. */
const missedRoundsAllowed = 3;

/**
 * The sign of life that the old primary gives now, the stronger one first. Where the failure is proven ("down"), a sign
 * counts only if it was given clearly after the failure began. Where it is not (customers fail, or a person asked), the
 * primary counts as alive as long as it was a moment ago.
 */
export function findLife(input: LifeInput): SignOfLife {
  const { cause, now, sign } = input;
  const earliest = mustBeAfter(cause, parseInstant(input.failingSince), now);
  const reading = latestLiveReading(input.readings);
  if (
    reading !== null &&
    parseInstant(reading.sampledAt) >= now - freshReadingMs &&
    appliedUntil(reading) >= earliest
  ) {
    return {
      kind: "replication",
      reason: `replication from it still advances (${describeReading(reading)})`,
    };
  }
  if (sign === null || !isHeard(sign, now)) return { kind: "none" };
  return cause !== "down" || parseInstant(sign.at) >= earliest
    ? { kind: "heartbeat", reason: describeSign(sign) }
    : { kind: "none" };
}

/**
 * Whether it is too early to tell a Region that fell silent from one that lives: its last sign of life is from about when
 * the failure began, and the next one is not overdue. Only where a plan confirms a failure sooner than that (FM75).
 */
export function isTooEarlyToTell(input: Omit<LifeInput, "readings">, probeEverySeconds: number): boolean {
  const { cause, now, sign } = input;
  if (cause !== "down" || sign === null) return false;
  const overdueSeconds = Math.min(heartbeatFreshSeconds, missedRoundsAllowed * probeEverySeconds);
  const isLate = parseInstant(sign.at) >= mustBeAfter(cause, parseInstant(input.failingSince), now);
  return !isLate && isFresh(sign, now, overdueSeconds);
}

/**
 * Until when the old primary may have taken writes, as far as anybody knows: until customers began to fail, or, where it
 * outlived that (a gray failure that went dark), until its last sign of life, whoever noticed it (FM74). Losses are judged
 * at this instant.
 */
export function findLastWrite(failingSince: string, sign: Sign | null, readings: readonly LagReading[]): string {
  const applied = latestLiveReading(readings);
  const candidates = [
    parseInstant(failingSince),
    sign === null ? Number.NEGATIVE_INFINITY : parseInstant(sign.at),
    applied === null ? Number.NEGATIVE_INFINITY : appliedUntil(applied),
  ];
  return isoInstant(Math.max(...candidates));
}

/**
 * For how long, in seconds, the Region is known to have lived when the target heard nothing of it any more: what it wrote
 * meanwhile the target most likely does not have. 0 where the target heard of it for about as long as anybody.
 *
 * @param signs the failed Region's, the youngest first
 */
export function unreceivedSeconds(
  signs: readonly Sign[],
  target: string,
  readings: readonly LagReading[],
  probeEverySeconds: number,
): number {
  const [youngest] = signs;
  const heard = signs.find(({ seenFrom }) => seenFrom === target);
  if (youngest === undefined || heard === undefined) return 0;
  const measured = readings.map(({ sampledAt }) => parseInstant(sampledAt));
  const silentMs = parseInstant(youngest.at) - Math.max(parseInstant(heard.at), ...measured);
  return silentMs > behindMs(probeEverySeconds) ? silentMs / 1_000 : 0;
}

/**
 * Why a survivor is not to be made the writer though its cluster could be: others hear the failed Region, and this one has
 * lost it, and with it what the primary writes (FM73). Null where that is not so, or not known.
 *
 * @param signs the failed Region's, the youngest first
 */
export function whyCutOff(
  signs: readonly Sign[],
  survivor: string,
  failedRegion: string,
  { now, probeEverySeconds }: { readonly now: number; readonly probeEverySeconds: number },
): string | null {
  const [youngest] = signs;
  const heard = signs.find(({ seenFrom }) => seenFrom === survivor);
  if (youngest === undefined || heard === undefined || !isHeard(youngest, now)) return null;
  if (parseInstant(youngest.at) - parseInstant(heard.at) <= behindMs(probeEverySeconds)) return null;
  return `is cut off from ${failedRegion}, which lives: ${survivor} last heard of it at ${describeInstant(heard.at)}, ${youngest.seenFrom} at ${describeInstant(youngest.at)}`;
}

/** Vantages look, and tell of it, once a round: by so much one may know less than another although it has lost nothing. */
function behindMs(probeEverySeconds: number): number {
  return Math.max(clearlyAfterMs, missedRoundsAllowed * probeEverySeconds * 1_000);
}

/** Whether a Region's youngest sign of life is from a moment ago. */
export function isHeard(sign: Sign | null, now: number): boolean {
  return sign !== null && isFresh(sign, now, heartbeatFreshSeconds);
}

function isFresh({ at }: Sign, now: number, freshSeconds: number): boolean {
  return Math.abs(now - parseInstant(at)) <= freshSeconds * 1_000;
}

function describeSign({ kind, at, seenFrom }: Sign): string {
  switch (kind) {
    case "heartbeat":
      return `its Region's own controller was heard at ${describeInstant(at)} in ${seenFrom}`;
    case "served":
      return `its Region served ${seenFrom} at ${describeInstant(at)}`;
  }
}

function mustBeAfter(cause: Cause, failed: number, now: number): number {
  switch (cause) {
    case "down":
      return failed + clearlyAfterMs;
    case "gray":
    case "requested":
      return now - freshReadingMs;
  }
}
