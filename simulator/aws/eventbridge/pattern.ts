import { UnknownToSimulator } from "../unknown.ts";

/** An event as a bus carries it. */
export interface BusEvent {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601 without milliseconds, as AWS writes it. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
  /** On replayed events only. */
  readonly "replay-name"?: string;
}

/** An event pattern: for each field the values it may have, or a pattern for what is inside it. */
export type EventPattern = { readonly [field: string]: readonly unknown[] | EventPattern };

/** One of these patterns is enough, besides what stands beside it. */
const anyOf = "$or";

/**
 * Whether an event is as the pattern demands. Values are compared for equality; `{"exists": boolean}`,
 * `{"prefix": string}` and `$or` are known besides.
 * @throws UnknownToSimulator for any other matcher
 */
export function matchesPattern(pattern: EventPattern, event: unknown): boolean {
  for (const field in pattern) {
    const demand = pattern[field] as readonly unknown[] | EventPattern;
    if (field === anyOf) {
      if (!(demand as readonly EventPattern[]).some((each) => matchesPattern(each, event))) return false;
      continue;
    }
    const value = isRecord(event) ? event[field] : undefined;
    if (Array.isArray(demand)) {
      if (!demand.some((each) => matchesValue(each, value))) return false;
    } else if (!matchesPattern(demand as EventPattern, value)) {
      return false;
    }
  }
  return true;
}

function matchesValue(demand: unknown, value: unknown): boolean {
  const values = Array.isArray(value) ? value : [value];
  if (!isRecord(demand)) return values.includes(demand);
  const { exists, prefix, ...others } = demand;
  if (Object.keys(others).length === 0) {
    if (typeof exists === "boolean" && prefix === undefined) return exists === (value !== undefined);
    if (typeof prefix === "string" && exists === undefined) {
      return values.some((each) => typeof each === "string" && each.startsWith(prefix));
    }
  }
  throw new UnknownToSimulator(`the event pattern ${JSON.stringify(demand)}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
