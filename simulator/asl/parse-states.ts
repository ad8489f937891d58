import type { Assign, Catcher, ChoiceRule, Handled, Retrier, State, TaskPattern } from "./definition.ts";
import { BUILT_IN_ERRORS, DefinitionError } from "./errors.ts";
import { compileExpression, type Expression, type Readable, type Template } from "./expressions.ts";
import { type Bounds, Fields } from "./fields.ts";
import { FUNCTION_NAMES } from "./functions.ts";
import { isObject } from "./json.ts";
import { INLINE_MAP_CONCURRENCY, LONGEST_SECONDS, NAME_LENGTH } from "./limits.ts";
import { type ParsedGroup, parseGroup } from "./parse.ts";
import { expressionIn } from "./syntax.ts";

/** What the states of one group are collected into. */
export interface Collecting {
  readonly expressions: Expression[];
  readonly inner: ParsedGroup[];
  readonly names: Set<string>;
}

const COMMON = ["Type", "Comment", "QueryLanguage"];
const CONTINUING = [...COMMON, "Output", "Assign", "Next", "End"];

const FIELDS = {
  Pass: CONTINUING,
  Task: [...CONTINUING, "Resource", "Arguments", "TimeoutSeconds", "HeartbeatSeconds", "Retry", "Catch"],
  Choice: [...COMMON, "Choices", "Default", "Output", "Assign"],
  Wait: [...CONTINUING, "Seconds", "Timestamp"],
  Parallel: [...CONTINUING, "Branches", "Arguments", "Retry", "Catch"],
  Map: [...CONTINUING, "Items", "ItemSelector", "ItemProcessor", "MaxConcurrency", "Retry", "Catch"],
  Succeed: [...COMMON, "Output"],
  Fail: [...COMMON, "Error", "Cause"],
} as const satisfies Record<State["type"], readonly string[]>;

const TYPES = Object.keys(FIELDS) as readonly State["type"][];

const RESOURCES: ReadonlyMap<string, TaskPattern> = new Map([
  ["arn:aws:states:::lambda:invoke", "requestResponse"],
  ["arn:aws:states:::lambda:invoke.waitForTaskToken", "waitForTaskToken"],
]);

const TIMEOUT: Bounds = { from: 1, to: LONGEST_SECONDS, whole: "whole" };
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

export function isInstant(text: string): boolean {
  return INSTANT.test(text) && !Number.isNaN(Date.parse(text));
}

export function parseState(name: string, json: unknown, collecting: Collecting): State {
  const owner = `state "${name}"`;
  const type = isObject(json) ? TYPES.find((known) => known === json.Type) : undefined;
  if (type === undefined) {
    throw new DefinitionError(`${owner}: Type must be one of ${TYPES.join(", ")}`);
  }
  const fields = new Fields(json, owner, FIELDS[type], collecting.expressions);
  if (fields.has("QueryLanguage")) fields.oneOf("QueryLanguage", ["JSONata"]);
  const common = { name, comment: fields.optionalText("Comment") };
  switch (type) {
    case "Pass":
      return { type, ...common, ...continuing(fields) };
    case "Task":
      return { type, ...common, ...task(fields), ...continuing(fields, "result"), ...handled(fields, collecting) };
    case "Choice":
      return { type, ...common, ...choice(fields, collecting) };
    case "Wait":
      return { type, ...common, until: waitUntil(fields), ...continuing(fields) };
    case "Parallel": {
      const branches = fields.list("Branches").map((branch, index) => {
        const inner = new Fields(branch, `${owner}, Branches[${index}]`, ["Comment", "StartAt", "States"], []);
        return nested(inner, collecting);
      });
      const given = { arguments: fields.template("Arguments"), branches };
      return { type, ...common, ...given, ...continuing(fields, "result"), ...handled(fields, collecting) };
    }
    case "Map":
      return {
        type,
        ...common,
        ...map(fields, collecting),
        ...continuing(fields, "result"),
        ...handled(fields, collecting),
      };
    case "Succeed":
      return { type, ...common, output: fields.template("Output") };
    case "Fail":
      return { type, ...common, error: fields.textOrExpression("Error"), cause: fields.textOrExpression("Cause") };
  }
}

function nested(fields: Fields, collecting: Collecting) {
  fields.optionalText("Comment");
  const parsed = parseGroup(fields, collecting.names);
  collecting.inner.push(parsed);
  return parsed.group;
}

function leaving(fields: Fields, ...readable: Readable[]): { output: Template | undefined; assign: Assign } {
  return { output: fields.template("Output", ...readable), assign: assign(fields, readable) };
}

