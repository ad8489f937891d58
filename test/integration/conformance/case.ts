import type { JsonValue } from "../../../simulator/asl/json.ts";

/** A definition as it is written: JSON. */
export type Definition = { readonly [key: string]: JsonValue };

/** What is done with a task's token, in this order. Seconds are counted from the step before, or from the call. */
export type TokenStep =
  | { readonly kind: "succeed"; readonly afterSeconds: number; readonly output: JsonValue }
  | { readonly kind: "fail"; readonly afterSeconds: number; readonly error: string; readonly cause: string }
  | { readonly kind: "heartbeat"; readonly afterSeconds: number };

/** What one call of a function comes to. */
export type Reply =
  | { readonly kind: "answer"; readonly value: JsonValue }
  /** Its payload, sent back. */
  | { readonly kind: "echo" }
  /** The function's own error; a name that begins with `Lambda.` is the service's. */
  | { readonly kind: "throw"; readonly name: string; readonly message: string }
  /** It answers at once, and what was told to wait for its token is told so. The token is at `token` in its payload. */
  | { readonly kind: "token"; readonly steps: readonly TokenStep[] }
  /** It never answers. */
  | { readonly kind: "silence" };

/** Replies to the calls of each function, in their order; the last one is given from then on. */
export type Script = Readonly<Record<string, readonly [Reply, ...Reply[]]>>;

/** How an execution ended, in what both interpreters can say. */
export interface Outcome {
  readonly status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
  readonly output: JsonValue | undefined;
  readonly error: string | undefined;
  /** Undefined too for errors whose name begins with `States.`: their wording is each interpreter's own. */
  readonly cause: string | undefined;
  /**
   * Names of the states entered, in order, by the group they are in: empty for the machine's own, `Converge[1]` for the
   * second branch of state Converge, `Grow[*]` for a Map's iterations, whose names are sorted since nothing orders
   * iterations among each other.
   */
  readonly entered: Readonly<Record<string, readonly string[]>>;
}

/** A machine, what its functions do, and that both interpreters come to the same. */
export interface Case {
  readonly title: string;
  readonly definition: Definition;
  readonly input?: JsonValue;
  readonly script?: Script;
}

/** A definition that both must refuse to create. */
export interface Refusal {
  readonly title: string;
  readonly definition: Definition;
  /** What our refusal says, so that it is refused for that and not for a slip in the case. */
  readonly says: RegExp;
  /** What moto makes of it. */
  readonly moto: "refuses" | "takes it";
}

export const answer = (value: JsonValue): Reply => ({ kind: "answer", value });
export const echo: Reply = { kind: "echo" };
export const throws = (name: string, message = "no luck"): Reply => ({ kind: "throw", name, message });
export const silence: Reply = { kind: "silence" };
export const token = (...steps: readonly TokenStep[]): Reply => ({ kind: "token", steps });
export const succeed = (output: JsonValue, afterSeconds = 0): TokenStep => ({ kind: "succeed", afterSeconds, output });
export const fail = (error: string, cause: string): TokenStep => ({ kind: "fail", afterSeconds: 0, error, cause });
export const heartbeat = (afterSeconds: number): TokenStep => ({ kind: "heartbeat", afterSeconds });

/** A machine in JSONata that starts with its first state. */
export function machine(states: Definition, more: Definition = {}): Definition {
  return { QueryLanguage: "JSONata", StartAt: Object.keys(states)[0] ?? "", States: states, ...more };
}

/** A branch of a Parallel, or what a Map does with each item, that starts with its first state. */
export function group(states: Definition): Definition {
  return { StartAt: Object.keys(states)[0] ?? "", States: states };
}

/** One state that ends the machine. */
export function only(state: Definition): Definition {
  return machine({ Only: { ...state, End: true } });
}

/** A Pass state whose output is the value of an expression. */
export function yields(expression: string): Definition {
  return only({ Type: "Pass", Output: `{% ${expression} %}` });
}

/** A task whose payload is the state's input. */
export function task(functionName: string, more: Definition = {}): Definition {
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: { FunctionName: functionName, Payload: "{% $states.input %}" },
    ...more,
  };
}

/** A task that waits for its token. */
export function tokenTask(functionName: string, more: Definition = {}): Definition {
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
    Arguments: { FunctionName: functionName, Payload: { token: "{% $states.context.Task.Token %}" } },
    ...more,
  };
}
