import { describeInstant, isoInstant, parseInstant } from "../shared/clock.ts";
import type { LagSample } from "../watch/observation.ts";

/** Aurora's metrics, preferred first: the lag of what customers wrote, then that of replication as a whole. */
export const lagMetrics = ["AuroraGlobalDBRPOLag", "AuroraGlobalDBReplicationLag"] as const;

/** Where a lag reading comes from: a CloudWatch metric by its name, or the last observation of the target's vantage. */
export type LagSource = (typeof lagMetrics)[number] | "observation";

/** How far a secondary cluster was behind. */
export interface LagReading {
  readonly seconds: number;
  /** ISO 8601; the start of the metric's period, whose maximum `seconds` is. */
  readonly sampledAt: string;
  readonly source: LagSource;
  /**
   * ISO 8601; of a coarse metric that repeats itself: since when. The lag may have grown from then on.
   * @default sampledAt
   */
  readonly unchangedSince?: string;
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
 * exempt: a cluster that nobody writes to honestly reports it minute after minute. So is a metric that is seen to be coarse, for
 * as long as it has been seen to repeat itself while it still measured.
 */
export const frozenAfter = 4;

/** A metric none of whose readings is finer than this is coarse, once it has been seen to change so often. */
const coarseMs = 100;
const changesSeen = 3;
/** However long a coarse metric has repeated itself before, nobody goes by one that has not changed for longer. */
const longestRepeat = 10;

/** One that has no reading for so much longer than another has ended: publication varies by a period. */
const endedAfterMs = 2 * lagPeriodSeconds * 1_000;

/**
 * The lag at the moment of failure: the last reading whose minute was over by then. A minute that the failure cut through
 * mixes the lag before with the silence after, and silence that grows is no loss; it is taken only if there is no better,
 * as is one that began shortly after. Each metric is judged by itself: the preferred one counts unless it is unknown, or has
 * ended before the other.
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
  const judged = seriesOf(readings).map((series) => judgeSeries(series, at));
  const known = judged.flatMap((evidence) => (evidence.kind === "known" ? [evidence.reading] : []));
  const reading = preferredOf(known);
  if (reading !== null) return { kind: "known", reading };
  const unknown = judged.filter((evidence) => evidence.kind === "unknown");
  return unknown.find(({ why }) => why !== "missing") ?? { kind: "unknown", why: "missing", last: null };
}

function judgeSeries(sorted: readonly LagReading[], at: Parameters<typeof judgeLag>[1]): LagEvidence {
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
  return { kind: "known", reading: withItsRepeats(sorted, index, reading) };
}

/** Clocks and probe rounds differ by less than this. */
const clearlyLaterMs = 30_000;

/** The newest reading, of the preferred metric that goes on, unless it only repeats those before it. */
export function latestLiveReading(readings: readonly LagReading[]): LagReading | null {
  return preferredOf(
    seriesOf(readings).flatMap((sorted) => {
      const last = sorted.at(-1);
      return last === undefined || isFrozen(sorted, sorted.length - 1) ? [] : [last];
    }),
  );
}

/** So many readings a vantage keeps: those from before a failure must be among them when it is answered. */
const readingsKept = 15;

/**
 * What a vantage keeps of the readings that it looked through, oldest first: the last ones of the metric that its sample is
 * of, without those that only repeat others. Whoever reads them has no longer stretch to judge them by.
 */
export function readingsToKeep(readings: readonly LagReading[]): readonly LagReading[] {
  const source = latestLiveReading(readings)?.source;
  const sorted = seriesOf(readings).find((series) => series[0]?.source === source) ?? [];
  return sorted.filter((_, index) => !isFrozen(sorted, index)).slice(-readingsKept);
}

/** A vantage's sample as readings: what is at hand where the metrics cannot be asked. */
export function readingsOf(sample: LagSample | null): readonly LagReading[] {
  if (sample === null) return [];
  return [...(sample.recent ?? []).filter(({ at }) => at !== sample.at), sample].map(({ at, seconds }) => ({
    seconds,
    sampledAt: at,
    source: "observation",
  }));
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

/** The readings source by source, preferred first, each in order of time; no source without any. */
function seriesOf(readings: readonly LagReading[]): readonly (readonly LagReading[])[] {
  const sorted = inOrder(readings);
  return [...lagMetrics, "observation" as const]
    .map((source) => sorted.filter((reading) => reading.source === source))
    .filter(({ length }) => length > 0);
}

/** The first, being of the preferred source, of those that have not ended before another. */
function preferredOf(candidates: readonly LagReading[]): LagReading | null {
  const youngest = Math.max(...candidates.map(({ sampledAt }) => parseInstant(sampledAt)));
  return candidates.find(({ sampledAt }) => parseInstant(sampledAt) > youngest - endedAfterMs) ?? null;
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
  const reading = sorted[index];
  // What a vantage tells it has judged itself, by an hour of readings.
  if (reading === undefined || reading.seconds === 0 || reading.source === "observation") return false;
  const { from, to } = stretchAround(sorted, index);
  const length = to - from + 1;
  if (index === from || length < frozenAfter) return false;
  return length > honestRepeat(sorted.slice(0, to + 1), from);
}

function stretchAround(sorted: readonly LagReading[], index: number): { readonly from: number; readonly to: number } {
  const value = sorted[index]?.seconds;
  let from = index;
  let to = index;
  while (sorted[from - 1]?.seconds === value) from--;
  while (sorted[to + 1]?.seconds === value) to++;
  return { from, to };
}

/**
 * How often the metric may say the same and still be taken to measure: as often as it did in a stretch that came to an end
 * before `from`, where it is coarse; 0 where it is not, or has not changed often enough to tell. A metric that froze shows
 * finer readings from before.
 */
function honestRepeat(sorted: readonly LagReading[], from: number): number {
  if (!sorted.every(({ seconds }) => Math.round(seconds * 1_000) % coarseMs === 0)) return 0;
  let stretches = 0;
  let longest = 0;
  for (let index = 0; index < from; stretches++) {
    const { to } = stretchAround(sorted, index);
    // Of zeros there may be any number, and they say nothing of the others.
    if (sorted[index]?.seconds !== 0) longest = Math.max(longest, to - index + 1);
    index = to + 1;
  }
  return stretches < changesSeen ? 0 : Math.min(longestRepeat, longest);
}

/** Since when the lag may have grown unseen, where a coarse metric has repeated itself for longer than a fine one may. */
function withItsRepeats(sorted: readonly LagReading[], index: number, reading: LagReading): LagReading {
  const { from } = stretchAround(sorted, index);
  const first = sorted[from];
  if (reading.seconds === 0 || first === undefined || index - from + 1 < frozenAfter) return reading;
  return { ...reading, unchangedSince: first.sampledAt };
}

/** How far back readings are asked for, in milliseconds: an hour, in which a coarse metric changes and a frozen one does not. */
export const lagWindowMs = 3_600_000;

/** From when on readings are asked for, for a failure that began then. */
export function readingsFrom(failingSince: string): string {
  return isoInstant(parseInstant(failingSince) - lagWindowMs);
}
