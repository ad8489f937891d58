import type { TimelineEvent } from "../../functions/timeline/event.ts";
import type { Violation } from "../result.ts";
import type { World } from "../world.ts";

/** Between a step's last look at an object and its event: what has happened since it could not see. */
const lookMs = 8_000;
/**
 * So long a Region has been out of DNS before whoever decides must know: each watch reads the switch once a minute, and
 * tells the others in its next round. With as much again for a read or a round that fails.
 */
const knownAfterMs = 180_000;

/**
 * Holds what is said of the traffic switch to what Route 53's checkers see of it, and what a run counts on to what DNS
 * hands out.
 */
export class SwitchTruth {
  readonly #world: World;
  /** Since when a Region has been out on purpose, by Region. */
  readonly #outSince = new Map<string, number>();
  /** Since when nobody outside can read what is in a bucket. */
  readonly #closedSince = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Called once a second: keeps since when things are as they are. */
  note(): void {
    const { plan, clock, s3 } = this.#world;
    const now = clock.now();
    const out = this.#world.intentionallyOut();
    for (const { name } of plan.regions) {
      if (!out.has(name)) this.#outSince.delete(name);
      else if (!this.#outSince.has(name)) this.#outSince.set(name, now);
    }
    for (const bucket of this.#buckets()) {
      if (!s3.isClosed(bucket)) this.#closedSince.delete(bucket);
      else if (!this.#closedSince.has(bucket)) this.#closedSince.set(bucket, now);
    }
  }

  /** What an event that has just been stored says. */
  judge(event: TimelineEvent): readonly Violation[] {
    const { kind, step } = event;
    if (step === "traffic" && kind === "confirmed") return this.#judgeObject(event);
    if (kind === "opened" || kind === "takenOver" || kind === "retried") return this.#judgeSurvivors(event);
    return [];
  }

  /** FM66: an object that is there and that no checker can read evacuates nobody. */
  #judgeObject({ incident, detail }: TimelineEvent): readonly Violation[] {
    const { resource } = detail;
    const bucket = typeof resource === "string" ? /^s3:\/\/([^/]+)\//.exec(resource)?.[1] : undefined;
    if (bucket === undefined || !this.#isClosed(bucket)) return [];
    const message = `${incident} says that ${String(resource)} is in force, and no health checker can read it`;
    return [{ invariant: "evacuationIsInForce", message }];
  }

  /** FM67: nobody is counted on to whom DNS has sent nobody for as long as everybody had to notice. */
  #judgeSurvivors({ incident, detail }: TimelineEvent): readonly Violation[] {
    const { failedRegion, survivors } = detail;
    if (!Array.isArray(survivors)) return [];
    const now = this.#world.clock.now();
    const away = survivors.filter((name) => {
      const since = this.#outSince.get(String(name));
      return name !== failedRegion && since !== undefined && now - since >= knownAfterMs;
    });
    // Where nobody else is left, a run that goes on counts on whom it has.
    if (away.length === 0 || away.length === survivors.length) return [];
    const message = `${incident} counts on ${away.join(", ")}, to which the switch sends nobody`;
    return [{ invariant: "survivorsAreInDns", message }];
  }

  #isClosed(bucket: string): boolean {
    const since = this.#closedSince.get(bucket);
    return since !== undefined && this.#world.clock.now() - since >= lookMs;
  }

  /** Those of the `healthCheck` switch; none with another one. */
  #buckets(): readonly string[] {
    const { switch: chosen } = this.#world.plan.traffic;
    return chosen.kind === "healthCheck" ? Object.values(chosen.buckets) : [];
  }
}
