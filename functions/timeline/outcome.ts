import { type BranchName, branchNames, type RegionState } from "../coordination/item.ts";
import { secondsBetween } from "../shared/clock.ts";

/** A type, not an interface, so that it goes into the timeline as it is. How a branch, or the verification after them, ended. */
export type BranchEnd = {
  readonly result: "done" | "degraded" | "skipped";
  readonly reason: string | null;
};

/** What the closing event of an earlier run of the same incident says. */
export interface EarlierEnd {
  readonly branches: Readonly<Partial<Record<BranchName, BranchEnd>>>;
  readonly dataLossSeconds: number | null;
  readonly regionState: RegionState | null;
}

export interface RunEnd {
  readonly outcome: "recovered" | "degraded" | "stoodDown";
  readonly reasons: readonly string[];
  /** From the first failing probe to verified; null when recovery was not shown. */
  readonly recoveryTimeSeconds: number | null;
  /** Writes lost, in seconds before the failure; 0 when none can be, null when unknown. */
  readonly dataLossSeconds: number | null;
  /** What the book says of the failed Region from now on. */
  readonly regionState: RegionState;
  /** How each branch stands, this run's and those of the run before that it left alone. */
  readonly branches: Readonly<Record<BranchName, BranchEnd>>;
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
}): RunEnd {
  if (input.approval === "declined") {
    return {
      outcome: "stoodDown",
      reasons: [input.declinedBecause ?? "the approval was declined"],
      recoveryTimeSeconds: null,
      dataLossSeconds: 0,
      regionState: "inService",
      branches: input.branches,
    };
  }
  // A retry names the branches that it repeats; the others stand as the run before left them.
  const branches = mergeEnds(input.branches, input.before);
  const reasons = branchNames.flatMap((name) => {
    const end = branches[name];
    return end.result === "degraded" ? [`${name}: ${end.reason ?? "no reason given"}`] : [];
  });
  if (input.recovery.result !== "done") reasons.push(`recovery: ${input.recovery.reason ?? "not shown"}`);
  const { verifiedAt } = input.recovery;
  return {
    outcome: reasons.length === 0 ? "recovered" : "degraded",
    reasons,
    recoveryTimeSeconds: verifiedAt === null ? null : secondsBetween(input.failingSince, verifiedAt),
    dataLossSeconds:
      input.before !== null && input.branches.database.result === "skipped"
        ? input.before.dataLossSeconds
        : input.dataLossSeconds,
    branches,
    regionState: judgeRegion(branches.traffic.result, input.before?.regionState ?? null),
  };
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
