import { StateFailure } from "./errors.ts";
import { queryFailure, type Template } from "./expressions.ts";
import { type Bounds, boundsText, isWithin } from "./fields.ts";
import { describe, type JsonValue } from "./json.ts";
import type { Visit } from "./run.ts";

/** @throws StateFailure `States.QueryEvaluationError` when the field does not yield such a number. */
export async function evaluateNumber(visit: Visit, template: Template, bounds: Bounds): Promise<number> {
  const value = await visit.evaluate(template);
  if (isWithin(value, bounds)) return value;
  throw mismatch(template, boundsText(bounds), value);
}

/** @throws StateFailure `States.QueryEvaluationError` when the field does not yield a string. */
export async function evaluateText(visit: Visit, template: Template): Promise<string> {
  const value = await visit.evaluate(template);
  if (typeof value === "string") return value;
  throw mismatch(template, "a string", value);
}

/** A value of the wrong kind, or out of bounds, fails the query (Developer Guide, "Transforming data with JSONata"). */
export function mismatch(template: Template, wanted: string, value: JsonValue): StateFailure {
  const what = `must yield ${wanted}, and yielded ${describe(value)}`;
  return template.kind === "expression"
    ? queryFailure(template.expression, what)
    : new StateFailure("States.QueryEvaluationError", `A field ${what}`);
}
