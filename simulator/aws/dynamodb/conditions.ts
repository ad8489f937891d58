import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { UnknownToSimulator } from "../unknown.ts";
import type { Item } from "./item.ts";
import type { Substitutes } from "./names.ts";
import { Tokens, validation } from "./tokens.ts";

type Comparator = "=" | "<>" | "<" | "<=" | ">" | ">=";

type Condition =
  | { readonly kind: "exists" | "absent"; readonly path: string }
  | { readonly kind: "compare"; readonly left: string; readonly comparator: Comparator; readonly right: string }
  | { readonly kind: "and" | "or"; readonly left: Condition; readonly right: Condition }
  | { readonly kind: "not"; readonly of: Condition };

interface ParsedCondition {
  readonly condition: Condition;
  /** The `#names` and `:values` in it. */
  readonly used: ReadonlySet<string>;
}

const parsed = new Map<string, ParsedCondition>();

/**
 * Judges a ConditionExpression: attribute_exists, attribute_not_exists, comparisons, AND, OR, NOT and parentheses.
 * @param item what is stored now; undefined when nothing is
 * @throws UnknownToSimulator for anything else
 */
export function holds(expression: string, item: Item | undefined, substitutes: Substitutes): boolean {
  const { condition, used } = parseCondition(expression);
  substitutes.demandUsed(used);
  return judge(condition, item ?? {}, substitutes);
}

function parseCondition(expression: string): ParsedCondition {
  let known = parsed.get(expression);
  if (known === undefined) {
    const tokens = new Tokens(expression);
    const used = new Set<string>();
    known = { condition: parseOr(tokens, used), used };
    tokens.expectEnd();
    parsed.set(expression, known);
  }
  return known;
}

function parseOr(tokens: Tokens, used: Set<string>): Condition {
  let left = parseAnd(tokens, used);
  while (tokens.skip("OR")) left = { kind: "or", left, right: parseAnd(tokens, used) };
  return left;
}

function parseAnd(tokens: Tokens, used: Set<string>): Condition {
  let left = parseNot(tokens, used);
  while (tokens.skip("AND")) left = { kind: "and", left, right: parseNot(tokens, used) };
  return left;
}

function parseNot(tokens: Tokens, used: Set<string>): Condition {
  if (tokens.skip("NOT")) return { kind: "not", of: parseNot(tokens, used) };
  if (tokens.skip("(")) {
    const inner = parseOr(tokens, used);
    tokens.expect(")");
    return inner;
  }
  const first = takeOperand(tokens, used);
  if (tokens.skip("(")) {
    if (first !== "attribute_exists" && first !== "attribute_not_exists") {
      throw new UnknownToSimulator(`the function ${first} in ${tokens.expression}`);
    }
    const path = takeOperand(tokens, used);
    tokens.expect(")");
    return { kind: first === "attribute_exists" ? "exists" : "absent", path };
  }
  const comparator = tokens.take();
  if (!isComparator(comparator)) throw new UnknownToSimulator(`${JSON.stringify(comparator)} in ${tokens.expression}`);
  return { kind: "compare", left: first, comparator, right: takeOperand(tokens, used) };
}

function takeOperand(tokens: Tokens, used: Set<string>): string {
  const word = tokens.take();
  if (!/^[:#]?[A-Za-z]/.test(word)) throw validation(`Syntax error; token: ${word}: ${tokens.expression}`);
  for (const part of word.split(".")) if (part.startsWith("#") || part.startsWith(":")) used.add(part);
  return word;
}

function isComparator(word: string): word is Comparator {
  return word === "=" || word === "<>" || word === "<" || word === "<=" || word === ">" || word === ">=";
}

function judge(condition: Condition, item: Item, substitutes: Substitutes): boolean {
  switch (condition.kind) {
    case "exists":
      return operand(condition.path, item, substitutes) !== undefined;
    case "absent":
      return operand(condition.path, item, substitutes) === undefined;
    case "and":
      return judge(condition.left, item, substitutes) && judge(condition.right, item, substitutes);
    case "or":
      return judge(condition.left, item, substitutes) || judge(condition.right, item, substitutes);
    case "not":
      return !judge(condition.of, item, substitutes);
    case "compare":
      return compare(
        operand(condition.left, item, substitutes),
        condition.comparator,
        operand(condition.right, item, substitutes),
      );
  }
}

/** A value, or what the item has under a path such as `lease.epoch`; undefined when it has nothing there. */
function operand(word: string, item: Item, substitutes: Substitutes): AttributeValue | undefined {
  if (word.startsWith(":")) return substitutes.value(word);
  let found: AttributeValue | undefined = { M: item as Record<string, AttributeValue> };
  for (const part of word.split(".")) found = found?.M?.[substitutes.name(part)];
  return found;
}

/** An attribute that is not there, or is of another type, is unequal to everything and neither less nor greater. */
function compare(left: AttributeValue | undefined, comparator: Comparator, right: AttributeValue | undefined): boolean {
  const order = left === undefined || right === undefined ? null : orderOf(left, right);
  switch (comparator) {
    case "=":
      return order === 0;
    case "<>":
      return order !== 0;
    case "<":
      return order !== null && order < 0;
    case "<=":
      return order !== null && order <= 0;
    case ">":
      return order !== null && order > 0;
    case ">=":
      return order !== null && order >= 0;
  }
}

function orderOf(left: AttributeValue, right: AttributeValue): number | null {
  if (left.N !== undefined && right.N !== undefined) return Number(left.N) - Number(right.N);
  if (left.S !== undefined && right.S !== undefined) return left.S < right.S ? -1 : left.S > right.S ? 1 : 0;
  if (left.BOOL !== undefined && right.BOOL !== undefined) return Number(left.BOOL) - Number(right.BOOL);
  if (left.NULL !== undefined && right.NULL !== undefined) return 0;
  const types = [Object.keys(left)[0], Object.keys(right)[0]];
  if (types[0] === types[1]) throw new UnknownToSimulator(`how to compare attributes of type ${types[0]}`);
  return null;
}
