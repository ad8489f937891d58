import type { Cause } from "../coordination/item.ts";
import { describeInstant, isoInstant, parseInstant } from "../shared/clock.ts";
import { appliedUntil, describeReading, type LagReading, latestLiveReading } from "./lag.ts";

/** What speaks for the old primary being alive. */
export type SignOfLife =
  | { readonly kind: "none" }
  /** A survivor received what the primary wrote after the failure began (FM17). */
  | { readonly kind: "replication"; readonly reason: string }
  /** The failed Region's own controller wrote its heartbeat a moment ago: the Region lives, its database may not. */
  | { readonly kind: "heartbeat"; readonly reason: string };

export interface LifeInput {
  readonly cause: Cause;
  readonly failingSince: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** ISO 8601; the failed Region's last heartbeat as it has arrived here, or null when none ever did. */
  readonly heartbeatAt: string | null;
  /** Lag readings of the target, in any order. */
  readonly readings: readonly LagReading[];
}

/** A heartbeat comes every 10 s or so and takes a moment to replicate; older than this it is no longer fresh. */
const freshHeartbeatMs = 45_000;
/** A reading covers one minute and is published about another minute later. */
const freshReadingMs = 180_000;
/** What proves life must come from clearly after the failure began: probes notice late, and clocks differ by a little. */
const clearlyAfterMs = 30_000;

/**
 * The sign of life that the old primary gives now, the stronger one first. Where the failure is proven ("down"), a sign
 * counts only if it was given clearly after the failure began. Where it is not (customers fail, or a person asked), the
 * primary counts as alive as long as it was a moment ago.
 */
export function findLife(input: LifeInput): SignOfLife {
  const { cause, now, heartbeatAt } = input;
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
  if (heartbeatAt === null) return { kind: "none" };
  const heartbeat = parseInstant(heartbeatAt);
  const afterFailure = cause !== "down" || heartbeat >= earliest;
  return heartbeat >= now - freshHeartbeatMs && afterFailure
    ? { kind: "heartbeat", reason: `its Region's own controller was heard at ${describeInstant(heartbeatAt)}` }
    : { kind: "none" };
}

/**
 * Until when the old primary may have taken writes, as far as anybody knows: until customers began to fail, or, where it
 * outlived that (a gray failure that went dark), until its last sign of life. Losses are judged at this instant.
 */
export function findLastWrite(
  failingSince: string,
  heartbeatAt: string | null,
  readings: readonly LagReading[],
): string {
  const applied = latestLiveReading(readings);
  const candidates = [
    parseInstant(failingSince),
    heartbeatAt === null ? Number.NEGATIVE_INFINITY : parseInstant(heartbeatAt),
    applied === null ? Number.NEGATIVE_INFINITY : appliedUntil(applied),
  ];
  return isoInstant(Math.max(...candidates));
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
