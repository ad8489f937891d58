import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { validation } from "./tokens.ts";

/** An item as DynamoDB's API carries it. What is stored or answered is shared, so nobody may change it. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** An item as a plain object, as whoever looks at the world from outside reads it. */
export type PlainItem = Readonly<Record<string, unknown>>;

const plainItems = new WeakMap<Item, PlainItem>();

/** Unmarshalled once, however often it is looked at: a stored item never changes. */
export function plainItem(item: Item): PlainItem {
  let plain = plainItems.get(item);
  if (plain === undefined) {
    plain = unmarshall(item);
    plainItems.set(item, plain);
  }
  return plain;
}

/** What an item counts for, names and values, by "DynamoDB item sizes and formats". */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const name in item) bytes += Buffer.byteLength(name) + valueBytes(item[name]);
  return bytes;
}

function valueBytes(value: AttributeValue | undefined): number {
  if (value?.S !== undefined) return Buffer.byteLength(value.S);
  // Two digits a byte and one more, about: AWS does not say it more exactly.
  if (value?.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  if (value?.L !== undefined) return value.L.reduce((sum, each) => sum + 1 + valueBytes(each), 3);
  if (value?.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
}

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** The key attributes of an item or of a Key, which are strings in all of this project's tables. */
export function keyOf(item: Item): Key {
  return { pk: keyAttribute(item, "pk"), sk: keyAttribute(item, "sk") };
}

function keyAttribute(item: Item, name: "pk" | "sk"): string {
  return keyText(item[name], name);
}

/** @throws ServiceError "ValidationException" for what cannot be a key attribute's value */
export function keyText(value: AttributeValue | undefined, name: string): string {
  const text = value?.S;
  if (text === undefined) {
    throw validation(`One or more parameter values were invalid: the key ${name} must be a string`);
  }
  if (text === "") {
    throw validation(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
    );
  }
  return text;
}
