import type { Clock } from "../../../functions/shared/clock.ts";
import { integerBetween, type Random } from "../../../functions/shared/random.ts";
import { lambdaColdStartMilliseconds, lambdaIdleSeconds, lambdaWarmStartMilliseconds } from "../timings.ts";

/** A place in which an invocation runs. */
export interface Sandbox {
  readonly region: string;
  readonly functionName: string;
  /** Until the handler runs: long when the sandbox has to be made. */
  readonly startMilliseconds: number;
}

interface Pool {
  running: number;
  /** When each idle sandbox was last used, oldest first. */
  readonly idleSince: number[];
}

/** The sandboxes of every function in every Region: warm starts, cold starts, reserved concurrency. */
export class Sandboxes {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #pools = new Map<string, Pool>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Null: as many run as may. */
  take(region: string, functionName: string, atMost: number): Sandbox | null {
    const pool = this.#pool(region, functionName);
    if (pool.running >= atMost) return null;
    pool.running++;
    const oldest = this.#clock.now() - lambdaIdleSeconds * 1_000;
    while (pool.idleSince.length > 0 && (pool.idleSince[0] as number) < oldest) pool.idleSince.shift();
    const warm = pool.idleSince.pop() !== undefined;
    const { low, high } = warm ? lambdaWarmStartMilliseconds : lambdaColdStartMilliseconds;
    const startMilliseconds = integerBetween(this.#random, low, high);
    return { region, functionName, startMilliseconds };
  }

  /** @param as "lost" when the process in it is not fit for another invocation */
  release(sandbox: Sandbox, as: "idle" | "lost"): void {
    const pool = this.#pool(sandbox.region, sandbox.functionName);
    pool.running = Math.max(0, pool.running - 1);
    if (as === "idle") pool.idleSince.push(this.#clock.now());
  }

  /** All that ran or idled in a Region is gone. */
  lose(region: string): void {
    for (const [name, pool] of this.#pools) {
      if (!name.startsWith(`${region}/`)) continue;
      pool.running = 0;
      pool.idleSince.length = 0;
    }
  }

  #pool(region: string, functionName: string): Pool {
    const name = `${region}/${functionName}`;
    let pool = this.#pools.get(name);
    if (pool === undefined) {
      pool = { running: 0, idleSince: [] };
      this.#pools.set(name, pool);
    }
    return pool;
  }
}
