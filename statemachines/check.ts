import { type Around, type Group, groupsOf, type Json, list, object, texts } from "./graph.ts";
import { unboundedCycles } from "./loops.ts";
import { isVerb } from "./verbs.ts";

/** A rule of the house that a definition breaks. */
export type Rule =
  | "jsonata-only"
  | "machine-timeout"
  | "state-name"
  | "state-comment"
  | "task-timeout"
  | "task-retry"
  | "retry-all-bounded"
  | "branch-catches"
  | "loop-bounded";

export interface Finding {
  /** The state's name; empty for the machine itself. */
  readonly state: string;
  readonly rule: Rule;
  /** What is wrong, and what to do about it. */
  readonly message: string;
}

/**
 * What passes by itself: errors of the Lambda service (Step Functions Developer Guide, "Best practices for Step Functions",
 * "Handle transient Lambda service exceptions"), and the ends of a process that another one would not meet: it exited, ran
 * out of memory or time, or gave no answer (Lambda Developer Guide, "Troubleshoot execution issues"). Steps may be repeated:
 * each looks before it changes anything.
 */
export const TRANSIENT_ERRORS = [
  "Lambda.ClientExecutionTimeoutException",
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
  "Lambda.TooManyRequestsException",
  "Lambda.Unknown",
  "Runtime.ExitError",
  "Runtime.OutOfMemory",
  "Sandbox.Timedout",
] as const;

/** Attempts that a retrier of every error may make. */
export const MOST_ATTEMPTS_ON_ALL = 10;

const JSONPATH_FIELDS: ReadonlySet<string> = new Set(
  "InputPath OutputPath ResultPath ResultSelector Parameters Result Variable Iterator".split(" "),
);

/**
 * Checks a definition against the house's rules, which AWS does not demand: that what runs unattended ends, retries
 * gently, contains its failures and can be read. It does not check what makes a definition valid; `parseDefinition`
 * does.
 */
export function checkDefinition(definition: unknown): readonly Finding[] {
  const machine = object(definition);
  const findings: Finding[] = [];
  if (typeof machine.TimeoutSeconds !== "number") {
    findings.push({
      state: "",
      rule: "machine-timeout",
      message: "The machine has no TimeoutSeconds, and would wait up to a year: give it one at the top level",
    });
  }
  if (machine.QueryLanguage !== "JSONata") {
    findings.push({ state: "", rule: "jsonata-only", message: 'Set "QueryLanguage": "JSONata" at the top level' });
  }
  for (const group of groupsOf(machine)) {
    for (const [name, state] of group.states) findings.push(...checkState(name, state, group.within));
    findings.push(...checkLoops(group));
  }
  return findings;
}

function checkState(name: string, state: Json, within: readonly Around[]): readonly Finding[] {
  const found: Finding[] = [];
  const add = (rule: Rule, message: string) => found.push({ state: name, rule, message });
  if (!isVerbNoun(name)) {
    add(
      "state-name",
      `"${name}" is not a verb and a noun in PascalCase, such as ShiftTraffic; verbs.ts lists the verbs`,
    );
  }
  if (typeof state.Comment !== "string" || state.Comment.trim() === "") {
    add("state-comment", "It has no Comment: say why the state is there");
  }
  if ("QueryLanguage" in state && state.QueryLanguage !== "JSONata") add("jsonata-only", "Remove its QueryLanguage");
  for (const field of jsonPathIn(state)) {
    add("jsonata-only", `"${field}" is JSONPath: use Arguments, Output and Assign with "{% … %}"`);
  }
  for (const [index, retrier] of list(state.Retry).entries()) {
    const problem = boundOfAll(retrier);
    if (problem !== undefined) add("retry-all-bounded", `Retry[${index}] is for every error: ${problem}`);
  }
  if (state.Type !== "Task") return found;
  if (!("TimeoutSeconds" in state))
    add("task-timeout", "It has no TimeoutSeconds, and would wait for ever: give it one");
  for (const problem of retryProblems(state)) add("task-retry", problem);
  const parallel = within.findLastIndex((around) => around.state.Type === "Parallel");
  if (parallel >= 0 && ![...within.slice(parallel + 1).map((around) => around.state), state].some(catchesAll)) {
    add(
      "branch-catches",
      `Its failure would stop the other branches of ${within[parallel]?.name}: Catch States.ALL within the branch`,
    );
  }
  return found;
}

