/**
 * How far each secondary is behind the writer, in truth: what a promotion would lose. Metrics are another matter, they
 * come once a minute, late, or not at all.
 */

/** Lag varies by a fifth of itself and never by more than this, so that a setup's figure stays recognisable. */
const widestVariationSeconds = 0.1;

interface Secondary {
  usualSeconds: number;
  stalled: boolean;
  /** Up to when it has the writer's changes, in milliseconds since the epoch; null while it follows. */
  haltedAt: number | null;
}

export class Replication {
  readonly #secondaries = new Map<string, Secondary>();
  /** When the writer stopped taking writes; null while it takes them. */
  #writerStoppedAt: number | null = null;

  /** Makes `region` follow the writer, no longer behind than `usualSeconds` as a rule. */
  follow(region: string, usualSeconds: number): void {
    this.#secondaries.set(region, { usualSeconds, stalled: false, haltedAt: null });
  }

  /** `region` is no secondary (any more). */
  forget(region: string): void {
    this.#secondaries.delete(region);
  }

  setLag(region: string, seconds: number): void {
    this.#secondary(region).usualSeconds = seconds;
  }

  stall(region: string, stalled: "stalled" | "running"): void {
    this.#secondary(region).stalled = stalled === "stalled";
  }

  /** The usual lag of a secondary, for its successor. */
  usualSeconds(region: string): number {
    return this.#secondary(region).usualSeconds;
  }

  /**
   * Takes note of what has changed by `now`: whether the writer takes writes, and which secondaries its changes reach. One
   * that is reached again has caught up at once.
   */
  update(now: number, writer: "writing" | "stopped", reaches: (region: string) => boolean): void {
    for (const [region, secondary] of this.#secondaries) {
      const follows = writer === "writing" && !secondary.stalled && reaches(region);
      if (follows) secondary.haltedAt = null;
      else secondary.haltedAt ??= now - this.#usualLagMs(region, secondary, now);
    }
    if (writer === "writing") this.#writerStoppedAt = null;
    else this.#writerStoppedAt ??= now;
  }

  /** Seconds of the writer's changes that `region` does not have; null when it is no secondary. */
  lagSeconds(region: string, now: number): number | null {
    const secondary = this.#secondaries.get(region);
    if (secondary === undefined) return null;
    if (secondary.haltedAt === null) return this.#usualLagMs(region, secondary, now) / 1_000;
    return ((this.#writerStoppedAt ?? now) - secondary.haltedAt) / 1_000;
  }

  #usualLagMs(region: string, secondary: Secondary, now: number): number {
    const variation = Math.min(secondary.usualSeconds / 5, widestVariationSeconds);
    return Math.round((secondary.usualSeconds + variation * (2 * noise(region, now) - 1)) * 1_000);
  }

  #secondary(region: string): Secondary {
    const secondary = this.#secondaries.get(region);
    if (secondary === undefined) throw new RangeError(`No secondary cluster in ${region}`);
    return secondary;
  }
}

/** In [0, 1), a function of Region and second alone: who asks, and how often, changes nothing. */
function noise(region: string, now: number): number {
  let mixed = Math.floor(now / 1_000) | 0;
  for (let index = 0; index < region.length; index++) mixed = Math.imul(mixed ^ region.charCodeAt(index), 0x01000193);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed ^= mixed >>> 12;
  return (mixed >>> 0) / 4_294_967_296;
}
