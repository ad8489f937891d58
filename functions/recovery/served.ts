import { parseInstant } from "../shared/clock.ts";
import { type Plan, regionNamed } from "../shared/plan/plan.ts";
import type { ServedView } from "../traffic/drain.ts";
import type { Observation } from "../watch/observation.ts";
import type { Look } from "../watch/probes.ts";

/** Whether customers are served now, and who says otherwise. */
export type Served =
  | {
      readonly kind: "green";
      readonly customers: readonly ServedView[];
      readonly streaks: readonly Streak[];
      /** ISO 8601; when the Region that has the writer last gave a sign of life. Null where nobody need look for one. */
      readonly writerSeenAt: string | null;
    }
  | { readonly kind: "red"; readonly reasons: readonly string[]; readonly customers: readonly ServedView[] };

/** Since when a vantage that can be heard has seen its customers served, by its own clock: it looks more often than it is read. */
export interface Streak {
  readonly vantage: string;
  /** ISO 8601. */
  readonly since: string;
  /** ISO 8601; its last look. */
  readonly at: string;
}

/** The Region that has the writer. */
export interface Writer {
  readonly region: string;
  /** ISO 8601; its last sign of life that anybody has noticed. Null: nobody has noticed one. */
  readonly seenAt: string | null;
}

const roundsAVoteLasts = 3;

/**
 * Judges one look at what customers get: the acting Region's own probe, what every vantage that can be heard says, and the
 * write probe where the plan has one. A vantage that cannot be heard counts for nothing; the failed Region's own is not
 * asked. Every voice must be green, and none may be served by the failed Region. Who does not say which Region served it is
 * served, and nobody knows where: that shows nothing of traffic (FM63). The Region that has the writer must be heard:
 * a write that passes may be one to a cluster that has left (FM86).
 */
export function judgeServed(input: {
  readonly plan: Plan;
  readonly self: string;
  readonly failedRegion: string;
  readonly observations: readonly Observation[];
  readonly here: Look;
  /** Null when writes are not to be expected, because the database branch did not bring a writer. */
  readonly write: Look | null;
  /** Null where it is not known, or where writes are not to be expected. */
  readonly writer: Writer | null;
  readonly now: number;
}): Served {
  const { plan, self, failedRegion, observations, here, write, writer, now } = input;
  const heardForMs = plan.detection.probeEverySeconds * roundsAVoteLasts * 1_000;
  const isHeard = (at: string) => now - parseInstant(at) <= heardForMs;
  const heard = observations.filter(({ vantage, at }) => vantage !== failedRegion && vantage !== self && isHeard(at));
  const customers: ServedView[] = [
    { vantage: self, vote: here.vote, servedBy: regionNamed(plan, here.servedBy) },
    ...heard.map(({ vantage, customers: { vote, servedBy } }) => ({
      vantage,
      vote,
      servedBy: regionNamed(plan, servedBy),
    })),
  ];
  const reasons = customers.flatMap(({ vantage, vote, servedBy }) => {
    if (vote !== "passing") return [`${vantage} is not served`];
    return servedBy === failedRegion ? [`${vantage} is still sent to ${failedRegion}`] : [];
  });
  if (write !== null && write.vote !== "passing") reasons.push(`writes fail: ${write.reason}`);
  const seenAt = writer?.seenAt ?? null;
  if (writer !== null && (seenAt === null || !isHeard(seenAt))) {
    reasons.push(`${writer.region}, which has the writer, gives no sign of life`);
  }
  if (reasons.length > 0) return { kind: "red", reasons, customers };
  const streaks = heard.map(({ vantage, at, customers: { since } }) => ({ vantage, since, at }));
  return { kind: "green", customers, streaks, writerSeenAt: seenAt };
}
