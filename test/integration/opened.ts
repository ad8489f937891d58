interface Closable {
  close(): Promise<void>;
}

/** What a test has opened, so that all of it is closed, however far the test got. */
export class Opened {
  readonly #opening = new Set<Promise<unknown>>();
  readonly #closes: (() => Promise<unknown>)[] = [];
  #state: "open" | "closed" = "open";

  /**
   * @returns what is given, to be closed with the others.
   * @throws Error when the others are closed already: it is closed as well
   */
  add<Thing extends Closable>(opening: Thing | Promise<Thing>): Promise<Thing> {
    const adding = this.#add(opening);
    this.#opening.add(adding);
    return adding.finally(() => this.#opening.delete(adding));
  }

  /** Whatever else must be done in the end, such as putting the environment back. */
  later(close: () => void): void {
    this.#closes.push(async () => close());
  }

  /**
   * The last first; what fails stops none of the others, and what is still being opened is waited for.
   * @throws the first failure, when all is closed.
   */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    this.#state = "closed";
    for (let close = this.#closes.pop(); close !== undefined; close = this.#closes.pop()) {
      await close().catch((error) => failures.push(error));
    }
    await Promise.allSettled(this.#opening);
    if (failures.length > 0) throw failures[0];
  }

  async #add<Thing extends Closable>(opening: Thing | Promise<Thing>): Promise<Thing> {
    const thing = await opening;
    if (this.#state === "closed") {
      await thing.close();
      throw new Error("This was opened when the test was already over");
    }
    this.#closes.push(() => thing.close());
    return thing;
  }
}
