import { describeInstant, isoInstant, parseInstant } from "../shared/clock.ts";

/** Where a lag reading comes from: a CloudWatch metric by its name, or the last observation of the target's vantage. */
export type LagSource = "AuroraGlobalDBRPOLag" | "AuroraGlobalDBReplicationLag" | "observation";

/** How far a secondary cluster was behind. */
export interface LagReading {
  readonly seconds: number;
  /** ISO 8601; the start of the metric's period, whose maximum `seconds` is. */
  readonly sampledAt: string;
  readonly source: LagSource;
}

/** What is known of the lag at the moment of failure. A frozen or missing lag is unknown, never zero (FM40). */
export type LagEvidence =
  | { readonly kind: "known"; readonly reading: LagReading }
  | { readonly kind: "unknown"; readonly why: "missing" | "tooOld" | "frozen"; readonly last: LagReading | null };

/** The period at which Aurora's metrics are read, in seconds. */
export const lagPeriodSeconds = 60;

/**
 * So many equal readings in a row are one reading repeated. The lag is a measurement in milliseconds and each reading the
 * maximum of a minute of them: four of them equal to the millisecond do not happen to replication that works. Zero is
 * exempt: a cluster that nobody writes to honestly reports it minute after minute.
 */
export const frozenAfter = 4;

/**
 * The lag at the moment of failure: the last reading whose minute was over by then. A minute that the failure cut through
 * mixes the lag before with the silence after, and silence that grows is no loss; it is taken only if there is no better,
 * as is one that began shortly after.
 */
export function judgeLag(
  readings: readonly LagReading[],
  at: {
    readonly failingSince: string;
    /** Later than `failingSince` where the primary outlived the beginning of the failure. @default failingSince */
    readonly lastWriteAt?: string;
    readonly maximumLagAgeSeconds: number;
  },
): LagEvidence {
  const sorted = inOrder(readings);
  const failed = parseInstant(at.lastWriteAt ?? at.failingSince);
  const outlived = failed - parseInstant(at.failingSince) > clearlyLaterMs;
  const period = lagPeriodSeconds * 1_000;
  const index = [failed - period, failed, failed + period]
    .map((latest) => sorted.findLastIndex(({ sampledAt }) => parseInstant(sampledAt) <= latest))
    .find(
      (found) =>
        found >= 0 &&
        isYoung(sorted[found], failed, at.maximumLagAgeSeconds) &&
        // A reading from before the trouble says nothing of what a primary in trouble went on to write.
        (!outlived || parseInstant(sorted[found]?.sampledAt ?? "") >= parseInstant(at.failingSince) - period),
    );
  const reading = index === undefined ? undefined : sorted[index];
  if (index === undefined || reading === undefined) {
    const last = sorted.findLast(({ sampledAt }) => parseInstant(sampledAt) <= failed) ?? null;
    return { kind: "unknown", why: last === null ? "missing" : "tooOld", last };
  }
  if (isFrozen(sorted, index)) return { kind: "unknown", why: "frozen", last: reading };
  return { kind: "known", reading };
}

/** Clocks and probe rounds differ by less than this. */
const clearlyLaterMs = 30_000;

/** The newest reading, unless it only repeats those before it. */
export function latestLiveReading(readings: readonly LagReading[]): LagReading | null {
  const sorted = inOrder(readings);
  const last = sorted.at(-1);
  return last === undefined || isFrozen(sorted, sorted.length - 1) ? null : last;
}

/** The instant, in milliseconds, up to which the secondary provably had everything that was written. */
export function appliedUntil(reading: LagReading): number {
  return parseInstant(reading.sampledAt) - reading.seconds * 1_000;
}

/** How far `target` was behind, as a clause for a person. */
export function describeEvidence(target: string, lag: LagEvidence): string {
  switch (lag.kind) {
    case "known":
      return `${target}, which can take over, was ${describeReading(lag.reading)}`;
    case "unknown":
      return `how far ${target}, which can take over, is behind is unknown: ${describeUnknown(lag)}`;
  }
}

/** `1.3 s behind at 2026-03-14 09:00:00 UTC`. */
export function describeReading({ seconds, sampledAt }: LagReading): string {
  return `${seconds.toFixed(1)} s behind at ${describeInstant(sampledAt)}`;
}

function describeUnknown({ why, last }: Extract<LagEvidence, { kind: "unknown" }>): string {
  const value = last === null ? "" : `${last.seconds.toFixed(1)} s at ${describeInstant(last.sampledAt)}`;
  switch (why) {
    case "missing":
      return "no reading from before the failure was found";
    case "tooOld":
      return `the last reading, ${value}, is too old`;
    case "frozen":
      return `the metric repeats ${value} and has stopped measuring`;
  }
}

function inOrder(readings: readonly LagReading[]): readonly LagReading[] {
  return readings
    .filter(({ seconds }) => Number.isFinite(seconds) && seconds >= 0)
    .toSorted((left, right) => parseInstant(left.sampledAt) - parseInstant(right.sampledAt));
}

function isYoung(reading: LagReading | undefined, failed: number, maximumAgeSeconds: number): boolean {
  return reading !== undefined && parseInstant(reading.sampledAt) >= failed - maximumAgeSeconds * 1_000;
}

/** Whether the reading at `index` repeats those before it. The first of a stretch of equal ones was still measured. */
function isFrozen(sorted: readonly LagReading[], index: number): boolean {
  const value = sorted[index]?.seconds;
  if (value === undefined || value === 0) return false;
  let from = index;
  let to = index;
  while (sorted[from - 1]?.seconds === value) from--;
  while (sorted[to + 1]?.seconds === value) to++;
  return index > from && to - from + 1 >= frozenAfter;
}

/** How far back readings are asked for: ten minutes before the failure, enough to see that a metric has frozen. */
export function readingsFrom(failingSince: string): string {
  return isoInstant(parseInstant(failingSince) - 600_000);
}
