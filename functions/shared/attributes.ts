import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** An item as DynamoDB's API carries it. */
export type Attributes = Record<string, AttributeValue>;

/**
 * A plain object as DynamoDB's attributes. This project's tables hold what JSON can carry and nothing else, so this knows
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

/** The plain object that attributes stand for. @throws TypeError naming an attribute of a type that JSON does not have */
export function fromAttributes(attributes: Readonly<Attributes>): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const name of Object.keys(attributes)) plain[name] = fromAttribute(attributes[name] as AttributeValue, name);
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
      if (Object.prototype.toString.call(value) === "[object Object]") return { M: toAttributes(value) };
      break;
  }
  throw new TypeError(`${name} cannot be stored: received ${String(value)}, which JSON cannot carry exactly`);
}

function fromAttribute(attribute: AttributeValue, name: string): unknown {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.M !== undefined) return fromAttributes(attribute.M);
  if (attribute.L !== undefined) return attribute.L.map((item) => fromAttribute(item, name));
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.NULL !== undefined) return null;
  throw new TypeError(`${name} cannot be read: received ${Object.keys(attribute).join()}, which JSON does not have`);
}
