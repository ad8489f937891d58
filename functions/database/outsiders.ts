import type { DatabasePlan } from "../shared/plan/plan.ts";
import type { DatabaseView, Member } from "./classify.ts";

/** A cluster of the plan outside the global cluster: whoever detached it made it a writer of its own (FM76). */
export interface Outsider {
  readonly region: string;
  readonly arn: string;
  /** "unread": nobody knows whether it is there. */
  readonly kind: "read" | "unread";
}

/**
 * The plan's clusters that are no members of the global cluster and are, or may be, there. One that AWS says is not there is
 * none; nor is the failed Region's: where it matters that Region has the writer, and so a member.
 */
export function findOutsiders(
  {
    view,
    database,
    failedRegion,
    survivors,
  }: {
    readonly view: DatabaseView;
    readonly database: DatabasePlan;
    readonly failedRegion: string;
    readonly survivors: readonly string[];
  },
  members: readonly Member[],
): readonly Outsider[] {
  return Object.entries(database.clusters).flatMap(([region, arn]): readonly Outsider[] => {
    if (region === failedRegion || members.some((member) => member.arn === arn)) return [];
    const cluster = view.clusters[region];
    if (cluster === undefined && !survivors.includes(region)) return [];
    if (cluster?.kind === "absent") return [];
    return [{ region, arn, kind: cluster?.kind === "read" ? "read" : "unread" }];
  });
}

/** As a clause: which clusters outside the global cluster may take writes. */
export function describeOutsiders(outsiders: readonly Outsider[]): string {
  return outsiders
    .map(({ arn, kind }) =>
      kind === "read"
        ? `${arn} is no member of the global cluster and may take writes`
        : `${arn} is no member of the global cluster and cannot be read: it may take writes`,
    )
    .join("; ");
}

/**
 * ARNs of the clusters that may all take writes: that of `region`, and those outside the global cluster. None where there are
 * none outside.
 */
export function mayWriteBesides(
  { clusters }: DatabasePlan,
  region: string,
  outsiders: readonly Outsider[],
): readonly string[] {
  return outsiders.length === 0 ? [] : [clusters[region] ?? region, ...outsiders.map(({ arn }) => arn)];
}
