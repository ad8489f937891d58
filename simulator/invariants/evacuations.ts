import type { CoordinationItem } from "../../functions/coordination/item.ts";
import { parseInstant } from "../../functions/shared/clock.ts";
import type { TrafficControl } from "../aws/traffic-control.ts";
import type { Violation } from "../result.ts";

/** Three looks of the checkers, ten seconds apart, and their status's way into DNS, with some to spare. */
const settleMs = 60_000;
/** The soak lies between a shift and the entry in the coordination item, so little is left to wait for after that. */
const settleAfterCloseMs = 15_000;

/**
 * Watches that an evacuated Region stays out of DNS. It is watched from the moment at which its evacuation is in the
 * coordination item as confirmed and DNS does not answer with it, until the item says that somebody has returned it. A
 * record that is healthy is answered; when none is, all are (fail-open), and that breaks nothing.
 *
 * With the `healthCheck` switch an object that nobody can reach counts as absent. So a Region whose every holder is gone
 * may come back until the next shift; but whoever holds a later evacuation must hold the earlier ones as well.
 */
export class Evacuations {
  readonly #traffic: TrafficControl;
  readonly #watched = new Set<string>();
  /** Since when somebody who can be reached has held a Region's evacuation. */
  readonly #heldSince = new Map<string, number>();

  constructor(traffic: TrafficControl) {
    this.#traffic = traffic;
  }

  judge(item: CoordinationItem | null, now: number): readonly Violation[] {
    if (item === null) return [];
    for (const region of this.#watched) this.#noteHolders(region, now);
    const back = Object.entries(item.regions).flatMap(([region, { state }]) => {
      if (state === "inService" || state === "returning") {
        this.#watched.delete(region);
        return [];
      }
      if (!this.#traffic.dns.isHealthy(region)) {
        if (state === "evacuated") this.#watched.add(region);
        return [];
      }
      return this.#watched.has(region) && !this.#mayBeBack(item, region, now) ? [region] : [];
    });
    return back.map((region) => ({
      invariant: "evacuatedStaysOut",
      message: `${region}, evacuated since ${item.regions[region]?.since}, is answered by DNS again and nobody returned it`,
    }));
  }

  #mayBeBack(item: CoordinationItem, region: string, now: number): boolean {
    // Nobody mends between incidents what somebody has taken from the checkers: it would be a change without a lease.
    if (this.#traffic.isTamperedWith(region)) return true;
    const { holdersOf } = this.#traffic;
    if (holdersOf === null) return false;
    // A holder that has only just come back is not seen yet.
    const heldSince = this.#heldSince.get(region);
    if (heldSince !== undefined) return now - heldSince < settleMs;
    const since = parseInstant(item.regions[region]?.since ?? "");
    const later = Object.entries(item.regions).filter(
      ([other, entry]) =>
        other !== region &&
        entry.state === "evacuated" &&
        parseInstant(entry.since) > since &&
        parseInstant(entry.since) < now - settleAfterCloseMs,
    );
    return later.every(([other]) => holdersOf(other).every((holder) => holder === region));
  }

  #noteHolders(region: string, now: number): void {
    const held = (this.#traffic.holdersOf?.(region) ?? []).length > 0;
    if (!held) this.#heldSince.delete(region);
    else if (!this.#heldSince.has(region)) this.#heldSince.set(region, now);
  }
}
