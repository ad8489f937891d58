import { type BranchName, branchNames, type RegionState } from "../coordination/item.ts";
import { secondsBetween } from "../shared/clock.ts";
import type { TrafficEvidence } from "../traffic/drain.ts";

/** A type, not an interface, so that it goes into the timeline as it is. How a branch, or the verification after them, ended. */
export type BranchEnd = {
  readonly result: "done" | "degraded" | "skipped";
  readonly reason: string | null;
  readonly evidence?: TrafficEvidence | null;
};

/** What the closing event of an earlier run of the same incident says. */
export interface EarlierEnd {
  readonly branches: Readonly<Partial<Record<BranchName, BranchEnd>>>;
  /** Null where neither it nor one before it has shown recovery. */
  readonly recoveryTimeSeconds: number | null;
  readonly dataLossSeconds: number | null;
  readonly regionState: RegionState | null;
}

export interface RunEnd {
  readonly outcome: "recovered" | "degraded" | "stoodDown";
  readonly reasons: readonly string[];
  /** From the first failing probe to verified, by the first run of the incident that did; null when recovery was not shown. */
  readonly recoveryTimeSeconds: number | null;
  /** Writes lost, in seconds before the failure; 0 when none can be, null when unknown. */
  readonly dataLossSeconds: number | null;
  /** What the book says of the failed Region from now on. */
  readonly regionState: RegionState;
  /** How each branch stands, this run's and those of the run before that it left alone. */
  readonly branches: Readonly<Record<BranchName, BranchEnd>>;
  /** What the run's claims rest on; null where it claims nothing. */
  readonly evidence: { readonly traffic: TrafficEvidence } | null;
}

/**
 * The outcome of a run from how its parts ended. Pure. "Recovered" only when every branch did its part *and* customers
 * were seen to be served for the soak period; anything else is degraded, with a reason for each part that fell short.
 */
export function judgeRun(input: {
  readonly failingSince: string;
  readonly approval: "granted" | "declined" | "notAsked";
  readonly declinedBecause: string | null;
  readonly branches: Readonly<Record<BranchName, BranchEnd>>;
  readonly recovery: BranchEnd & { readonly verifiedAt: string | null };
  readonly dataLossSeconds: number | null;
  /** How the last run of the same incident ended; null when this is the first. */
  readonly before: EarlierEnd | null;
  /** What may have been begun before the person was asked: the run's branches where it was under way, else none. */
  readonly begun: readonly BranchName[];
}): RunEnd {
  if (input.approval === "declined") return judgeDeclined(input);
  // A retry names the branches that it repeats; the others stand as the run before left them.
  const branches = mergeEnds(input.branches, input.before);
  const reasons = branchNames.flatMap((name) => {
    const end = branches[name];
    return end.result === "degraded" ? [`${name}: ${end.reason ?? "no reason given"}`] : [];
  });
  if (input.recovery.result !== "done") reasons.push(`recovery: ${input.recovery.reason ?? "not shown"}`);
  const { verifiedAt } = input.recovery;
  const recoveryTimeSeconds = verifiedAt === null ? null : secondsBetween(input.failingSince, verifiedAt);
  return {
    outcome: reasons.length === 0 ? "recovered" : "degraded",
    reasons,
    // Customers who were served again are not recovered once more by a retry of what else fell short.
    recoveryTimeSeconds: input.before?.recoveryTimeSeconds ?? recoveryTimeSeconds,
    dataLossSeconds:
      input.before !== null && input.branches.database.result === "skipped"
        ? input.before.dataLossSeconds
        : input.dataLossSeconds,
    branches,
    evidence: evidenceOf(branches),
    regionState: judgeRegion(branches.traffic.result, input.before?.regionState ?? null),
  };
}

/**
 * A decline stops a run; it undoes nothing. Where nothing had been begun the Region stays in service. Where an earlier
 * holder may have changed things, the book must not count on a Region that DNS may keep out, so that a person returns it.
 */
function judgeDeclined(input: Parameters<typeof judgeRun>[0]): RunEnd {
  const declined = input.declinedBecause ?? "the approval was declined";
  const { before, begun } = input;
  if (begun.length === 0) {
    return {
      outcome: "stoodDown",
      reasons: [declined],
      recoveryTimeSeconds: null,
      dataLossSeconds: 0,
      regionState: "inService",
      branches: input.branches,
      evidence: null,
    };
  }
  const branches = mergeEnds(input.branches, before);
  return {
    outcome: "degraded",
    reasons: [declined, "what an earlier holder of this run changed is left as it is"],
    recoveryTimeSeconds: before?.recoveryTimeSeconds ?? null,
    dataLossSeconds: begun.includes("database") ? null : (before?.dataLossSeconds ?? 0),
    regionState: before?.regionState ?? "evacuating",
    branches,
    evidence: evidenceOf(branches),
  };
}

/** What is not said to be shown is not. */
function evidenceOf({ traffic }: Readonly<Record<BranchName, BranchEnd>>): RunEnd["evidence"] {
  return { traffic: traffic.evidence ?? "notShown" };
}

function mergeEnds(
  ends: Readonly<Record<BranchName, BranchEnd>>,
  before: EarlierEnd | null,
): Readonly<Record<BranchName, BranchEnd>> {
  if (before === null) return ends;
  return Object.fromEntries(
    branchNames.map((name) => [
      name,
      ends[name].result === "skipped" ? (before.branches[name] ?? ends[name]) : ends[name],
    ]),
  ) as Record<BranchName, BranchEnd>;
}

/** A retry that leaves traffic alone leaves the Region as it was. */
function judgeRegion(traffic: BranchEnd["result"], leftBefore: RegionState | null): RegionState {
  switch (traffic) {
    case "done":
      return "evacuated";
    case "degraded":
      return "evacuating";
    case "skipped":
      return leftBefore ?? "evacuated";
  }
}
