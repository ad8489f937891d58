import type { Random } from "../../../functions/shared/random.ts";
import type { VirtualClock } from "../../clock.ts";
import type { Regions } from "../regions.ts";
import type { TableCopy, Version } from "./copy.ts";
import type { Key } from "./item.ts";

interface Write {
  readonly key: Key;
  readonly version: Version;
  readonly link: Link;
}

/** One way between two replicas. */
interface Link {
  readonly from: string;
  readonly to: string;
  /** Writes accepted at one end that the other does not have yet. */
  underWay: number;
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
  readonly #links: ReadonlyMap<string, readonly Link[]>;
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
    const names = [...copies.keys()];
    this.#links = new Map(
      names.map((from) => [from, names.filter((to) => to !== from).map((to) => ({ from, to, underWay: 0 }))]),
    );
    regions.subscribe(() => this.#retry());
  }

  /** Sends a write that `from` has accepted to the other replicas. */
  spread(key: Key, version: Version, from: string): void {
    for (const link of this.#links.get(from) ?? []) {
      link.underWay++;
      this.#dispatch({ key, version, link });
    }
  }

  /** Writes accepted in `from` that `to` does not have yet. */
  missing(from: string, to: string): number {
    return this.#links.get(from)?.find((link) => link.to === to)?.underWay ?? 0;
  }

  #dispatch(write: Write): void {
    const { from, to } = this.delayMilliseconds;
    this.#clock.schedule(Math.round(from + this.#random.next() * (to - from)), () => this.#arrive(write));
  }

  #arrive(write: Write): void {
    const { link } = write;
    if (!this.#regions.reachable(link.from, link.to)) {
      this.#held.push(write);
      return;
    }
    link.underWay--;
    this.#copies.get(link.to)?.merge(write.key, write.version, this.#clock.now());
  }

  #retry(): void {
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    for (const write of held) {
      if (this.#regions.reachable(write.link.from, write.link.to)) this.#dispatch(write);
      else this.#held.push(write);
    }
  }
}
