import { leftToPeople } from "../assess/page.ts";
import type { TimelineKind } from "../timeline/event.ts";

/** What people hear of by themselves. The rules of the buses pass on what names such a record; the function looks again. */

/** Of a run: that it has begun, was answered, or has closed. */
export const heardOfRuns = [
  "opened",
  "takenOver",
  "retried",
  "approvalAnswered",
  "closed",
] as const satisfies readonly TimelineKind[];

/** Decisions that a person may want to overrule. */
export const heardDecisions = ["observed", "refused"] as const;

/**
 * Besides them, of those that stood down: what is left to people, where the watch has it recorded, which is once a failure.
 * Of other signals there may be many, one an event.
 */
export const heardReasons = leftToPeople;
export const heardSignal = "watch";
