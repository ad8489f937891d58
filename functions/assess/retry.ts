import { isoInstant } from "../shared/clock.ts";
import { type Decision, type DecisionInput, refused, stoodDown } from "./decision.ts";
import type { Signal } from "./signal.ts";
import { withoutMemory } from "./shared.ts";
import { othersInDns, rankSurvivors } from "./survivors.ts";
import { describeTakenOut } from "./taken-out.ts";

/** Retries named branches of a run that ended degraded, without repeating the others. */
export function decideRetry(input: DecisionInput, signal: Extract<Signal, { kind: "retry" }>): Decision {
  const { item, now } = input;
  if (item.incident !== null) {
    return stoodDown(
      "incidentInProgress",
      `${item.incident.id} is in progress; it must end before anything is retried`,
    );
  }
  const run = item.completed.find((each) => each.incident === signal.incident);
  if (run === undefined || run.outcome !== "degraded") {
    return refused(
      "nothingToRetry",
      `${signal.incident} is not a degraded run: received ${run?.outcome ?? "an unknown incident"}`,
    );
  }
  if (input.self === run.region) {
    return stoodDown("observerIsSuspect", `A controller in ${run.region} does not evacuate ${run.region}`);
  }
  if (item.regions[run.region]?.incident !== signal.incident) {
    return refused("nothingToRetry", `${run.region} has changed hands since ${signal.incident}`);
  }
  const { inDns, drained } = othersInDns(input, run.region);
  const survivors = rankSurvivors({ plan: input.plan, evidence: withoutMemory(input.evidence) }, inDns);
  const notes = drained.length === 0 ? [] : [describeTakenOut(drained)];
  if (survivors.length === 0) {
    return refused("noHealthySurvivor", ["No other Region is seen to serve customers", ...notes].join(". "));
  }
  const { asks: _asks, withdrawn: _withdrawn, promotionAskedAt: _askedAt, ...record } = run.record;
  return {
    kind: "act",
    incident: {
      ...record,
      survivors,
      branches: signal.branches,
      question: null,
      stage: "underWay",
      takeovers: 0,
      paged: [],
      authority: "person",
      startedBy: signal.source,
      reason: signal.reason,
      openedAt: isoInstant(now),
    },
    warnings: notes,
    explanation: [
      `${signal.source} retries ${signal.branches.join(", ")} of ${signal.incident}: ${signal.reason}`,
      ...notes,
    ].join(". "),
  };
}
