/**
 * How large a cluster is, as far as its description says: what its writer runs on, how many instances there are, and between
 * what Serverless v2 scales. In pure rules, for samples of calm times are compared when one of the two can no longer be
 * asked (FM85).
 */
export interface ClusterSize {
  /**
   * Class of the instance that writes, or would: AWS promotes the lowest promotion tier, and of equal ones the largest
   * ("Fault tolerance for an Aurora DB cluster"). Null: the cluster has no instance, or AWS named no class.
   */
  readonly writerClass: string | null;
  readonly instances: number;
  /** Aurora capacity units of each Serverless v2 instance; null where the cluster has no such range. */
  readonly serverless: CapacityRange | null;
}

export interface CapacityRange {
  readonly minimumUnits: number;
  readonly maximumUnits: number;
}

/** An instance of a cluster as AWS describes it. */
export interface SizedInstance {
  readonly instanceClass: string | null;
  readonly role: "writer" | "reader";
  readonly promotionTier: number;
}

export type Comparison =
  | { readonly kind: "notSmaller" }
  /** Each way in which the heir is smaller, as a clause for a person. */
  | { readonly kind: "smaller"; readonly ways: readonly string[] }
  | { readonly kind: "unknown"; readonly reason: string };

/** The class whose instances scale by themselves within the cluster's range. */
const serverlessClass = "db.serverless";

export function sizeOf(instances: readonly SizedInstance[], serverless: CapacityRange | null): ClusterSize {
  const writer = instances.find(({ role }) => role === "writer");
  const [heir] = instances.toSorted(
    (left, right) => left.promotionTier - right.promotionTier || stepOf(right) - stepOf(left),
  );
  return { writerClass: (writer ?? heir)?.instanceClass ?? null, instances: instances.length, serverless };
}

/** Whether `heir` is smaller than `old`, the writer before it. What cannot be told is neither. */
export function compareSizes(old: ClusterSize, heir: ClusterSize): Comparison {
  const judged = compareWriters(old, heir);
  const fewer =
    heir.instances < old.instances ? [`${countWords(heir.instances)} instead of ${countWords(old.instances)}`] : [];
  switch (judged.kind) {
    case "smaller":
      return { kind: "smaller", ways: [...judged.ways, ...fewer] };
    case "notSmaller":
    case "unknown":
      return fewer.length > 0 ? { kind: "smaller", ways: fewer } : judged;
  }
}

function compareWriters(old: ClusterSize, heir: ClusterSize): Comparison {
  const [before, after] = [old.writerClass, heir.writerClass];
  if (before === null || after === null) return { kind: "unknown", reason: "the class of an instance is not known" };
  if (before === serverlessClass && after === serverlessClass) return compareRanges(old.serverless, heir.serverless);
  const [was, is] = [parseClass(before), parseClass(after)];
  if (before === after) return { kind: "notSmaller" };
  if (was === null || is === null || was.kind !== is.kind) {
    return { kind: "unknown", reason: `${after} and ${before} are of two kinds` };
  }
  return is.step < was.step ? { kind: "smaller", ways: [`${after} instead of ${before}`] } : { kind: "notSmaller" };
}

function compareRanges(old: CapacityRange | null, heir: CapacityRange | null): Comparison {
  if (old === null || heir === null)
    return { kind: "unknown", reason: "between what Serverless v2 scales is not known" };
  const ways = [
    ...(heir.maximumUnits < old.maximumUnits
      ? [`at most ${heir.maximumUnits} ACU instead of ${old.maximumUnits}`]
      : []),
    ...(heir.minimumUnits < old.minimumUnits
      ? [`at least ${heir.minimumUnits} ACU instead of ${old.minimumUnits}`]
      : []),
  ];
  return ways.length > 0 ? { kind: "smaller", ways } : { kind: "notSmaller" };
}

/** What a Serverless v2 heir must be raised to, to be no smaller than a Serverless v2 writer was; null: to nothing. */
export function rangeToRaise(old: ClusterSize, heir: ClusterSize): CapacityRange | null {
  if (old.writerClass !== serverlessClass || heir.writerClass !== serverlessClass) return null;
  return old.serverless;
}

/** `range` raised to `wanted`, at both ends and never lowered; null where it reaches as far already. */
export function raisedRange(range: CapacityRange, wanted: CapacityRange): CapacityRange | null {
  const minimumUnits = Math.max(range.minimumUnits, wanted.minimumUnits);
  const maximumUnits = Math.max(range.maximumUnits, wanted.maximumUnits);
  const isRaised = minimumUnits > range.minimumUnits || maximumUnits > range.maximumUnits;
  return isRaised ? { minimumUnits, maximumUnits } : null;
}

const smallSizes: Readonly<Record<string, number>> = {
  micro: 0.0625,
  small: 0.125,
  medium: 0.25,
  large: 0.5,
  xlarge: 1,
};

/** `db.r6g.4xlarge`: its kind is "r", which has the same memory a step in every generation; its step is 4. */
function parseClass(name: string): { readonly kind: string; readonly step: number } | null {
  const [, kind, size] = /^db\.([a-z]+)\d\w*\.(\w+)$/.exec(name) ?? [];
  if (kind === undefined || size === undefined) return null;
  const step = smallSizes[size] ?? Number(/^(\d+)xlarge$/.exec(size)?.[1] ?? Number.NaN);
  return Number.isFinite(step) ? { kind, step } : null;
}

function stepOf({ instanceClass }: SizedInstance): number {
  return instanceClass === null ? 0 : (parseClass(instanceClass)?.step ?? 0);
}

function countWords(instances: number): string {
  return instances === 1 ? "1 instance" : `${instances} instances`;
}
