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

/**
 * Whether an event is as the pattern demands. Values are compared for equality; `{"exists": boolean}` is known besides.
 * @throws UnknownToSimulator for any other matcher
 */
export function matchesPattern(pattern: EventPattern, event: unknown): boolean {
  for (const field in pattern) {
    const demand = pattern[field] as readonly unknown[] | EventPattern;
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
  if (isRecord(demand)) {
    const { exists, ...others } = demand;
    if (typeof exists !== "boolean" || Object.keys(others).length > 0) {
      throw new UnknownToSimulator(`the event pattern ${JSON.stringify(demand)}`);
    }
    return exists === (value !== undefined);
  }
  return Array.isArray(value) ? value.includes(demand) : value === demand;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
