import { roundTripMs } from "./distance.ts";

/** A latency record of the application's name: one a Region. */
export interface LatencyRecord {
  readonly region: string;
  readonly healthCheckId: string;
  /** Whether the alias heeds its target's health besides the check (EvaluateTargetHealth). */
  readonly targetHealth: "evaluated" | "ignored";
  /** What its health check says, as DNS answers follow it. */
  readonly isHealthy: () => boolean;
  /** Whether somebody has taken the Region out on purpose, whatever DNS has heard of it yet. */
  readonly isTakenOut: () => boolean;
}

/**
 * What Route 53's latency data say of the way from a resolver's place to a Region, in milliseconds. They are measured over
 * months and from elsewhere: what a vantage measures is not what they say.
 */
export type LatencyData = (location: string, region: string) => number;

/** What a record carries, where it is not the check that the plan's switch turns (FM64). */
export interface OtherCheck {
  readonly isHealthy: () => boolean;
}

/** Route 53's answers for the application's name. They are part of its data plane: nothing stops them. */
export class Dns {
  readonly records: readonly LatencyRecord[];
  readonly #nearest = new Map<string, readonly LatencyRecord[]>();
  readonly #others = new Map<string, OtherCheck>();
  #latency: LatencyData = roundTripMs;
  #stuck: { readonly server: number; readonly healthy: ReadonlySet<string> } | null = null;

  constructor(records: readonly LatencyRecord[]) {
    if (records.length === 0) throw new RangeError("A name needs a record: received none");
    this.records = records;
  }

  /** @default as far as it is between the two places */
  set latencyData(data: LatencyData) {
    this.#latency = data;
    this.#nearest.clear();
  }

  /** From now on the record of `region` carries another check, whatever the switch says. */
  attach(region: string, check: OtherCheck): void {
    this.#others.set(region, check);
  }

  /**
   * The Region whose address a resolver at `location` (a Region's name) gets now: of those whose record is healthy the
   * nearest. When none is, all count as healthy (fail-open, FM54).
   * @param server which of the zone's name servers the resolver asks, from 0; none that is stuck by default
   */
  answer(location: string, server: number | null = null): string {
    const byDistance = this.#byDistance(location);
    const stuck = server !== null && server === this.#stuck?.server ? this.#stuck : null;
    for (const record of byDistance) {
      if (stuck === null ? this.#isHealthy(record) : stuck.healthy.has(record.region)) return record.region;
    }
    return (byDistance[0] as LatencyRecord).region;
  }

  /** From now on one of the name servers answers as it would now, whatever becomes of the records; null: none does. */
  stick(server: number | null): void {
    this.#stuck = server === null ? null : { server, healthy: new Set(this.inAnswers()) };
  }

  /** Regions whose record is healthy; all of them when none is. */
  inAnswers(): readonly string[] {
    const healthy = this.records.filter((record) => this.#isHealthy(record));
    return (healthy.length === 0 ? this.records : healthy).map(({ region }) => region);
  }

  /** Whether a Region's own record is healthy, and so answered where it is the nearest; false without a record. */
  isHealthy(region: string): boolean {
    return this.records.some((record) => record.region === region && this.#isHealthy(record));
  }

  /** Regions that somebody has taken out on purpose. */
  intentionallyOut(): ReadonlySet<string> {
    return new Set(this.records.filter((record) => record.isTakenOut()).map(({ region }) => region));
  }

  #isHealthy(record: LatencyRecord): boolean {
    return (this.#others.get(record.region) ?? record).isHealthy();
  }

  #byDistance(location: string): readonly LatencyRecord[] {
    let nearest = this.#nearest.get(location);
    if (nearest === undefined) {
      nearest = this.records.toSorted(
        (left, right) => this.#latency(location, left.region) - this.#latency(location, right.region),
      );
      this.#nearest.set(location, nearest);
    }
    return nearest;
  }
}
