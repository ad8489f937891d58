import { systemClock } from "../../functions/shared/clock.ts";

const lookEveryMs = 250;

/**
 * What `look` finds, once it finds something other than null.
 * @param forMs how long it may take; generous, for it says nothing of how long it should
 * @throws Error with `what` was waited for in vain, and the last look's own error if it threw
 */
export async function until<Found>(what: string, forMs: number, look: () => Promise<Found | null>): Promise<Found> {
  const end = systemClock.now() + forMs;
  let last: unknown;
  while (systemClock.now() < end) {
    try {
      const found = await look();
      if (found !== null) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await systemClock.sleep(lookEveryMs);
  }
  throw new Error(`Waited ${forMs} ms in vain for ${what}`, { cause: last });
}
