import { Cancelled } from "./errors.ts";

/**
 * Whether the Region that runs an execution is lit. While it is dark all that would move the execution is held in the
 * order in which it came, and is delivered when the light returns.
 */
export class Gate {
  #dark = false;
  readonly #held: (() => void)[] = [];

  get dark(): boolean {
    return this.#dark;
  }

  darken(): void {
    this.#dark = true;
  }

  lighten(): void {
    this.#dark = false;
    while (!this.#dark) {
      const next = this.#held.shift();
      if (next === undefined) return;
      next();
    }
  }

  deliver(action: () => void): void {
    if (this.#dark) this.#held.push(action);
    else action();
  }
}

export interface Settle<Value> {
  resolve(value: Value): void;
  reject(error: unknown): void;
}

/**
 * One line of control: the execution's, a Parallel branch's, a Map iteration's. Cancelling it cancels those that it
 * started; what it waited for is then abandoned and late answers are ignored.
 */
export class Strand {
  readonly branch: string;
  readonly #gate: Gate;
  readonly #children = new Set<Strand>();
  readonly #waiting = new Set<() => void>();
  readonly #parent: Strand | undefined;
  #cancelled = false;

  constructor(gate: Gate, branch = "", parent?: Strand) {
    this.#gate = gate;
    this.branch = branch;
    this.#parent = parent;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** A strand that ends with this one, at the latest. `label` is such as `Converge[1]`. */
  child(label: string): Strand {
    const child = new Strand(this.#gate, this.branch === "" ? label : `${this.branch}/${label}`, this);
    if (this.#cancelled) child.cancel();
    this.#children.add(child);
    return child;
  }

  cancel(): void {
    this.#cancelled = true;
    if (this.#parent !== undefined) this.#parent.#children.delete(this);
    for (const child of [...this.#children]) child.cancel();
    for (const abandon of [...this.#waiting]) abandon();
  }

  /**
   * Whether no step may be taken now. Every step asks, in the same breath: `while (strand.blocked) await
   * strand.unblocked()`, since the light can go out again between a promise's settling and what follows it.
   */
  get blocked(): boolean {
    return this.#cancelled || this.#gate.dark;
  }

  /** Waits for the light. @throws Cancelled */
  unblocked(): Promise<void> {
    return this.wait<void>((settle) => {
      settle.resolve();
      return () => {};
    });
  }

  /**
   * Waits for what `start` sets in motion. The first settlement counts, and none before the Region is lit; `start`'s
   * answer is called once it is over, also when the strand is cancelled meanwhile. @throws Cancelled
   */
  wait<Value>(start: (settle: Settle<Value>) => () => void): Promise<Value> {
    if (this.#cancelled) return Promise.reject(new Cancelled());
    return new Promise<Value>((resolve, reject) => {
      let over = false;
      let cleanUp: () => void = () => {};
      const finish = (settleWith: () => void): void => {
        if (over) return;
        over = true;
        this.#waiting.delete(abandon);
        cleanUp();
        settleWith();
      };
      const abandon = (): void => finish(() => reject(new Cancelled()));
      this.#waiting.add(abandon);
      const after = start({
        resolve: (value) => this.#gate.deliver(() => finish(() => resolve(value))),
        reject: (error) => this.#gate.deliver(() => finish(() => reject(error))),
      });
      if (over) after();
      else cleanUp = after;
    });
  }
}
