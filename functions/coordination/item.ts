/**
 * The one coordination item of an application. It lives in a strongly consistent (MRSC) table, and every change of it is
 * a compare-and-set on `version`: one item, because MRSC tables have no transactions.
 *
 * Versions of this code older and newer than this one write it too, for a deployment or a rollback takes time and a
 * Region may be cut off from it (FM57). So a new meaning goes into a new field with a default in defaults.ts, never into a
 * new value of a field that is there, and a rule that changes something spreads what it changes
 * (docs/adr/0021-one-item-two-versions.md).
 */

/** The form in which this version writes the item. It grows when a version begins to write a field of its own. */
export const itemFormat = 3;

/** Where a Region stands in the controller's book. */
export const regionStates = ["inService", "evacuating", "evacuated", "returning"] as const;
export type RegionState = (typeof regionStates)[number];

export interface RegionEntry {
  readonly state: RegionState;
  /** ISO 8601. */
  readonly since: string;
  readonly incident: string | null;
}

/** The right to change things, held by one execution for one epoch. */
export interface Lease {
  /** The Region in which the holder runs. */
  readonly region: string;
  /** The holder's Step Functions execution. */
  readonly execution: string;
  /** ISO 8601. Only a hint that the holder may be dead; what fences a zombie is the epoch (FM29). */
  readonly expiresAt: string;
}

/** The branches of a run, each of which can fail, and be retried, on its own. */
export const branchNames = ["traffic", "capacity", "database", "tables"] as const;
export type BranchName = (typeof branchNames)[number];

/** Why the Region is being evacuated. */
export type Cause =
  /** A quorum sees it failing and nothing in it gives a sign of life. */
  | "down"
  /** Customers fail but the Region's own controller and APIs live (FM16). */
  | "gray"
  /** A person or their tooling asked, whatever the evidence. */
  | "requested";

/** On whose authority a run acts. A person's outranks cooldowns, pauses and a plan that only observes. */
export type Authority = "automation" | "person";

/** How far an incident has come, whoever leads it. */
export type IncidentStage =
  /** A person is asked before anything is changed, and nothing has been. */
  | "asking"
  /** Things may be changed, or have been: by this holder, or by one before it whose journal did not arrive. */
  | "underWay";

/** A confirmed failure; vantages that disagree; or a Region that the question itself says to serve again. */
export const questionSubjects = ["failure", "dispute", "serving"] as const;

/** What the question of an incident is about, and since when it has been put. */
export interface IncidentQuestion {
  readonly about: (typeof questionSubjects)[number];
  /** ISO 8601. */
  readonly since: string;
}

/** The incident in progress. */
export interface Incident {
  readonly id: string;
  readonly failedRegion: string;
  readonly cause: Cause;
  /** ISO 8601; when a quorum first saw it failing, or the first vantage; when the request came if none had. */
  readonly failingSince: string;
  readonly openedAt: string;
  /** Regions that take over, most preferred first. */
  readonly survivors: readonly string[];
  readonly branches: readonly BranchName[];
  /** The sentence put to a person before anything is changed, or null when nobody need be asked. */
  readonly question: string | null;
  /** What `question` is about. @default a failure, asked when the incident was opened */
  readonly asks?: IncidentQuestion | undefined;
  /** Why `question` is answered by nobody: the evidence, looked at anew, does not call for it. @default it has not been */
  readonly withdrawn?: string | undefined;
  /**
   * ISO 8601; since when a person has been asked to give up a primary that gives no sign of life.
   * @default nobody waits for such an answer
   */
  readonly promotionAskedAt?: string | undefined;
  /** The Region whose cluster a person who retries it wants as the writer. @default the best that is able */
  readonly promotionTarget?: string | undefined;
  readonly stage: IncidentStage;
  readonly authority: Authority;
  /** Who or what asked: an alarm's name, a person, `watch`. */
  readonly startedBy: string;
  readonly reason: string;
  /** How often automation has taken it over since a person last had a hand in it. */
  readonly takeovers: number;
  /** What older writers had paged people about. Nobody goes by it any more: functions/escalation remembers. */
  readonly paged: readonly string[];
}

export interface CompletedRun {
  readonly incident: string;
  readonly region: string;
  readonly outcome: "recovered" | "degraded" | "stoodDown";
  readonly endedAt: string;
  /** The incident as it stood, so that a degraded run can be retried in place. */
  readonly record: Incident;
}

export interface Pause {
  readonly until: string;
  readonly by: string;
  readonly reason: string;
}

export interface CoordinationItem {
  readonly application: string;
  /** The newest form that its fields come from; 1 where none is written. It stops nobody: what is absent has a default. */
  readonly format: number;
  /** Compare-and-set counter; 0 is an item that was never written. */
  readonly version: number;
  /** Fencing number; grows by one whenever the lease changes hands. */
  readonly epoch: number;
  readonly lease: Lease | null;
  readonly regions: Readonly<Record<string, RegionEntry>>;
  readonly incident: Incident | null;
  /** Newest first, at most ten of automation and ten of people. */
  readonly completed: readonly CompletedRun[];
  readonly pause: Pause | null;
  /** Names the write that produced this version, so that a writer whose answer was lost knows its own (FM31). */
  readonly writtenBy: string;
}

/** The identity of a run that handlers carry: which incident, under which epoch, by which execution. */
export interface Run {
  readonly incident: string;
  readonly epoch: number;
  readonly execution: string;
  readonly failedRegion: string;
  readonly cause: Cause;
  readonly failingSince: string;
  readonly survivors: readonly string[];
  readonly authority: Authority;
  /** As in Incident. */
  readonly promotionTarget?: string | undefined;
}
