import type { Clock } from "../functions/shared/clock.ts";

/** A callback due at an instant of simulated time. Ties fire in the order in which they were set. */
interface Timer {
  readonly at: number;
  readonly order: number;
  fire: (() => void) | null;
}

/**
 * Lets every promise that can settle now settle: Node.js runs all microtasks before the next tick. A turn of the event
 * loop would do as well, but costs more than most of what happens at one instant.
 */
function settle(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** After so many instants the event loop gets a turn, so that signals and messages come through in a long run. */
const instantsPerTurn = 5_000;

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Simulated time. It stands still while anything can still run and jumps to the next timer when all is quiet, so ten
 * minutes of failover take milliseconds and the order of events depends on nothing but the program and its seed.
 */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #heap: Timer[] = [];

  constructor(startMilliseconds: number) {
    this.#now = startMilliseconds;
  }

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.schedule(milliseconds, resolve);
    });
  }

  /** Runs `fire` after `milliseconds`; the answer cancels it. */
  schedule(milliseconds: number, fire: () => void): () => void {
    if (Number.isNaN(milliseconds)) throw new RangeError("A timer needs a number of milliseconds: received NaN");
    const timer: Timer = { at: this.#now + Math.max(0, milliseconds), order: this.#order++, fire };
    this.#push(timer);
    return () => {
      timer.fire = null;
    };
  }

  /**
   * Advances until `until` answers true (asked whenever all is quiet), the simulated instant `deadline` is reached, or
   * nothing is left to happen. `afterStep` runs each time all that was due at one instant has settled.
   */
  async run(options: { deadline: number; until?: () => boolean; afterStep?: () => void }): Promise<void> {
    await settle();
    options.afterStep?.();
    for (let instants = 1; !options.until?.(); instants++) {
      const next = this.#peek();
      if (next === undefined || next.at > options.deadline) {
        this.#now = Math.max(this.#now, Math.min(options.deadline, next?.at ?? options.deadline));
        return;
      }
      this.#now = next.at;
      for (let due = this.#peek(); due !== undefined && due.at <= this.#now; due = this.#peek()) {
        this.#pop();
        due.fire?.();
      }
      await (instants % instantsPerTurn === 0 ? turn() : settle());
      options.afterStep?.();
    }
  }

  #peek(): Timer | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (top.fire !== null) return top;
      this.#pop();
    }
    return undefined;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Timer;
      if (before(above, timer)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Timer, heap[child] as Timer)) child++;
      if (before(last, heap[child] as Timer)) break;
      heap[index] = heap[child] as Timer;
      index = child;
    }
    heap[index] = last;
  }
}

function before(left: Timer, right: Timer): boolean {
  return left.at < right.at || (left.at === right.at && left.order < right.order);
}
