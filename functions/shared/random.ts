/** A source of chance: injected, so that a run is replayed from its seed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}

/** The production source. */
export const systemRandom: Random = { next: () => Math.random() };

/**
 * A seeded source (mulberry32: 32 bits of state, passes gjrand; quality is ample for jitter and for drawing faults).
 * The same seed gives the same sequence on every machine.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = state;
      mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    },
  };
}

/** A whole number in [low, high], both included. */
export function integerBetween(random: Random, low: number, high: number): number {
  return low + Math.floor(random.next() * (high - low + 1));
}

/** One of `items`. @throws RangeError when there are none: nothing can be drawn from an empty list. */
export function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[Math.floor(random.next() * items.length)];
  if (item === undefined) throw new RangeError("Nothing to pick from: received an empty list");
  return item;
}
