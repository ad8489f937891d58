import type { CallRecord } from "../aws/network.ts";
import type { World } from "../world.ts";
import type { Tenure } from "./ledger.ts";
import { measuringErrorMs, SharedTrouble } from "./shared-trouble.ts";

/** From when to when something was the case, in milliseconds. */
interface Stretch {
  readonly from: number;
  to: number;
}

/** Three passes, ten seconds apart, end a vantage's failing streak, and a round may be slow: within this two failures are one streak. */
const streakGapMs = 45_000;
/** A streak that has ended so lately may still count: three passes end it, and three rounds later the last word of it is old. */
const wordLastsMs = 75_000;
/** What has been so for this long a vantage must have seen, and passed on. */
const knownAfterMs = 60_000;
/** Nobody is at fault for overlooking a vantage with longer silences than this. */
const silenceMs = 25_000;

/** What the world's own truth says of an evacuation, at the moment at which it was decided. */
export interface Grounds {
  /** Vantages that could not be served by the Region's endpoint, or only now and then, a moment before. */
  readonly failing: readonly string[];
  /** Of these, those for which that had begun a confirmation window before. */
  readonly confirmed: readonly string[];
  /** Vantages that had been served all the time, and whose word had reached whoever decided. */
  readonly served: readonly string[];
  /** Whether every Region failed for everybody, long enough to be known, or had and none has been steady since. */
  readonly everythingFailed: boolean;
}

/**
 * Who could be served by whose endpoint, and who could be heard: the truth that vantages' votes are made of. A link counts
 * for the two that it links and for nobody else.
 */
export class Sight {
  readonly #world: World;
  readonly #shared: SharedTrouble;
  readonly #vantages: readonly string[];
  readonly #serving: readonly string[];
  /** Stretches in which a vantage could not be served by a Region, by `vantage>region`. */
  readonly #unserved = new Map<string, Stretch[]>();
  /** Stretches in which no message came from one to the other. */
  readonly #apart = new Map<string, Stretch[]>();
  /** Stretches in which a Region failed some of its requests, for want of capacity too. */
  readonly #faltering = new Map<string, Stretch[]>();
  /** By vantage: since when its observations have been written without a pause, and the last one. */
  readonly #heard = new Map<string, { since: number; last: number }>();

  constructor(world: World) {
    this.#world = world;
    this.#shared = new SharedTrouble(world);
    this.#serving = world.plan.regions.map(({ name }) => name);
    this.#vantages = [...this.#serving, ...world.plan.detection.witnesses];
    world.regions.subscribe(() => this.#look());
    world.dynamoDB.observe(({ table, key, at }) => {
      if (table === world.plan.recordsTable && key.pk === "observations") this.#hear(key.sk, at);
    });
  }

  /** Called once a simulated second at least, for what no Region's health shows: requests beyond what it can serve. */
  noteService(): void {
    const now = this.#world.clock.now();
    this.#look();
    this.#shared.note(now);
    for (const region of this.#serving) {
      if (this.#world.customers.servedShare(region) < 1) extend(this.#faltering, region, now);
    }
  }

  /** How many vantages had trouble with a Region at some time since `from`. */
  troubledSince(region: string, from: number): number {
    return this.#othersOf(region).filter((vantage) => this.#stretches(vantage, region).some(({ to }) => to >= from))
      .length;
  }

  /** What can be said for evacuating the Region of a tenure that begins now. */
  groundsOf({ failedRegion, execution }: Tenure): Grounds {
    const acting = execution.split(":")[3] ?? "";
    return this.groundsAt(failedRegion, acting, this.#decidedAt(execution, this.#world.clock.now()));
  }

  /** What could be said for evacuating a Region at an instant that is not long past, by whoever acts in `acting`. */
  groundsAt(failedRegion: string, acting: string, at: number): Grounds {
    const confirmedBy = at - this.#world.plan.detection.confirmForSeconds * 1_000 + measuringErrorMs;
    const streaks = this.#othersOf(failedRegion).map((vantage) => ({
      vantage,
      since: this.#streakSince(vantage, failedRegion, at),
    }));
    const failing = streaks.filter(({ since }) => since !== null);
    return {
      failing: failing.map(({ vantage }) => vantage),
      confirmed: failing.filter(({ since }) => (since as number) <= confirmedBy).map(({ vantage }) => vantage),
      served: this.#othersOf(failedRegion).filter(
        (vantage) => this.isHeard(vantage, acting, at) && !this.#anyTrouble(vantage, failedRegion, at),
      ),
      everythingFailed:
        this.#shared.wasShared(at) ||
        (!this.#isGone(failedRegion) && this.#serving.every((region) => this.#hasFailedForAll(region, acting, at))),
    };
  }

