import type { Clock } from "./clock.ts";
import { classifyCallError } from "./errors.ts";
import type { Random } from "./random.ts";

/** Milliseconds to wait before try number `attempt` (from 1): full jitter under a doubling ceiling (AWS Architecture Blog, "Exponential Backoff And Jitter"). */
export function backoffMs(random: Random, attempt: number, baseMs: number, ceilingMs: number): number {
  return Math.round(random.next() * Math.min(ceilingMs, baseMs * 2 ** (attempt - 1)));
}

/**
 * Repeats a call that changes nothing while AWS throttles it or does not answer, at most `attempts` times.
 * @throws the last error
 */
export async function retryRead<Answer>(
  deps: { readonly clock: Clock; readonly random: Random },
  read: () => Promise<Answer>,
  attempts = 4,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      const failure = classifyCallError(error);
      const passing = failure === "throttled" || failure === "unknownOutcome";
      if (!passing || attempt >= attempts) throw error;
      await deps.clock.sleep(backoffMs(deps.random, attempt, 200, 2_000));
    }
  }
}
