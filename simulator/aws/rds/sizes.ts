/** Aurora capacity units between which each Serverless v2 instance of a cluster scales. */
export interface CapacityUnits {
  readonly minimum: number;
  readonly maximum: number;
}

/** What the instances of a cluster run on. */
export interface SizeSetup {
  readonly instanceClass: string;
  /** Null: the cluster has no Serverless v2 range. */
  readonly units: CapacityUnits | null;
}

/** Assumption: the clusters of an application are alike, unless a story says otherwise. */
const usual: SizeSetup = { instanceClass: "db.r8g.2xlarge", units: null };

/** From small to large, each twice the one before ("Hardware specifications for DB instance classes for Aurora"). */
export const instanceClasses = ["db.r8g.large", "db.r8g.xlarge", "db.r8g.2xlarge", "db.r8g.4xlarge"] as const;
export const serverlessClass = "db.serverless";

/** What the clusters' instances run on, by Region: all instances of a cluster on the same. */
export class Sizes {
  readonly #lowered = new Set<string>();
  readonly #sizes = new Map<string, SizeSetup>();

  set(region: string, size: SizeSetup): void {
    this.#sizes.set(region, size);
  }

  /** The units between which a cluster's instances scale from now on. */
  scale(region: string, units: CapacityUnits): void {
    const before = this.units(region);
    if (before !== null && (units.minimum < before.minimum || units.maximum < before.maximum))
      this.#lowered.add(region);
    this.#sizes.set(region, { ...this.#of(region), units });
  }

  /** Regions whose cluster's range somebody has lowered. */
  get lowered(): ReadonlySet<string> {
    return this.#lowered;
  }

  /** Null where the cluster has no range. */
  units(region: string): CapacityUnits | null {
    return this.#of(region).units;
  }

  instanceClass(region: string): string {
    return this.#of(region).instanceClass;
  }

  /** The part of DescribeDBClusters' answer: a range is described only where there is one (DBCluster). */
  shape(region: string): { ServerlessV2ScalingConfiguration?: { MinCapacity: number; MaxCapacity: number } } {
    const { units } = this.#of(region);
    if (units === null) return {};
    return { ServerlessV2ScalingConfiguration: { MinCapacity: units.minimum, MaxCapacity: units.maximum } };
  }

  /** Whether the cluster of one Region is smaller than that of another in truth; two of different kinds are not compared. */
  isSmaller(region: string, other: string): boolean {
    const [here, there] = [this.#of(region), this.#of(other)];
    if (here.instanceClass === serverlessClass && there.instanceClass === serverlessClass) {
      const [units, theirs] = [here.units, there.units];
      return units !== null && theirs !== null && (units.maximum < theirs.maximum || units.minimum < theirs.minimum);
    }
    const classes: readonly string[] = instanceClasses;
    const [step, theirs] = [classes.indexOf(here.instanceClass), classes.indexOf(there.instanceClass)];
    return step >= 0 && theirs >= 0 && step < theirs;
  }

  #of(region: string): SizeSetup {
    return this.#sizes.get(region) ?? usual;
  }
}
