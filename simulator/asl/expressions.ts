import type jsonata from "jsonata";
import type { Random } from "../../functions/shared/random.ts";
import { DefinitionError, StateFailure } from "./errors.ts";
import { FUNCTION_NAMES, type Functions, functionsAt } from "./functions.ts";
import type { SchedulingClock } from "./host.ts";
import { describe, isObject, type JsonObject, type JsonValue } from "./json.ts";
import { compile, expressionIn, type SyntaxNode } from "./syntax.ts";
import type { Variables } from "./variables.ts";

/** One `{% … %}`, compiled once for all executions of its machine. */
export interface Expression {
  readonly source: string;
  /** Where it stands, for messages: the state and the field. */
  readonly where: Where;
  /** The variables and functions that it reads, without those it binds itself. */
  readonly names: ReadonlySet<string>;
  readonly root: SyntaxNode;
  readonly compiled: jsonata.Expression;
}

export interface Where {
  /** Such as `state "ShiftTraffic"`. */
  readonly owner: string;
  readonly field: string;
}

/** A field's value with its expressions compiled; what holds none is a constant. */
export type Template =
  | { readonly kind: "constant"; readonly value: JsonValue }
  | { readonly kind: "expression"; readonly expression: Expression }
  | { readonly kind: "array"; readonly items: readonly Template[] }
  | { readonly kind: "object"; readonly members: readonly (readonly [string, Template])[] };

/** Members of `$states` besides `input` and `context`, which every field can read. */
export type Readable = "result" | "errorOutput";

/** What an expression sees. */
export interface Evaluation {
  readonly states: JsonObject;
  readonly variables: Variables;
  readonly clock: SchedulingClock;
  readonly random: Random;
}

/**
 * @param readable what of `$states` the field may read besides `input` and `context`; reading more is refused as
 * Step Functions refuses it (Developer Guide, "Passing data between states with variables").
 * @throws DefinitionError for a text that is not JSONata or that Step Functions would not take.
 */
export function compileExpression(source: string, where: Where, readable: readonly Readable[]): Expression {
  const place = `${where.owner}, ${where.field}`;
  let result: ReturnType<typeof compile>;
  try {
    result = compile(source);
  } catch (error) {
    throw new DefinitionError(`${place}: not a JSONata expression: ${reasonOf(error)}. Received: {%${source}%}`);
  }
  const { reading } = result;
  const [refusal] = reading.refusals;
  if (refusal !== undefined) throw new DefinitionError(`${place}: ${refusal}. Received: {%${source}%}`);
  const allowed = ["input", "context", ...readable];
  for (const field of reading.statesFields) {
    if (allowed.includes(field)) continue;
    const list = allowed.map((name) => `$states.${name}`).join(", ");
    throw new DefinitionError(`${place}: $states.${field} cannot be read here. Allowed: ${list}`);
  }
  return { source: source.trim(), where, names: reading.names, root: reading.root, compiled: result.compiled };
}

/**
 * Compiles every `{% … %}` in `value`, at any depth, into `found`.
 * @throws DefinitionError also for a string that looks like an expression and would be taken literally.
 */
export function compileTemplate(
  value: unknown,
  where: Where,
  readable: readonly Readable[],
  found: Expression[],
): Template {
  if (typeof value === "string") {
    const source = expressionIn(value);
    if (source !== undefined) {
      const expression = compileExpression(source, where, readable);
      found.push(expression);
      return { kind: "expression", expression };
    }
    if (value.trimStart().startsWith("{%") || value.trimEnd().endsWith("%}")) {
      throw new DefinitionError(
        `${where.owner}, ${where.field}: an expression is exactly "{% … %}"; this would be taken literally: ${describe(value)}`,
      );
    }
    return { kind: "constant", value };
  }
  if (Array.isArray(value)) {
    const items = value.map((item, index) =>
      compileTemplate(item, { ...where, field: `${where.field}[${index}]` }, readable, found),
    );
    return items.every((item) => item.kind === "constant")
      ? { kind: "constant", value: items.map((item) => item.value) }
      : { kind: "array", items };
  }
  if (isObject(value)) {
    const members = Object.entries(value).map(([key, member]) => {
      if (key.endsWith(".$")) {
        throw new DefinitionError(
          `${where.owner}, ${where.field}: "${key}" is JSONPath, which is refused. Write "${key.slice(0, -2)}" with "{% … %}"`,
        );
      }
      return [key, compileTemplate(member, { ...where, field: `${where.field}.${key}` }, readable, found)] as const;
    });
    const constants = members.flatMap(([key, member]) => (member.kind === "constant" ? [[key, member.value]] : []));
    return constants.length === members.length
      ? { kind: "constant", value: Object.fromEntries(constants) }
      : { kind: "object", members };
  }
  if (value === null || typeof value === "boolean" || typeof value === "number") return { kind: "constant", value };
  throw new DefinitionError(`${where.owner}, ${where.field}: not JSON: ${describe(value)}`);
}

