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
  const misfit = whyNoTarget(input, signal, run.region, survivors);
  if (misfit !== null) return refused("invalidInput", misfit);
  const {
    promotionTarget: _target,
    asks: _asks,
    withdrawn: _withdrawn,
    promotionAskedAt: _askedAt,
    ...record
  } = run.record;
  const aim = signal.target === undefined ? "" : `, ${signal.target} to become the writer`;
  return {
    kind: "act",
    incident: {
      ...record,
      survivors,
      branches: signal.branches,
      ...(signal.target === undefined ? {} : { promotionTarget: signal.target }),
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
      `${signal.source} retries ${signal.branches.join(", ")} of ${signal.incident}${aim}: ${signal.reason}`,
      ...notes,
    ].join(". "),
  };
}

/**
 * Why the Region that a person names cannot be the one whose cluster becomes the writer; null where it can as far as is
 * known here. Whether its cluster is able, the database step sees.
 */
function whyNoTarget(
  { plan: { database } }: DecisionInput,
  { target, branches }: Extract<Signal, { kind: "retry" }>,
  failedRegion: string,
  survivors: readonly string[],
): string | null {
  if (target === undefined) return null;
  const received = `target: received ${JSON.stringify(target)}: `;
  if (database === null) return `${received}must be left out, for the plan has no database`;
  if (!branches.includes("database")) return `${received}must be left out unless branches names "database"`;
  const possible = survivors.filter((region) => region !== failedRegion && Object.hasOwn(database.clusters, region));
  if (possible.includes(target)) return null;
  const why = Object.hasOwn(database.clusters, target)
    ? "it is no survivor of this run"
    : "the plan names no cluster there";
  return `${received}${why}; must be one of ${possible.join(", ") || "none, for no survivor has a cluster"}`;
}
