import { describeInstant, isoInstant, parseInstant } from "../shared/clock.ts";
import type { DatabasePlan } from "../shared/plan/plan.ts";
import type { StepContext } from "../shared/step.ts";
import type { TimelineEvent } from "../timeline/event.ts";
import { describePassedOver, type PassedOver } from "./candidates.ts";

/** Waiting for a cluster that passes through something, such as a backup or a restart, to be able to be the writer (FM79). */
export interface Waiting {
  /** Whether anybody has waited in this epoch. */
  hasBegun(): boolean;
  /** Whether it is still worth waiting. The first to wait in an epoch sets the end, the plan's database.deadline later. */
  isOver(): boolean;
  /** Says in the timeline what is waited for, whenever that has changed. */
  note(waitFor: readonly PassedOver[]): Promise<void>;
}

/** @param timeline of the incident, with what an earlier invocation of this epoch has said of its waiting */
export function createWaiting(
  { deps, run, journal }: StepContext,
  database: DatabasePlan,
  timeline: readonly TimelineEvent[],
): Waiting {
  const own = timeline.filter(
    ({ epoch, step, detail }) => epoch === run.epoch && step === "database" && "waitUntil" in detail,
  );
  const until = own[0]?.detail.waitUntil;
  let end = typeof until === "string" ? parseInstant(until) : null;
  let said = own.at(-1)?.detail.waitFor ?? null;
  return {
    hasBegun: () => end !== null,
    isOver: () => end !== null && deps.clock.now() >= end,
    async note(waitFor) {
      end ??= deps.clock.now() + database.deadlineSeconds * 1_000;
      const what = describePassedOver(waitFor);
      if (what === said) return;
      said = what;
      const waitUntil = isoInstant(end);
      await journal.append({
        step: "database",
        kind: "observed",
        summary: `Waiting for a cluster that can be the writer, until ${describeInstant(waitUntil)} at the latest: ${what}`,
        detail: { waitFor: what, waitUntil },
      });
    },
  };
}