/** @throws StateFailure `States.QueryEvaluationError`. */
export async function evaluateTemplate(template: Template, evaluation: Evaluation): Promise<JsonValue> {
  switch (template.kind) {
    case "constant":
      return template.value;
    case "expression":
      return evaluateExpression(template.expression, evaluation);
    case "array": {
      const items: JsonValue[] = [];
      for (const item of template.items) items.push(await evaluateTemplate(item, evaluation));
      return items;
    }
    case "object": {
      const members: Record<string, JsonValue> = {};
      for (const [key, member] of template.members) members[key] = await evaluateTemplate(member, evaluation);
      return members;
    }
  }
}

/**
 * Evaluates one expression. It waits for nothing but microtasks, so on a virtual clock it takes no time.
 * @throws StateFailure `States.QueryEvaluationError` when it throws, or yields undefined or what is not JSON.
 */
export async function evaluateExpression(expression: Expression, evaluation: Evaluation): Promise<JsonValue> {
  let value: unknown;
  try {
    value = await expression.compiled.evaluate(undefined, bindings(expression, evaluation));
  } catch (error) {
    throw queryFailure(expression, `threw an error during evaluation: ${reasonOf(error)}`);
  }
  if (value === undefined) throw queryFailure(expression, "returned nothing (undefined)");
  return toJson(value, expression);
}

/** Only what the expression names, since most name one thing or two. */
function bindings(expression: Expression, evaluation: Evaluation): Record<string, unknown> {
  const bound: Record<string, unknown> = {};
  let functions: Functions | undefined;
  for (const name of expression.names) {
    if (name === "states") bound[name] = evaluation.states;
    else if (FUNCTION_NAMES.has(name)) {
      functions ??= functionsAt(evaluation.clock.now(), evaluation.random);
      const implementation = functions[name];
      if (implementation !== undefined) bound[name] = implementation;
    } else {
      const value = evaluation.variables.get(name);
      if (value !== undefined) bound[name] = value;
    }
  }
  return bound;
}

/** A plain copy: JSONata's sequences are arrays with properties of their own and share parts with their input. */
function toJson(value: unknown, expression: Expression): JsonValue {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value)) return value;
      break;
    case "object": {
      if (value === null) return null;
      if (Array.isArray(value)) return value.map((item) => toJson(item ?? null, expression));
      // JSONata's own functions are objects that say so.
      if ("_jsonata_function" in value || "_jsonata_lambda" in value) {
        throw queryFailure(expression, "returned a function, which JSON cannot hold");
      }
      const plain: Record<string, JsonValue> = {};
      for (const [key, member] of Object.entries(value)) {
        if (member !== undefined) plain[key] = toJson(member, expression);
      }
      return plain;
    }
  }
  throw queryFailure(expression, `returned what JSON cannot hold: ${String(value)}`);
}

export function queryFailure(expression: Expression, what: string): StateFailure {
  const { owner, field } = expression.where;
  return new StateFailure(
    "States.QueryEvaluationError",
    `An error occurred in ${owner}: the JSONata expression '${expression.source}' specified for the field '${field}' ${what}.`,
  );
}

/** JSONata throws plain objects with a code and a message. */
function reasonOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return [code, message].filter((part) => typeof part === "string").join(": ");
}
