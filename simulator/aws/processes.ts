import type { Clock } from "../../functions/shared/clock.ts";
import type { Regions } from "./regions.ts";
import type { Caller } from "./service.ts";

/** One running invocation. */
interface Process {
  readonly caller: Caller;
  /** Told when it dies of something that its invoker gets to know of. */
  readonly onCrash: () => void;
  /** Told how long it stands still: its own time does not pass meanwhile. */
  readonly onFreeze: (milliseconds: number) => void;
  frozenUntil: number;
}

/**
 * Which invocations live. A dead one never sees another answer, so it can never act again; a frozen one stands still and
 * then goes on as if nothing had happened, which makes it a zombie if the world has moved on meanwhile (FM24).
 */
export class Processes {
  readonly #clock: Clock;
  readonly #running = new Map<string, Process>();
  readonly #dead = new Set<string>();

  constructor(clock: Clock, regions: Regions) {
    this.#clock = clock;
    regions.subscribe((change) => {
      if (change.kind !== "health" || change.after !== "dark") return;
      for (const [invocation, process] of this.#running) {
        if (process.caller.region === change.region) this.end(invocation, "dead");
      }
    });
  }

  begin(caller: Caller, onCrash: () => void, onFreeze: (milliseconds: number) => void): void {
    this.#running.set(caller.invocation, { caller, onCrash, onFreeze, frozenUntil: Number.NEGATIVE_INFINITY });
  }

  /** Ends an invocation without telling its invoker: it is over, timed out, or its Region went dark. */
  end(invocation: string, as: "over" | "dead"): void {
    this.#running.delete(invocation);
    if (as === "dead") this.#dead.add(invocation);
  }

  /** The process dies on the spot, and its invoker is told. */
  crash(invocation: string): void {
    const process = this.#running.get(invocation);
    this.end(invocation, "dead");
    process?.onCrash();
  }

  freeze(invocation: string, milliseconds: number): void {
    const process = this.#running.get(invocation);
    if (process === undefined) return;
    process.frozenUntil = Math.max(process.frozenUntil, this.#clock.now() + milliseconds);
    process.onFreeze(milliseconds);
  }

  /** Also of a caller that is no invocation (a person's shell), which never dies. */
  isAlive(invocation: string): boolean {
    return !this.#dead.has(invocation);
  }

  isRunning(invocation: string): boolean {
    return this.#running.has(invocation);
  }

  /** Milliseconds that the process goes on standing still; 0 when it runs. */
  frozenForMs(invocation: string): number {
    const process = this.#running.get(invocation);
    return process === undefined ? 0 : Math.max(0, process.frozenUntil - this.#clock.now());
  }

  /** Those running now, oldest first. */
  get running(): readonly Caller[] {
    return [...this.#running.values()].map((process) => process.caller);
  }

  /**
   * The clock that one invocation sees: skewed against true time by its Region's error (FM29), never waking the dead, and
   * standing still with the frozen.
   */
  clockOf(caller: Caller, skewMilliseconds: number): Clock {
    const clock = this.#clock;
    return {
      now: () => clock.now() + skewMilliseconds,
      sleep: async (milliseconds) => {
        await clock.sleep(milliseconds);
        for (let rest = this.frozenForMs(caller.invocation); rest > 0; rest = this.frozenForMs(caller.invocation)) {
          await clock.sleep(rest);
        }
        if (!this.isAlive(caller.invocation)) await new Promise<never>(() => {});
      },
    };
  }
}