function continuing(fields: Fields, ...readable: Readable[]) {
  if (fields.has("Next") === fields.has("End")) fields.refuse("Next", 'is needed, or "End": true, and not both');
  if (fields.has("End") && fields.raw("End") !== true) fields.refuse("End", "must be true");
  return { ...leaving(fields, ...readable), next: fields.has("Next") ? fields.text("Next") : undefined };
}

function assign(fields: Fields, readable: readonly Readable[]): Assign {
  if (!fields.has("Assign")) return new Map();
  if (!isObject(fields.raw("Assign"))) fields.refuse("Assign", "must be an object of variable names and values");
  const names = Object.keys(fields.raw("Assign") as object);
  for (const name of names) {
    if (!/^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(name) || name.length > NAME_LENGTH) {
      fields.refuse("Assign", `names a variable "${name}": a name is letters, digits and _, at most ${NAME_LENGTH}`);
    }
    if (name === "states" || FUNCTION_NAMES.has(name)) fields.refuse("Assign", `cannot give $${name} another meaning`);
  }
  const whole = fields.template("Assign", ...readable);
  switch (whole?.kind) {
    case "object":
      return new Map(whole.members);
    case "constant": {
      const values = isObject(whole.value) ? Object.entries(whole.value) : [];
      return new Map(values.map(([name, value]) => [name, { kind: "constant", value }]));
    }
    default:
      return new Map();
  }
}

function task(fields: Fields) {
  const pattern = RESOURCES.get(fields.text("Resource"));
  if (pattern === undefined) fields.refuse("Resource", `must be one of ${[...RESOURCES.keys()].join(", ")}`);
  if (!isObject(fields.raw("Arguments"))) fields.refuse("Arguments", "must be an object with FunctionName and Payload");
  const inner = new Fields(fields.raw("Arguments"), `${fields.owner}, Arguments`, ["FunctionName", "Payload"], []);
  inner.text("FunctionName");
  const whole = fields.template("Arguments");
  const members =
    whole?.kind === "object"
      ? new Map(whole.members)
      : new Map(
          Object.entries(whole?.kind === "constant" && isObject(whole.value) ? whole.value : {}).map(
            ([key, value]): [string, Template] => [key, { kind: "constant", value }],
          ),
        );
  if (pattern === "requestResponse" && fields.has("HeartbeatSeconds")) {
    fields.refuse("HeartbeatSeconds", "needs a task with a token, since no other task can send a heartbeat");
  }
  const [timeout, heartbeat] = [fields.raw("TimeoutSeconds"), fields.raw("HeartbeatSeconds")];
  if (typeof timeout === "number" && typeof heartbeat === "number" && heartbeat >= timeout) {
    fields.refuse("HeartbeatSeconds", `must be less than TimeoutSeconds (${timeout})`);
  }
  return {
    pattern,
    functionName: members.get("FunctionName") ?? fields.refuse("Arguments", "must name FunctionName"),
    payload: members.get("Payload"),
    timeoutSeconds: fields.numberOrExpression("TimeoutSeconds", TIMEOUT),
    heartbeatSeconds: fields.numberOrExpression("HeartbeatSeconds", TIMEOUT),
  };
}

function choice(fields: Fields, collecting: Collecting) {
  const choices = fields.list("Choices").map((json, index): ChoiceRule => {
    const allowed = ["Comment", "Condition", "Next", "Output", "Assign"];
    const rule = new Fields(json, `${fields.owner}, Choices[${index}]`, allowed, collecting.expressions);
    rule.optionalText("Comment");
    const source = expressionIn(rule.text("Condition")) ?? rule.refuse("Condition", 'must be "{% … %}"');
    const condition = compileExpression(source, { owner: rule.owner, field: "Condition" }, []);
    collecting.expressions.push(condition);
    return { condition, next: rule.text("Next"), ...leaving(rule) };
  });
  const ways = leaving(fields);
  if (!fields.has("Default") && (fields.has("Output") || fields.has("Assign"))) {
    fields.refuse("Default", "is needed: a Choice state's own Output and Assign count only when no rule matches");
  }
  return { choices, otherwise: fields.has("Default") ? { ...ways, next: fields.text("Default") } : undefined };
}

