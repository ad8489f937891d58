import type { ClusterSize } from "../database/size.ts";
import type { DnsView } from "./dns-view.ts";

/**
 * What a vantage saw in its last round. Each vantage keeps one item in the records table (MREC), overwrites it every
 * round, and every Region reads the replicas: it carries votes, the vantage's heartbeat, and samples that must be at
 * hand when the sampled Region can no longer be asked (FM49).
 */

/** What a probe of a Region said. "unknown" counts for neither side (FM7). */
export type Vote = "passing" | "failing" | "unknown";

export interface RegionVote {
  readonly region: string;
  readonly vote: Vote;
  /** ISO 8601; when the present streak of this vote began. */
  readonly since: string;
  /** ISO 8601; the last look that agreed with the vote. A failing streak has lasted from `since` until then, not longer. */
  readonly until: string;
  /** Instants of the last changes between passing and failing, newest first, at most eight (FM11). */
  readonly changes: readonly string[];
  /** Looks in a row that said "passing" while the vote is still "failing": one swallow makes no summer. */
  readonly passesInARow: number;
  /** ISO 8601; the last look that passed, whatever the vote. Absent where none is known, or an older version wrote. */
  readonly passedAt?: string;
  /**
   * The last looks, oldest first, a letter each: "p" passed, "f" failed, "u" unknown or missed. A vote says how a Region
   * stands; only the looks show one that fails and passes by turns, or fails a share of its requests. Absent where the
   * writer is older.
   */
  readonly looks?: string;
  readonly reason: string;
}

/** What a customer of the public name got, as seen from this vantage. */
export interface CustomerView {
  readonly vote: Vote;
  readonly since: string;
  /** The Region that answered, as its response header says; null when none did or it did not say. */
  readonly servedBy: string | null;
}

/** Capacity of the vantage's own Region, in instances (weighted where the group is). */
export interface CapacitySample {
  readonly at: string;
  readonly inService: number;
  readonly desired: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Replication lag of the vantage's own Aurora cluster. */
export interface LagSample {
  /** When CloudWatch says it was measured: the start of the metric's period. */
  readonly at: string;
  readonly seconds: number;
  /**
   * The last readings, oldest first, this one included, fifteen at most: when a failure is answered the newest one may be
   * from after it. Absent: an earlier version wrote this.
   */
  readonly recent?: readonly { readonly at: string; readonly seconds: number }[];
}

/** How large the vantage's own Aurora cluster is, whichever part it has in the global cluster. */
export interface DatabaseSizeSample extends ClusterSize {
  /** ISO 8601. */
  readonly at: string;
}

/** What the plan's traffic switch said when it was last read: which Regions it holds out of DNS. */
export interface SwitchWord {
  readonly at: string;
  readonly regions: readonly string[];
}

/** What a bucket of the switch answered to an unsigned read of its canary. It votes on no Region. */
export interface CanaryWord {
  /** The Region whose bucket it is. */
  readonly region: string;
  /** "unknown": no answer. A Region that is down is no lost canary. */
  readonly answer: "readable" | "refused" | "unknown";
  /** Of the answer that refused; null with any other. */
  readonly status: number | null;
  /** ISO 8601; when the present streak of this answer began. */
  readonly since: string;
}

export interface Observation {
  readonly vantage: string;
  /** ISO 8601; doubles as the vantage's heartbeat. */
  readonly at: string;
  readonly votes: readonly RegionVote[];
  readonly customers: CustomerView;
  /** Age in seconds of every other vantage's heartbeat as this vantage saw it; absent when it never saw one. */
  readonly heartbeatAgeSeconds: Readonly<Record<string, number>>;
  readonly capacity: CapacitySample | null;
  readonly lag: LagSample | null;
  /** Null while its own cluster was never sampled, or it has none. Absent: an earlier version wrote this. */
  readonly databaseSize?: DatabaseSizeSample | null;
  /** What it has learned of where DNS sends customers; absent in what older code wrote. Read it with readDnsView. */
  readonly dns?: DnsView;
  /** Null while the switch was never read, or cannot be from here. Absent: an earlier version wrote this. */
  readonly takenOut?: SwitchWord | null;
  /** One a bucket of the `healthCheck` switch; none with another. Absent: an earlier version wrote this. */
  readonly canaries?: readonly CanaryWord[];
  /** ISO 8601; since when this vantage judges the trouble to be shared. Absent: it does not, or an older version wrote. */
  readonly sharedSince?: string;
  /**
   * ISO 8601, by vantage of the plan that this one never heard: since when it has listened. Absent: there is none, or an
   * older version wrote.
   */
  readonly neverHeardSince?: Readonly<Record<string, string>>;
}
