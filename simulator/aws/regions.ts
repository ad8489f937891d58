import type { RegionHealth } from "./service.ts";

/** What a subscriber is told, after it has come to hold. */
export type RegionChange =
  | { readonly kind: "health"; readonly region: string; readonly before: RegionHealth; readonly after: RegionHealth }
  | { readonly kind: "link"; readonly between: readonly [string, string]; readonly after: "cut" | "mended" }
  | { readonly kind: "view"; readonly region: string; readonly after: "lost" | "back" };

export type RegionListener = (change: RegionChange) => void;

/** How the Regions of a simulated world fare, and which of them reach each other. */
export class Regions {
  readonly names: readonly string[];
  readonly #health = new Map<string, RegionHealth>();
  readonly #cut = new Set<string>();
  readonly #blind = new Set<string>();
  readonly #listeners: RegionListener[] = [];

  /** @param names every Region in which anything runs or answers; each starts "up" */
  constructor(names: readonly string[]) {
    for (const name of names) this.#health.set(name, "up");
    this.names = [...this.#health.keys()];
  }

  /** @throws RangeError for a Region that is not in this world */
  health(region: string): RegionHealth {
    const health = this.#health.get(region);
    if (health === undefined) {
      throw new RangeError(`No such Region in this world: received ${JSON.stringify(region)}, known are ${this.names}`);
    }
    return health;
  }

  /** @throws RangeError for a Region that is not in this world */
  set(region: string, health: RegionHealth): void {
    const before = this.health(region);
    if (before === health) return;
    this.#health.set(region, health);
    this.#tell({ kind: "health", region, before, after: health });
  }

  /** Cuts the link between two Regions, both ways; all else goes on. */
  cut(one: string, other: string): void {
    if (this.health(one) && this.health(other) && this.#cut.has(linkName(one, other))) return;
    this.#cut.add(linkName(one, other));
    this.#tell({ kind: "link", between: [one, other], after: "cut" });
  }

  mend(one: string, other: string): void {
    if (!this.#cut.delete(linkName(one, other))) return;
    this.#tell({ kind: "link", between: [one, other], after: "mended" });
  }

  /** What runs in the Region still reaches AWS, and nothing else: its vantage has a trouble of its own (FM72). */
  blind(region: string): void {
    if (!this.health(region) || this.#blind.has(region)) return;
    this.#blind.add(region);
    this.#tell({ kind: "view", region, after: "lost" });
  }

  unblind(region: string): void {
    if (this.#blind.delete(region)) this.#tell({ kind: "view", region, after: "back" });
  }

  /** Whether what runs in the Region gets beyond AWS's own APIs. */
  sees(region: string): boolean {
    return !this.#blind.has(region);
  }

  /** Whether anything runs in the Region; customers may fail there all the same. */
  runs(region: string): boolean {
    return this.health(region) !== "dark";
  }

  /** Whether a message sent now from one Region gets to the other. A Region that is cut off still reaches itself. */
  reachable(from: string, to: string): boolean {
    if (from === to) return this.runs(from);
    return (
      isConnected(this.health(from)) &&
      isConnected(this.health(to)) &&
      (this.#cut.size === 0 || !this.#cut.has(linkName(from, to)))
    );
  }

  /** Listeners are told in the order in which they subscribed. */
  subscribe(listener: RegionListener): void {
    this.#listeners.push(listener);
  }

  #tell(change: RegionChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

function isConnected(health: RegionHealth): boolean {
  return health === "up" || health === "gray";
}

function linkName(one: string, other: string): string {
  return one < other ? `${one}|${other}` : `${other}|${one}`;
}
