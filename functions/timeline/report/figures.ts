import type { Plan } from "../../shared/plan/plan.ts";
import type { Moment } from "./order.ts";
import {
  amountOf,
  childOf,
  type Detail,
  detailOf,
  instantOf,
  numberOf,
  secondsBetween,
  speaksOf,
  textOf,
  textsOf,
} from "./read.ts";

/** What the report takes from the plan: names and objectives. What the closing event says goes before it. */
export type ReportPlan = Pick<Plan, "application" | "objectives"> & {
  readonly database: Pick<NonNullable<Plan["database"]>, "dataLossBudgetSeconds"> | null;
};

/** How a figure stands to its objective. */
export type Verdict = "met" | "missed" | "unknown" | "notApplicable";

export interface RecoveryTime {
  /** From the first failing probe until customers were proven to be served; null while that is not so. */
  readonly seconds: number | null;
  readonly objectiveSeconds: number | null;
  readonly verdict: Verdict;
}

export interface DataLoss {
  /** Null: unknown. */
  readonly seconds: number | null;
  /** The most that can be missing when `seconds` is unknown; null when that is unknown as well. */
  readonly worstCaseSeconds: number | null;
  readonly objectiveSeconds: number | null;
  /** What the plan lets the controller lose without asking. */
  readonly budgetSeconds: number | null;
  readonly verdict: Verdict;
}

/** What became of the writer. */
export interface DatabaseResult {
  readonly kind: string | null;
  readonly promotedRegion: string | null;
  /** ARNs of the clusters that all take writes, where there is more than one (FM44); else empty. */
  readonly rivals: readonly string[];
  /** ARNs of clusters each of which may take writes, as far as anybody knows; else empty. */
  readonly mayWrite: readonly string[];
  /** Identifier of the cluster that was given up; null where none was, or an older version wrote. */
  readonly oldCluster: string | null;
  readonly lossSeconds: number | null;
  readonly worstCaseLossSeconds: number | null;
  /** Whether the step said anything of the loss, be it "unknown". */
  readonly loss: "stated" | "unstated";
}

/** What the last end of the database step says; null when the step never ended. */
export function databaseResult(moments: readonly Moment[]): DatabaseResult | null {
  const ended = moments.findLast(({ event }) => event.step === "database" && event.kind === "stepEnded");
  if (ended === undefined) return null;
  const detail = detailOf(ended.event);
  const kind = textOf(detail, "kind");
  const noLoss = kind === "none" || kind === "switchover";
  return {
    kind,
    promotedRegion: textOf(detail, "promotedRegion"),
    rivals: textsOf(detail, "writers"),
    mayWrite: textsOf(detail, "mayWrite"),
    oldCluster: textOf(detail, "oldCluster"),
    lossSeconds: amountOf(detail, "lossSeconds") ?? (noLoss && !speaksOf(detail, "lossSeconds") ? 0 : null),
    worstCaseLossSeconds: amountOf(detail, "worstCaseLossSeconds"),
    loss: speaksOf(detail, "lossSeconds") || noLoss ? "stated" : "unstated",
  };
}

function verdict(seconds: number | null, objectiveSeconds: number | null): Verdict {
  if (seconds === null || objectiveSeconds === null) return "unknown";
  return seconds <= objectiveSeconds ? "met" : "missed";
}

/** Details of the opening and the closing event, as one each; empty when there is none. */
export interface Ends {
  readonly opened: Detail;
  readonly closed: Detail;
}

/** Of a run that acted. */
export function recoveryTime(
  { opened, closed }: Ends,
  run: {
    readonly failingSince: string | null;
    readonly verifiedAt: string | null;
    readonly lastEventAt: string | null;
    readonly state: "open" | "closed";
  },
  plan: ReportPlan | null,
): RecoveryTime {
  const objectiveSeconds =
    amountOf(closed, "rtoObjectiveSeconds") ??
    amountOf(opened, "recoveryTimeObjectiveSeconds") ??
    plan?.objectives.recoveryTimeSeconds ??
    null;
  const measured = secondsBetween(run.failingSince, run.verifiedAt);
  const seconds = speaksOf(closed, "rtoSeconds")
    ? amountOf(closed, "rtoSeconds")
    : measured !== null && measured >= 0
      ? measured
      : null;
  if (seconds !== null) return { seconds, objectiveSeconds, verdict: verdict(seconds, objectiveSeconds) };
  if (objectiveSeconds === null) return { seconds, objectiveSeconds, verdict: "unknown" };
  if (run.state === "closed") return { seconds, objectiveSeconds, verdict: "missed" };
  // Not recovered yet: the objective is missed as soon as the timeline itself is longer than it.
  const soFar = secondsBetween(run.failingSince, run.lastEventAt);
  return { seconds, objectiveSeconds, verdict: soFar !== null && soFar > objectiveSeconds ? "missed" : "unknown" };
}

