import { DefinitionError } from "./errors.ts";
import { compileTemplate, type Expression, type Readable, type Template } from "./expressions.ts";
import { describe, isObject } from "./json.ts";
import { expressionIn } from "./syntax.ts";

/** Fields that only the JSONPath query language has; they are refused with that reason. */
const JSONPATH_FIELDS: ReadonlySet<string> = new Set(
  (
    "InputPath OutputPath ResultPath ResultSelector Parameters Result SecondsPath TimestampPath TimeoutSecondsPath " +
    "HeartbeatSecondsPath ItemsPath MaxConcurrencyPath ToleratedFailureCountPath ToleratedFailurePercentagePath " +
    "ErrorPath CausePath Variable And Or Not"
  ).split(" "),
);

/** What a number in a definition must be. */
export interface Bounds {
  readonly from: number;
  readonly to: number;
  readonly whole: "whole" | "any";
}

/**
 * One object of a definition, read field by field. It refuses, by name and with what is allowed, every field that is
 * not listed and every value of the wrong kind.
 */
export class Fields {
  readonly owner: string;
  readonly #values: { readonly [key: string]: unknown };
  readonly #expressions: Expression[];

  /**
   * @param owner names the object in messages, such as `state "ShiftTraffic"`.
   * @param expressions collects every expression that is compiled.
   */
  constructor(value: unknown, owner: string, allowed: readonly string[], expressions: Expression[]) {
    if (!isObject(value)) throw new DefinitionError(`${owner}: must be an object. Received: ${describe(value)}`);
    for (const key of Object.keys(value)) {
      if (allowed.includes(key)) continue;
      const why =
        JSONPATH_FIELDS.has(key) || key.endsWith(".$") ? "is JSONPath, which is refused" : "is not known here";
      throw new DefinitionError(`${owner}: field "${key}" ${why}. Allowed: ${allowed.join(", ")}`);
    }
    this.owner = owner;
    this.#values = value;
    this.#expressions = expressions;
  }

  has(field: string): boolean {
    return this.#values[field] !== undefined;
  }

  raw(field: string): unknown {
    return this.#values[field];
  }

  refuse(field: string, why: string): never {
    throw new DefinitionError(`${this.owner}: field "${field}" ${why}. Received: ${describe(this.#values[field])}`);
  }

  text(field: string): string {
    const value = this.#values[field];
    if (typeof value !== "string" || value === "") this.refuse(field, "must be a non-empty string");
    return value;
  }

  optionalText(field: string): string | undefined {
    const value = this.#values[field];
    if (value !== undefined && typeof value !== "string") this.refuse(field, "must be a string");
    return value;
  }

  oneOf<Choice extends string>(field: string, choices: readonly Choice[]): Choice {
    const found = choices.find((choice) => choice === this.#values[field]);
    return found ?? this.refuse(field, `must be one of ${choices.join(", ")}`);
  }

  list(field: string): readonly unknown[] {
    const value = this.#values[field];
    if (!Array.isArray(value) || value.length === 0) this.refuse(field, "must be a non-empty array");
    return value;
  }

  optionalList(field: string): readonly unknown[] {
    return this.has(field) ? this.list(field) : [];
  }

  optionalNumber(field: string, bounds: Bounds): number | undefined {
    const value = this.#values[field];
    if (value === undefined) return undefined;
    if (!isWithin(value, bounds)) this.refuse(field, `must be ${boundsText(bounds)}`);
    return value;
  }

  template(field: string, ...readable: Readable[]): Template | undefined {
    return this.has(field)
      ? compileTemplate(this.#values[field], { owner: this.owner, field }, readable, this.#expressions)
      : undefined;
  }

  /** A number, or an expression that is checked for the same bounds when it is evaluated. */
  numberOrExpression(field: string, bounds: Bounds): Template | undefined {
    const value = this.#values[field];
    if (value === undefined) return undefined;
    if (typeof value !== "string" || expressionIn(value) === undefined) {
      if (!isWithin(value, bounds)) this.refuse(field, `must be ${boundsText(bounds)}, or "{% … %}"`);
    }
    return this.template(field);
  }

  /** A string, or an expression that is checked to yield one when it is evaluated. */
  textOrExpression(field: string): Template | undefined {
    const value = this.#values[field];
    if (value !== undefined && typeof value !== "string") this.refuse(field, 'must be a string or "{% … %}"');
    return this.template(field);
  }
}

export function isWithin(value: unknown, bounds: Bounds): value is number {
  return (
    typeof value === "number" &&
    value >= bounds.from &&
    value <= bounds.to &&
    (bounds.whole === "any" || Number.isInteger(value))
  );
}

export function boundsText(bounds: Bounds): string {
  return `a${bounds.whole === "whole" ? " whole" : ""} number from ${bounds.from} to ${bounds.to}`;
}
