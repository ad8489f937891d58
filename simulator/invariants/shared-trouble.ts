import { vantagesOf } from "../../functions/shared/plan/plan.ts";
import type { World } from "../world.ts";

/** A vantage's rounds, and their replication, blur how long it has seen something by so much. */
export const measuringErrorMs = 25_000;
/** What has been so for this long whoever looks must have seen, and passed on. */
const knownAfterMs = 60_000;

/**
 * When trouble was shared, by the world's own truth: from when every Region in service had failed for every other vantage
 * for a minute, until one of them had been well without a break for as long as the plan asks before it calls one steady.
 *
 * Not counted as shared: a Region that others fail beside while it carries the customers of one that is out, or gone.
 * Nobody can tell its faltering from a trouble of its own, and what is gone may be evacuated then.
 */
export class SharedTrouble {
  readonly #world: World;
  #failingSince: number | null = null;
  readonly #wellSince = new Map<string, number>();
  readonly #spans: { readonly from: number; to: number }[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** Called once a simulated second at least. */
  note(now: number): void {
    const { plan } = this.#world;
    const item = this.#world.coordinationItem();
    const inService = plan.regions
      .map(({ name }) => name)
      .filter((name) => (item?.regions[name]?.state ?? "inService") === "inService");
    for (const region of inService) {
      if (this.#failsForAll(region)) this.#wellSince.delete(region);
      else if (!this.#wellSince.has(region)) this.#wellSince.set(region, now);
    }
    const isShared =
      inService.length > 1 &&
      inService.every((name) => this.#failsForAll(name)) &&
      // What fewer than a quorum were there to see nobody need remember.
      vantagesOf(plan).filter((vantage) => this.#world.regions.runs(vantage)).length >= plan.detection.quorum &&
      !this.#isCarried();
    this.#failingSince = isShared ? (this.#failingSince ?? now) : null;
    const last = this.#spans.at(-1);
    const isOpen = last !== undefined && last.to === Number.POSITIVE_INFINITY;
    if (!isOpen && this.#failingSince !== null && now - this.#failingSince >= knownAfterMs) {
      this.#spans.push({ from: now, to: Number.POSITIVE_INFINITY });
    }
    const steadyAfterMs = plan.detection.clearForSeconds * 1_000 - measuringErrorMs;
    const isSteady = (name: string) => now - (this.#wellSince.get(name) ?? Number.POSITIVE_INFINITY) >= steadyAfterMs;
    if (isOpen && inService.some(isSteady)) last.to = now;
  }

  wasShared(at: number): boolean {
    return this.#spans.some(({ from, to }) => from <= at && to > at);
  }

  #failsForAll(region: string): boolean {
    const { regions, plan } = this.#world;
    if (regions.health(region) !== "up") return true;
    const others = vantagesOf(plan).filter((vantage) => vantage !== region && regions.runs(vantage));
    return others.length > 0 && !others.some((vantage) => regions.sees(vantage) && regions.reachable(vantage, region));
  }

  /** Whether a Region that still answers has the customers of one that does not. */
  #isCarried(): boolean {
    const { regions, plan } = this.#world;
    const item = this.#world.coordinationItem();
    const isOut = ({ name }: { readonly name: string }) =>
      (item?.regions[name]?.state ?? "inService") !== "inService" ||
      ["dark", "partitioned"].includes(regions.health(name));
    return plan.regions.some(isOut) && !plan.regions.every(isOut);
  }
}
