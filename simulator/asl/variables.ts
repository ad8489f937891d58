import { StateFailure } from "./errors.ts";
import type { JsonValue } from "./json.ts";
import { jsonBytes, PAYLOAD_BYTES, VARIABLES_BYTES } from "./limits.ts";

/**
 * The variables of one group of states. A Parallel branch or Map iteration has its own, reads those around it, and
 * loses its own when it ends; that it assigns none of those around it is checked when the definition is parsed
 * (Developer Guide, "Passing data between states with variables").
 */
export class Variables {
  readonly #around: Variables | undefined;
  readonly #values = new Map<string, { readonly value: JsonValue; readonly bytes: number }>();
  readonly #total: { bytes: number };

  constructor(around?: Variables) {
    this.#around = around;
    this.#total = around === undefined ? { bytes: 0 } : around.#total;
  }

  get(name: string): JsonValue | undefined {
    const own = this.#values.get(name);
    return own === undefined ? this.#around?.get(name) : own.value;
  }

  /** @throws StateFailure `States.DataLimitExceeded` when one, all of `values`, or all of the execution's are too large. */
  assign(values: ReadonlyMap<string, JsonValue>): void {
    let together = 0;
    for (const [name, value] of values) {
      const bytes = jsonBytes(value, PAYLOAD_BYTES);
      together += bytes;
      if (together > PAYLOAD_BYTES) {
        throw new StateFailure("States.DataLimitExceeded", `Assign of $${name} exceeds ${PAYLOAD_BYTES} bytes`);
      }
      this.#total.bytes += bytes - (this.#values.get(name)?.bytes ?? 0);
      this.#values.set(name, { value, bytes });
    }
    if (this.#total.bytes > VARIABLES_BYTES) {
      throw new StateFailure("States.DataLimitExceeded", `All variables together exceed ${VARIABLES_BYTES} bytes`);
    }
  }

  /** Forgets this group's own. */
  end(): void {
    for (const { bytes } of this.#values.values()) this.#total.bytes -= bytes;
    this.#values.clear();
  }
}
