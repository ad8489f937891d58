import { matterOfRun } from "../escalation/matters.ts";
import { noteHeard } from "../escalation/records.ts";
import { branchNames } from "../coordination/item.ts";
import { closeIncident, whyLost } from "../coordination/rules.ts";
import { createCoordinationStore } from "../coordination/store.ts";
import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { eventBridge } from "../shared/aws/eventbridge.ts";
import { FailoverError } from "../shared/errors.ts";
import { describeSeconds } from "../shared/plan/duration.ts";
import { createStep, type Handler, type StepDependencies, stepInput } from "../shared/step.ts";
import { wire } from "../shared/wire.ts";
import * as z from "../shared/zod.ts";
import { branchEnd, endBefore } from "./earlier.ts";
import { readTimeline } from "./journal.ts";
import { judgeRun, type RunEnd } from "./outcome.ts";

const inputSchema = stepInput({
  approval: z.enum(["granted", "declined", "notAsked"]),
  declinedBecause: z.nullable(z.string()),
  branches: z.record(z.enum(branchNames), branchEnd),
  recovery: z.extend(branchEnd, { verifiedAt: z.nullable(z.iso.datetime()) }),
  dataLossSeconds: z.nullable(z.number()),
});

/**
 * Closes a run: writes the last event with the outcome, the recovery time and the data loss, then gives the lease back.
 * In this order, so that nobody else can act before the record is whole; asked again, it finds what it did.
 */
export function createHandler(deps: StepDependencies): Handler {
  return createStep(deps, inputSchema, async (input, { deps: scoped, run, guard, journal }) => {
    const store = createCoordinationStore(scoped, run.execution);
    const { plan } = scoped;
    const events = await readTimeline(scoped, run.incident);
    const before = await store.read();
    const known = before.completed.find((each) => each.incident === run.incident);
    const { stage, branches } = before.incident ?? known?.record ?? { stage: "underWay", branches: branchNames };
    const end = judgeRun({
      ...input,
      failingSince: run.failingSince,
      before: endBefore(events, run.epoch),
      begun: stage === "asking" ? [] : branches,
    });
    if (before.incident === null && before.epoch === run.epoch && known !== undefined) {
      return { outcome: known.outcome, incident: run.incident, reasons: end.reasons };
    }
    await guard.hold();
    let isHeard = false;
    if (!events.some((event) => event.epoch === run.epoch && event.kind === "closed")) {
      const closing = await journal.append({
        step: "timeline",
        kind: "closed",
        summary: summarise(run.failedRegion, end, plan.objectives.recoveryTimeSeconds),
        detail: {
          outcome: end.outcome,
          reasons: end.reasons,
          rtoSeconds: end.recoveryTimeSeconds,
          rpoSeconds: end.dataLossSeconds,
          rtoObjectiveSeconds: plan.objectives.recoveryTimeSeconds,
          rpoObjectiveSeconds: plan.objectives.recoveryPointSeconds,
          regionState: end.regionState,
          ...(end.evidence !== null && { evidence: end.evidence }),
          branches: end.branches,
          recovery: input.recovery,
        },
      });
      isHeard = journal.isHeard(closing);
    }
    const transition = await store.change((item) => {
      const lost = whyLost(item, run);
      if (lost !== null) return { kind: "refused", reason: lost };
      return closeIncident(item, {
        run,
        outcome: end.outcome,
        regionState: end.regionState,
        now: scoped.clock.now(),
      });
    });
    if (transition.kind === "refused") {
      throw new FailoverError("LeaseLost", `${run.incident} could not be closed: ${transition.reason}`);
    }
    // The lease is back first: nobody waits for a note.
    if (isHeard) await noteHeard(scoped, matterOfRun("runClosed", { ...run, id: run.incident }));
    return { outcome: end.outcome, incident: run.incident, reasons: end.reasons };
  });
}

function summarise(failedRegion: string, end: RunEnd, objectiveSeconds: number): string {
  switch (end.outcome) {
    case "recovered": {
      const took = end.recoveryTimeSeconds ?? 0;
      const met = took <= objectiveSeconds ? "within" : "beyond";
      const unshown = end.evidence?.traffic === "shown" ? "" : `; that traffic has left ${failedRegion} is not shown`;
      return `Recovered from the loss of ${failedRegion} in ${describeSeconds(took)}, ${met} the objective of ${describeSeconds(objectiveSeconds)}${unshown}`;
    }
    case "degraded":
      return `Degraded: ${end.reasons.join("; ")}`;
    case "stoodDown":
      return `Stood down: ${end.reasons.join("; ")}`;
  }
}

export const handler: Handler = wire(createHandler, { dynamoDB, eventBridge });
