import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { ServiceRequest } from "../service.ts";
import { type Item, keyText } from "./item.ts";
import { validation } from "./tokens.ts";

type Input = ServiceRequest["input"];

/** What the `#names` and `:values` of one request's expression stand for. */
export class Substitutes {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Item;

  constructor(input: Input) {
    this.#names = (input.ExpressionAttributeNames as Record<string, string> | undefined) ?? {};
    this.#values = (input.ExpressionAttributeValues as Item | undefined) ?? {};
  }

  name(word: string): string {
    if (!word.startsWith("#")) return word;
    const name = this.#names[word];
    if (name === undefined) throw validation(`An expression attribute name used is not defined: ${word}`);
    return name;
  }

  value(word: string): AttributeValue {
    const value = this.#values[word];
    if (value === undefined) throw validation(`An expression attribute value used is not defined: ${word}`);
    return value;
  }

  keyValue(word: string, name: string): string {
    return keyText(this.value(word), name);
  }

  /** DynamoDB refuses names and values that no expression uses. @throws ServiceError "ValidationException" */
  demandUsed(used: ReadonlySet<string>): void {
    for (const word of [...Object.keys(this.#names), ...Object.keys(this.#values)]) {
      if (!used.has(word)) throw validation(`Value provided in the expression attributes is unused: ${word}`);
    }
  }
}