/** Reads that were served for the soak period while there was no writer to try; instants are ISO 8601. */
export interface ReadsServed {
  readonly since: string;
  readonly verifiedAt: string;
  /** From the first failing probe; null when that is unknown. */
  readonly seconds: number | null;
}

/** What the end of the recovery step says of reads alone; null when it proved more, or less. */
export function readsServed(recovery: Detail, failingSince: string | null): ReadsServed | null {
  const reads = childOf(recovery, "reads");
  const [since, verifiedAt] = [instantOf(reads, "servedSince"), instantOf(reads, "verifiedAt")];
  if (since === null || verifiedAt === null) return null;
  return { since, verifiedAt, seconds: secondsBetween(failingSince, verifiedAt) };
}

/** What the tables step says may be missing; null when it never said. */
export function tablesResult(moments: readonly Moment[]): { readonly mayBeMissingSeconds: number | null } | null {
  const said = moments.findLast(
    ({ event }) => event.step === "tables" && speaksOf(detailOf(event), "mayBeMissingSeconds"),
  );
  return said === undefined ? null : { mayBeMissingSeconds: amountOf(detailOf(said.event), "mayBeMissingSeconds") };
}

/** Of a run that acted. */
export function dataLoss({ opened, closed }: Ends, database: DatabaseResult | null, plan: ReportPlan | null): DataLoss {
  const objectiveSeconds =
    amountOf(closed, "rpoObjectiveSeconds") ??
    amountOf(opened, "recoveryPointObjectiveSeconds") ??
    plan?.objectives.recoveryPointSeconds ??
    null;
  const seconds = speaksOf(closed, "rpoSeconds") ? amountOf(closed, "rpoSeconds") : (database?.lossSeconds ?? null);
  const worstCaseSeconds =
    amountOf(closed, "rpoWorstCaseSeconds") ??
    amountOf(closed, "worstCaseLossSeconds") ??
    database?.worstCaseLossSeconds ??
    null;
  const worstMeets = worstCaseSeconds !== null && objectiveSeconds !== null && worstCaseSeconds <= objectiveSeconds;
  return {
    seconds,
    worstCaseSeconds,
    objectiveSeconds,
    budgetSeconds: plan?.database?.dataLossBudgetSeconds ?? null,
    verdict: seconds === null && worstMeets ? "met" : verdict(seconds, objectiveSeconds),
  };
}

/** Sentences on figures of the closing event that the events themselves do not bear out. */
export function contradictions(
  closed: Detail,
  run: {
    readonly failingSince: string | null;
    readonly servedSince: string | null;
    readonly verifiedAt: string | null;
  },
  database: DatabaseResult | null,
): readonly string[] {
  const found: string[] = [];
  const stated = numberOf(closed, "rtoSeconds");
  const measured = [run.servedSince, run.verifiedAt].flatMap((end) => {
    const seconds = secondsBetween(run.failingSince, end);
    return seconds === null ? [] : [seconds];
  });
  if (stated !== null && measured.length > 0 && measured.every((seconds) => Math.abs(seconds - stated) > 1)) {
    found.push(
      `The closing event states a recovery time of ${stated} s, the events measure ${measured[measured.length - 1]} s.`,
    );
  }
  const lost = numberOf(closed, "rpoSeconds");
  const databaseLost = database?.lossSeconds ?? null;
  if (lost !== null && databaseLost !== null && databaseLost - lost > 1) {
    found.push(`The closing event states a data loss of ${lost} s, the database step states ${databaseLost} s.`);
  }
  return found;
}

/** How a branch ended according to the closing event, by branch; empty when it does not say. */
export function branchResults(closed: Detail): readonly { readonly branch: string; readonly result: string }[] {
  const branches = childOf(closed, "branches");
  return Object.keys(branches).flatMap((branch) => {
    const result = textOf(childOf(branches, branch), "result") ?? textOf(branches, branch);
    return result === null ? [] : [{ branch, result }];
  });
}
