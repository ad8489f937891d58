import type { Plan } from "../plan.ts";

/** What is wrong with a plan whose every field is well-formed: fields that contradict each other. */
export interface PlanFinding {
  /** Path of the field, as in the file: `detection.quorum`. */
  readonly key: string;
  /** The value received, then what is allowed. */
  readonly message: string;
}

/** One thing that a usable plan never says. An empty answer means that this plan does not say it. */
export type PlanRule = (plan: Plan) => readonly PlanFinding[];

/** A finding in the one form that all of them have. `allowed` begins with "must" or says what to do instead. */
export function finding(key: string, received: string, allowed: string): PlanFinding {
  return { key, message: `received ${received}: ${allowed}` };
}

/** Names as a person lists them. */
export function listed(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}

export function regionNames(plan: Plan): readonly string[] {
  return plan.regions.map((region) => region.name);
}

/** Every item that was there before, once. */
export function repeated(items: readonly string[]): readonly string[] {
  return [...new Set(items.filter((item, index) => items.indexOf(item) !== index))];
}

/** One finding for each item that appears more than once under `key`. */
export function refuseRepeated(key: string, items: readonly string[], allowed: string): readonly PlanFinding[] {
  return repeated(items).map((item) => finding(key, `${item} more than once`, allowed));
}
