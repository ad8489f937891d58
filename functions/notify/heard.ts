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

/** Of what a person or their tooling asked for: that it is not done. That a Region fails they hear by its matter. */
export const heardDecisions = ["observed", "refused"] as const;
export const heardSignals = ["request", "retry"] as const;

/** Whoever sent it, and whatever it was: somebody's request may be among it. */
export const heardReasons = ["invalidInput"] as const;
