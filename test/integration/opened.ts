/** What a test has opened, so that all of it is closed, however far the test got. */
export class Opened {
  readonly #closes: (() => Promise<unknown>)[] = [];

  /** @returns what is given, to be closed with the others. */
  async add<Thing extends { close(): Promise<void> }>(opening: Thing | Promise<Thing>): Promise<Thing> {
    const thing = await opening;
    this.#closes.push(() => thing.close());
    return thing;
  }

  /** Whatever else must be done in the end, such as putting the environment back. */
  later(close: () => void): void {
    this.#closes.push(async () => close());
  }

  /** The last first; what fails stops none of the others. @throws the first failure, when all is closed. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closes.pop(); close !== undefined; close = this.#closes.pop()) {
      await close().catch((error) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
