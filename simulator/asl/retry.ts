import type { Random } from "../../functions/shared/random.ts";
import type { Catcher, Retrier } from "./definition.ts";
import { matchesError } from "./errors.ts";

/** Counts one visit of a state's retries: each retrier has attempts of its own. */
export class RetryCounts {
  readonly #retriers: readonly Retrier[];
  readonly #made: number[];

  constructor(retriers: readonly Retrier[]) {
    this.#retriers = retriers;
    this.#made = retriers.map(() => 0);
  }

  /**
   * Seconds to wait before the next attempt, or undefined when there is to be none. Only the first retrier that names
   * the error counts (Developer Guide, "Handling errors", "Retrying after an error"). Draws from `random` only under
   * JitterStrategy FULL, which spreads the delay evenly between nothing and all of it.
   */
  next(error: string | undefined, random: Random): number | undefined {
    const index = this.#retriers.findIndex((retrier) => names(retrier, error));
    const retrier = this.#retriers[index];
    const made = this.#made[index];
    if (retrier === undefined || made === undefined || made >= retrier.maxAttempts) return undefined;
    this.#made[index] = made + 1;
    const full = Math.min(
      retrier.intervalSeconds * retrier.backoffRate ** made,
      retrier.maxDelaySeconds ?? Number.POSITIVE_INFINITY,
    );
    switch (retrier.jitterStrategy) {
      case "NONE":
        return full;
      case "FULL":
        return full * random.next();
    }
  }
}

/** The first catcher that names the error. */
export function catcherFor(catchers: readonly Catcher[], error: string | undefined): Catcher | undefined {
  return catchers.find((catcher) => names(catcher, error));
}

function names(handler: Retrier | Catcher, error: string | undefined): boolean {
  return handler.errorEquals.some((pattern) => matchesError(pattern, error));
}