function isVerbNoun(name: string): boolean {
  const words = name.match(/[A-Z][a-z0-9]*/g) ?? [];
  return words.length >= 2 && words.join("") === name && isVerb(words[0] ?? "");
}

/** JSONPath's fields and keys in a state, not looking into the states inside it. */
function jsonPathIn(state: Json): readonly string[] {
  const found: string[] = [];
  const look = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) look(item);
    for (const [key, member] of Object.entries(object(value))) {
      if (key.endsWith(".$")) found.push(key);
      look(member);
    }
  };
  const { Branches: _branches, ItemProcessor: _processor, ...own } = state;
  for (const [field, value] of Object.entries(own)) {
    if (JSONPATH_FIELDS.has(field) || /.Path$/.test(field)) found.push(field);
    look({ [field]: value });
  }
  for (const rule of list(state.Choices)) if ("Variable" in rule) found.push("Variable");
  return [...new Set(found)];
}

function retryProblems(task: Json): readonly string[] {
  const problems = new Set<string>();
  const missing: string[] = [];
  const retriers = list(task.Retry);
  for (const error of TRANSIENT_ERRORS) {
    // The first that names the error is the one that counts.
    const index = retriers.findIndex((retrier) => standsFor(retrier, error));
    const retrier = retriers[index];
    if (retrier === undefined || retrier.MaxAttempts === 0) {
      missing.push(error);
      continue;
    }
    if (retrier.JitterStrategy !== "FULL") {
      problems.add(`Retry[${index}] has no "JitterStrategy": "FULL": what fails together must not retry together`);
    }
    if (typeof retrier.MaxDelaySeconds !== "number") {
      problems.add(`Retry[${index}] has no MaxDelaySeconds: bound how long one retry can wait`);
    }
  }
  if (missing.length > 0) problems.add(`No Retry for ${missing.join(", ")}: retry what passes by itself`);
  return [...problems];
}

function standsFor(retrier: Json, error: string): boolean {
  return texts(retrier.ErrorEquals).some((name) => [error, "States.ALL", "States.TaskFailed"].includes(name));
}

function boundOfAll(retrier: Json): string | undefined {
  if (!texts(retrier.ErrorEquals).includes("States.ALL")) return undefined;
  const { MaxAttempts: attempts } = retrier;
  if (typeof attempts !== "number") return `say in MaxAttempts how often, at most ${MOST_ATTEMPTS_ON_ALL}`;
  if (attempts > MOST_ATTEMPTS_ON_ALL) return `MaxAttempts ${attempts} is more than ${MOST_ATTEMPTS_ON_ALL}`;
  return typeof retrier.MaxDelaySeconds === "number" ? undefined : "say in MaxDelaySeconds how long a retry can wait";
}

function catchesAll(state: Json): boolean {
  return list(state.Catch).some((catcher) => texts(catcher.ErrorEquals).includes("States.ALL"));
}

function checkLoops(group: Group): readonly Finding[] {
  return unboundedCycles(group).map((cycle): Finding => {
    const names = group.states.map(([name]) => name).filter((name) => cycle.has(name));
    const [first = ""] = names;
    return {
      state: first,
      rule: "loop-bounded",
      message:
        `Nothing bounds the loop ${[...names, first].join(" → ")}: count its rounds in a variable ` +
        '("Assign": {"rounds": "{% $rounds + 1 %}"}), and let a Choice lead on only while it is below a limit and ' +
        "out of the loop otherwise",
    };
  });
}
