import type { Cause } from "../coordination/item.ts";
import { describeInstant, parseInstant } from "../shared/clock.ts";
import type { Observation } from "../watch/observation.ts";

/**
 * What the survivors' replicas of the global tables hold. Nothing here is changed or waited for: a replica serves its
 * Region's customers by itself, so this is only said.
 */

/** A replica of one table as its own Region describes it. */
export interface Replica {
  readonly table: string;
  readonly region: string;
  /**
   * DynamoDB's ReplicaStatus or TableStatus, or one of ours: NOT_FOUND, NOT_REPLICATED (a table of one Region only),
   * ACCESS_DENIED, NO_ANSWER.
   */
  readonly status: string;
  readonly consistency: "eventual" | "strong" | "unknown";
  /** A global table of the older version, whose description lists no replicas. Absent: it is none. */
  readonly version?: "2017.11.29";
  /**
   * The account whose table it is, where that is not this one: `status` is then what another survivor's replica says of it.
   * Absent: this account's.
   */
  readonly account?: string;
}

/** How much of something, and how that is known. */
export interface Estimate {
  /** Null: unknown. */
  readonly value: number | null;
  readonly source: string;
}

/** A replica that is being changed (UPDATING) goes on serving reads and writes. */
const serving: ReadonlySet<string> = new Set(["ACTIVE", "UPDATING"]);

/** The replicas on which customers cannot rely. */
export function notServing(replicas: readonly Replica[]): readonly Replica[] {
  return replicas.filter((replica) => !serving.has(replica.status));
}

/**
 * For how many seconds of the failed Region's writes it is open whether they arrived. Its heartbeat is a write like any
 * other, replicated the same way: what it wrote before its last heartbeat that is seen here is taken to be here, what it
 * wrote later may be missing. A Region that is down wrote until it failed; one that lives writes until now. DynamoDB
 * promises no order between items, so it is an estimate and never a proof.
 */
export function estimateMissing(found: {
  readonly failedRegion: string;
  readonly cause: Cause;
  /** ISO 8601. */
  readonly failingSince: string;
  /** ISO 8601; now. */
  readonly at: string;
  readonly observations: readonly Observation[];
  readonly replicas: readonly Replica[];
}): Estimate {
  const { failedRegion, cause, failingSince, at, observations, replicas } = found;
  if (replicas.length > 0 && replicas.every(({ consistency }) => consistency === "strong")) {
    return {
      value: 0,
      source: "these tables are strongly consistent, a write is acknowledged only when another Region has it",
    };
  }
  const heartbeat = observations.find(({ vantage }) => vantage === failedRegion)?.at ?? null;
  if (heartbeat === null) return { value: null, source: `no heartbeat of ${failedRegion} ever arrived here` };
  const beat = instant(heartbeat);
  const wroteUntil = instant(cause === "down" ? failingSince : at);
  if (beat === null || wroteUntil === null) {
    return { value: null, source: `the heartbeat of ${failedRegion} cannot be read: ${heartbeat}` };
  }
  const value = Math.max(0, (wroteUntil - beat) / 1_000);
  const until = cause === "down" ? "wrote until it failed" : "may still write";
  return {
    value,
    source: `its last heartbeat that arrived here is of ${describeInstant(heartbeat)}, and it ${until}`,
  };
}

/** Age in seconds of every vantage's heartbeat as this Region sees it: replication into this Region, end to end. */
export function heartbeatAges(observations: readonly Observation[], at: string): Readonly<Record<string, number>> {
  const now = instant(at);
  return Object.fromEntries(
    observations.flatMap((observation) => {
      const beat = instant(observation.at);
      return beat === null || now === null ? [] : [[observation.vantage, Math.max(0, (now - beat) / 1_000)]];
    }),
  );
}

function instant(text: string): number | null {
  try {
    return parseInstant(text);
  } catch {
    return null;
  }
}
