import { parseInstant, secondsBetween } from "../shared/clock.ts";
import type { Observation } from "./observation.ts";

/** A bucket of the switch whose objects no health checker can read. */
export interface UnreadableSwitch {
  /** The Region whose bucket it is. */
  readonly region: string;
  /** What S3 answers to whoever signs nothing. */
  readonly status: number | null;
  /** ISO 8601; when the first of those who say so saw it first. */
  readonly since: string;
  readonly vantages: readonly string[];
}

/** A canary that has just been written, or a bucket whose policy is just being changed, is nobody's loss yet. */
const canaryLostAfterSeconds = 180;

/** An observation that is older says nothing of now. */
const heardWithinSeconds = 120;

/**
 * Buckets of the switch that vantages are refused by, for long enough: an evacuation written there would take nobody out of
 * DNS. Silence is no refusal: a Region that is down is an incident, not a lost canary. Pure; it votes on no Region.
 */
export function unreadableSwitches(observations: readonly Observation[], now: number): readonly UnreadableSwitch[] {
  const found = new Map<string, UnreadableSwitch>();
  for (const { vantage, at, canaries = [] } of observations) {
    if (Math.abs(now - parseInstant(at)) > heardWithinSeconds * 1_000) continue;
    for (const { region, answer, status, since } of canaries) {
      if (answer !== "refused" || now - parseInstant(since) < canaryLostAfterSeconds * 1_000) continue;
      const before = found.get(region);
      found.set(region, {
        region,
        status: before?.status ?? status,
        since: before !== undefined && secondsBetween(before.since, since) > 0 ? before.since : since,
        vantages: [...(before?.vantages ?? []), vantage],
      });
    }
  }
  return [...found.values()].toSorted((left, right) => (left.region < right.region ? -1 : 1));
}
