import type { Random } from "../../../functions/shared/random.ts";
import type { VirtualClock } from "../../clock.ts";
import type { Regions } from "../regions.ts";
import type { TableCopy, Version } from "./copy.ts";
import type { Key } from "./item.ts";

interface Write {
  readonly key: Key;
  readonly version: Version;
  readonly from: string;
  readonly to: string;
}

export interface DelayRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Asynchronous replication of one MREC table: each write goes to every other replica after a while. Nothing leaves or
 * enters a Region that is dark or cut off; once it is back, all that waited follows.
 */
export class Replication {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #regions: Regions;
  readonly #copies: ReadonlyMap<string, TableCopy>;
  #held: Write[] = [];
  readonly #underWay = new Map<string, number>();
  delayMilliseconds: DelayRange;

  constructor(
    clock: VirtualClock,
    random: Random,
    regions: Regions,
    copies: ReadonlyMap<string, TableCopy>,
    delayMilliseconds: DelayRange,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#regions = regions;
    this.#copies = copies;
    this.delayMilliseconds = delayMilliseconds;
    regions.subscribe(() => this.#retry());
  }

  /** Sends a write that `from` has accepted to the other replicas. */
  spread(key: Key, version: Version, from: string): void {
    for (const to of this.#copies.keys()) {
      if (to === from) continue;
      this.#count(from, to, 1);
      this.#dispatch({ key, version, from, to });
    }
  }

  /** Writes accepted in `from` that `to` does not have yet. */
  missing(from: string, to: string): number {
    return this.#underWay.get(`${from}>${to}`) ?? 0;
  }

  #dispatch(write: Write): void {
    const { from, to } = this.delayMilliseconds;
    this.#clock.schedule(Math.round(from + this.#random.next() * (to - from)), () => this.#arrive(write));
  }

  #arrive(write: Write): void {
    if (!this.#regions.reachable(write.from, write.to)) {
      this.#held.push(write);
      return;
    }
    this.#count(write.from, write.to, -1);
    this.#copies.get(write.to)?.merge(write.key, write.version, this.#clock.now());
  }

  #retry(): void {
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    for (const write of held) {
      if (this.#regions.reachable(write.from, write.to)) this.#dispatch(write);
      else this.#held.push(write);
    }
  }

  #count(from: string, to: string, change: number): void {
    const link = `${from}>${to}`;
    this.#underWay.set(link, (this.#underWay.get(link) ?? 0) + change);
  }
}
