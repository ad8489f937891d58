import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** An item as DynamoDB's API carries it. */
export type Attributes = Record<string, AttributeValue>;

/**
 * A value that JSON cannot carry: a set, bytes, a number of more digits than a double has. This version writes none, a newer
 * one may. Read as this, it goes back as it came, fits no schema, and is to JSON what undefined is: not there (FM57).
 */
export class ForeignValue {
  readonly #attribute: AttributeValue;

  constructor(attribute: AttributeValue) {
    this.#attribute = attribute;
  }

  get attribute(): AttributeValue {
    return this.#attribute;
  }

  toJSON(): undefined {
    return undefined;
  }

  toString(): string {
    return `a value of DynamoDB's type ${Object.keys(this.#attribute).join()} that JSON does not have`;
  }
}

/**
 * A plain object as DynamoDB's attributes. This project's tables hold what JSON can carry and nothing else, so this makes
 * neither sets nor binaries, as the SDK's converter does, and takes a fraction of its time: a simulated failover would
 * spend a fifth of its own there. Members that are undefined are left out, as JSON leaves them out.
 * @throws TypeError naming a value that JSON cannot carry
 */
export function toAttributes(plain: object): Attributes {
  const attributes: Attributes = {};
  for (const name in plain) {
    const value: unknown = plain[name as keyof typeof plain];
    if (value !== undefined) attributes[name] = toAttribute(value, name);
  }
  return attributes;
}

/** The plain object that attributes stand for; a {@link ForeignValue} in place of what JSON does not have. */
export function fromAttributes(attributes: Readonly<Attributes>): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const name of Object.keys(attributes)) plain[name] = fromAttribute(attributes[name] as AttributeValue);
  return plain;
}

function toAttribute(value: unknown, name: string): AttributeValue {
  switch (typeof value) {
    case "string":
      return { S: value };
    case "boolean":
      return { BOOL: value };
    case "number":
      // Beyond this two numbers that differ are stored as one.
      if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return { N: String(value) };
      break;
    case "object":
      if (value === null) return { NULL: true };
      if (Array.isArray(value)) return { L: value.map((item) => toAttribute(item, name)) };
      if (value instanceof ForeignValue) return value.attribute;
      if (Object.prototype.toString.call(value) === "[object Object]") return { M: toAttributes(value) };
      break;
  }
  throw new TypeError(`${name} cannot be stored: received ${String(value)}, which JSON cannot carry exactly`);
}

function fromAttribute(attribute: AttributeValue): unknown {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return isExact(attribute.N) ? Number(attribute.N) : new ForeignValue(attribute);
  if (attribute.M !== undefined) return fromAttributes(attribute.M);
  if (attribute.L !== undefined) return attribute.L.map(fromAttribute);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.NULL !== undefined) return null;
  return new ForeignValue(attribute);
}

/** Whether a number comes back as the same: DynamoDB keeps 38 digits, a double is sure of 15. */
function isExact(text: string): boolean {
  if (text.length <= 15 && !/e/i.test(text)) return true;
  const number = Number(text);
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER && digitsOf(String(number)) === digitsOf(text);
}

/** The significant digits of a number, wherever its point is. */
function digitsOf(text: string): string {
  const [mantissa = ""] = text.toLowerCase().split("e");
  return mantissa.replace(/[-+.]/g, "").replace(/^0+|0+$/g, "");
}