  /** Whether a Region is dark while another one lives, and fails with its customers: of that one the memory is not shared either. */
  #isGone(region: string): boolean {
    return this.#world.regions.health(region) === "dark" && this.#shared.isCarried();
  }

  /** The last look at the coordination item before the lease was taken: a process may stand still between the two. */
  #decidedAt(execution: string, now: number): number {
    const { table } = this.#world.plan.coordination;
    const isLook = ({ caller, operation, input, performed }: CallRecord) =>
      caller.execution === execution && operation === "GetItem" && input.TableName === table && performed;
    return this.#world.network.apiLog.findLast(isLook)?.performedAt ?? now;
  }

  #othersOf(region: string): readonly string[] {
    return this.#vantages.filter((vantage) => vantage !== region);
  }

  /** Since when a vantage may honestly have seen a Region failing without a break; null where it may not. */
  #streakSince(vantage: string, region: string, at: number): number | null {
    let since = Number.POSITIVE_INFINITY;
    let until = Number.NEGATIVE_INFINITY;
    for (const { from, to } of this.#stretches(vantage, region).toReversed()) {
      if (from > at) continue;
      const end = Math.min(to, at);
      if (until === Number.NEGATIVE_INFINITY && end < at - wordLastsMs) return null;
      if (until !== Number.NEGATIVE_INFINITY && end < since - streakGapMs) break;
      since = Math.min(since, from);
      until = Math.max(until, end);
    }
    return until === Number.NEGATIVE_INFINITY ? null : since;
  }

  #anyTrouble(vantage: string, region: string, at: number): boolean {
    if (!this.#world.regions.runs(vantage)) return true;
    return this.#stretches(vantage, region).some(({ from, to }) => from <= at && to >= at - knownAfterMs - streakGapMs);
  }

  #hasFailedForAll(region: string, acting: string, at: number): boolean {
    const running = this.#othersOf(region).filter((vantage) => this.#world.regions.runs(vantage));
    const hasFailed = (vantage: string) =>
      (this.#unserved.get(`${vantage}>${region}`) ?? []).some(({ from, to }) => from <= at - knownAfterMs && to >= at);
    return running.every(hasFailed) && running.some((vantage) => this.isHeard(vantage, acting, at));
  }

  /** Whether what a vantage writes had been written and had come to `acting` all the time. */
  isHeard(vantage: string, acting: string, at: number): boolean {
    const heard = this.#heard.get(vantage);
    if (heard === undefined || heard.since > at - knownAfterMs || heard.last < at - silenceMs) return false;
    // Links are cut both ways, and are kept under the name of the Region that serves.
    const apart = this.#apart.get(`${vantage}>${acting}`) ?? this.#apart.get(`${acting}>${vantage}`) ?? [];
    return vantage === acting || !apart.some(({ from, to }) => from <= at && to >= at - knownAfterMs);
  }

  /**
   * Whether `acting` could know that a Region lives: it hears the Region itself, or a vantage that does. What a vantage has
   * heard lies in its observation, and so in the copy of everybody who hears that vantage.
   */
  isKnownToLive(region: string, acting: string, at: number): boolean {
    return this.#othersOf(region).some(
      (vantage) => this.isHeard(region, vantage, at) && this.isHeard(vantage, acting, at),
    );
  }

  /** In the order of their beginning. */
  #stretches(vantage: string, region: string): readonly Stretch[] {
    const unserved = this.#unserved.get(`${vantage}>${region}`) ?? [];
    return [...unserved, ...(this.#faltering.get(region) ?? [])].sort((left, right) => left.from - right.from);
  }

  #look(): void {
    const { regions, clock } = this.#world;
    const now = clock.now();
    for (const region of this.#serving) {
      for (const vantage of this.#othersOf(region)) {
        const key = `${vantage}>${region}`;
        const isServed =
          regions.health(region) === "up" &&
          regions.health(vantage) !== "partitioned" &&
          regions.sees(vantage) &&
          // A vantage that is dark sees nothing, neither way.
          (!regions.runs(vantage) || regions.reachable(vantage, region));
        mark(this.#unserved, key, isServed ? "ended" : "goesOn", now);
        mark(this.#apart, key, regions.reachable(vantage, region) ? "ended" : "goesOn", now);
      }
    }
  }

  #hear(vantage: string, at: number): void {
    const heard = this.#heard.get(vantage);
    if (heard === undefined) this.#heard.set(vantage, { since: at, last: at });
    else {
      if (at - heard.last > silenceMs) heard.since = at;
      heard.last = at;
    }
  }
}

/** Begins a stretch that is not under way, or ends one that is. */
function mark(stretches: Map<string, Stretch[]>, name: string, state: "goesOn" | "ended", now: number): void {
  const list = stretches.get(name) ?? [];
  const last = list.at(-1);
  const isOpen = last !== undefined && last.to === Number.POSITIVE_INFINITY;
  if (state === "ended" && isOpen) last.to = now;
  if (state === "goesOn" && !isOpen) list.push({ from: now, to: Number.POSITIVE_INFINITY });
  stretches.set(name, list);
}

function extend(stretches: Map<string, Stretch[]>, name: string, now: number): void {
  const list = stretches.get(name) ?? [];
  const last = list.at(-1);
  if (last !== undefined && now - last.to <= streakGapMs) last.to = now;
  else list.push({ from: now, to: now });
  stretches.set(name, list);
}