function waitUntil(fields: Fields) {
  if (fields.has("Seconds") === fields.has("Timestamp")) fields.refuse("Seconds", "is needed, or Timestamp, not both");
  const seconds = fields.numberOrExpression("Seconds", { from: 0, to: LONGEST_SECONDS, whole: "whole" });
  if (seconds !== undefined) return { kind: "seconds", seconds } as const;
  const text = fields.text("Timestamp");
  if (expressionIn(text) === undefined && !isInstant(text)) {
    fields.refuse("Timestamp", "must be an instant such as 2026-01-31T12:00:00Z");
  }
  const timestamp = fields.template("Timestamp") ?? fields.refuse("Timestamp", "is needed");
  return { kind: "timestamp", timestamp } as const;
}

function map(fields: Fields, collecting: Collecting) {
  const items = fields.raw("Items");
  if (
    items !== undefined &&
    !Array.isArray(items) &&
    (typeof items !== "string" || expressionIn(items) === undefined)
  ) {
    fields.refuse("Items", 'must be an array or "{% … %}"');
  }
  const allowed = ["Comment", "ProcessorConfig", "StartAt", "States"];
  const processor = new Fields(fields.raw("ItemProcessor"), `${fields.owner}, ItemProcessor`, allowed, []);
  if (processor.has("ProcessorConfig")) {
    const config = new Fields(processor.raw("ProcessorConfig"), `${processor.owner}, ProcessorConfig`, ["Mode"], []);
    config.oneOf("Mode", ["INLINE"]);
  }
  return {
    items: fields.template("Items"),
    itemSelector: fields.template("ItemSelector"),
    itemProcessor: nested(processor, collecting),
    maxConcurrency: fields.numberOrExpression("MaxConcurrency", {
      from: 0,
      to: INLINE_MAP_CONCURRENCY,
      whole: "whole",
    }),
  };
}

function handled(fields: Fields, collecting: Collecting): Handled {
  const retriers = fields.optionalList("Retry");
  const catchers = fields.optionalList("Catch");
  return {
    retry: retriers.map((json, index) =>
      retrier(json, `${fields.owner}, Retry[${index}]`, index === retriers.length - 1),
    ),
    catch: catchers.map((json, index): Catcher => {
      const allowed = ["Comment", "ErrorEquals", "Next", "Output", "Assign"];
      const inner = new Fields(json, `${fields.owner}, Catch[${index}]`, allowed, collecting.expressions);
      inner.optionalText("Comment");
      const last = index === catchers.length - 1;
      return { errorEquals: errorEquals(inner, last), next: inner.text("Next"), ...leaving(inner, "errorOutput") };
    }),
  };
}

/** Bounds as in Developer Guide, "Handling errors", "Retrying after an error". */
function retrier(json: unknown, owner: string, last: boolean): Retrier {
  const allowed = ["Comment", "ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds"];
  const fields = new Fields(json, owner, [...allowed, "JitterStrategy"], []);
  fields.optionalText("Comment");
  const intervalSeconds = fields.optionalNumber("IntervalSeconds", TIMEOUT) ?? 1;
  const maxDelaySeconds = fields.optionalNumber("MaxDelaySeconds", { from: 1, to: 31_622_399, whole: "whole" });
  if (maxDelaySeconds !== undefined && maxDelaySeconds <= intervalSeconds) {
    fields.refuse("MaxDelaySeconds", `must be greater than IntervalSeconds (${intervalSeconds})`);
  }
  return {
    errorEquals: errorEquals(fields, last),
    intervalSeconds,
    maxAttempts: fields.optionalNumber("MaxAttempts", { from: 0, to: 99_999_999, whole: "whole" }) ?? 3,
    backoffRate: fields.optionalNumber("BackoffRate", { from: 1, to: Number.MAX_VALUE, whole: "any" }) ?? 2,
    maxDelaySeconds,
    jitterStrategy: fields.has("JitterStrategy") ? fields.oneOf("JitterStrategy", ["FULL", "NONE"]) : "NONE",
  };
}

function errorEquals(fields: Fields, last: boolean): readonly string[] {
  const names = fields.list("ErrorEquals").map((name) => {
    if (typeof name !== "string" || name === "") fields.refuse("ErrorEquals", "must be an array of error names");
    if (name.startsWith("States.") && !BUILT_IN_ERRORS.some((known) => known === name)) {
      fields.refuse("ErrorEquals", `names "${name}", which never reaches it. Built in: ${BUILT_IN_ERRORS.join(", ")}`);
    }
    return name;
  });
  if (names.includes("States.ALL") && (names.length > 1 || !last)) {
    fields.refuse("ErrorEquals", "has States.ALL, which must stand alone and in the last entry");
  }
  return names;
}
