import { UnknownToSimulator } from "../unknown.ts";
import type { Substitutes } from "./names.ts";
import { Tokens, validation } from "./tokens.ts";

/** Which items of one partition a Query asks for. */
export interface KeyRange {
  readonly pk: string;
  readonly includes: (sk: string) => boolean;
}

type SortCondition =
  | { readonly kind: "all" }
  | { readonly kind: "beginsWith"; readonly prefix: string }
  | { readonly kind: "between"; readonly low: string; readonly high: string }
  | { readonly kind: "compare"; readonly comparator: string; readonly value: string };

interface ParsedKeyCondition {
  readonly pkName: string;
  readonly pkValue: string;
  readonly skName: string | null;
  readonly sort: SortCondition;
  readonly used: ReadonlySet<string>;
}

const parsed = new Map<string, ParsedKeyCondition>();

/**
 * Reads a KeyConditionExpression: `pk = :v`, alone or followed by `AND` and one condition on `sk`.
 * @throws UnknownToSimulator for anything else
 */
export function keyRange(expression: string, substitutes: Substitutes): KeyRange {
  let known = parsed.get(expression);
  if (known === undefined) {
    known = parseKeyCondition(expression);
    parsed.set(expression, known);
  }
  const { pkName, skName } = known;
  substitutes.demandUsed(known.used);
  if (substitutes.name(pkName) !== "pk" || (skName !== null && substitutes.name(skName) !== "sk")) {
    throw validation(`Query condition missed key schema element: pk, then sk, expected in ${expression}`);
  }
  return { pk: substitutes.keyValue(known.pkValue, "pk"), includes: matcher(known.sort, substitutes) };
}

function parseKeyCondition(expression: string): ParsedKeyCondition {
  const tokens = new Tokens(expression);
  const pkName = tokens.take();
  tokens.expect("=");
  const pkValue = tokens.take();
  let skName: string | null = null;
  let sort: SortCondition = { kind: "all" };
  if (tokens.skip("AND")) {
    const word = tokens.take();
    if (tokens.skip("(")) {
      if (word !== "begins_with") throw new UnknownToSimulator(`the key function ${word} in ${expression}`);
      skName = tokens.take();
      tokens.expect(",");
      sort = { kind: "beginsWith", prefix: tokens.take() };
      tokens.expect(")");
    } else if (tokens.skip("BETWEEN")) {
      skName = word;
      const low = tokens.take();
      tokens.expect("AND");
      sort = { kind: "between", low, high: tokens.take() };
    } else {
      skName = word;
      const comparator = tokens.take();
      if (!["=", "<", "<=", ">", ">="].includes(comparator)) {
        throw new UnknownToSimulator(`the key comparison ${comparator} in ${expression}`);
      }
      sort = { kind: "compare", comparator, value: tokens.take() };
    }
  }
  tokens.expectEnd();
  const used = new Set(expression.match(/[:#][A-Za-z0-9_]+/g) ?? []);
  return { pkName, pkValue, skName, sort, used };
}

function matcher(sort: SortCondition, substitutes: Substitutes): (sk: string) => boolean {
  switch (sort.kind) {
    case "all":
      return () => true;
    case "beginsWith": {
      const prefix = substitutes.keyValue(sort.prefix, "sk");
      return (sk) => sk.startsWith(prefix);
    }
    case "between": {
      const low = substitutes.keyValue(sort.low, "sk");
      const high = substitutes.keyValue(sort.high, "sk");
      return (sk) => sk >= low && sk <= high;
    }
    case "compare": {
      const value = substitutes.keyValue(sort.value, "sk");
      switch (sort.comparator) {
        case "=":
          return (sk) => sk === value;
        case "<":
          return (sk) => sk < value;
        case "<=":
          return (sk) => sk <= value;
        case ">":
          return (sk) => sk > value;
        default:
          return (sk) => sk >= value;
      }
    }
  }
}
