import type { VirtualClock } from "../clock.ts";

/**
 * Runs `fire` at every multiple of `periodMs` plus `phaseMs` until the answer is called. Aligned, so that what repeats at
 * the same rate shares its instants and the clock jumps less often.
 */
export function repeatEvery(clock: VirtualClock, periodMs: number, phaseMs: number, fire: () => void): () => void {
  let cancel = clock.schedule(next(clock.now()), tick);
  function next(now: number): number {
    const sinceTick = (((now - phaseMs) % periodMs) + periodMs) % periodMs;
    return periodMs - sinceTick;
  }
  function tick(): void {
    cancel = clock.schedule(next(clock.now()), tick);
    fire();
  }
  return () => cancel();
}
