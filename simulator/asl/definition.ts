import type { Expression, Template } from "./expressions.ts";

/**
 * A parsed definition: the part of the Amazon States Language that this project's state machines use, in JSONata and
 * for Standard workflows. `parseDefinition` (parse.ts) is the only way to make one; what it does not know it refuses.
 */
export interface StateMachine extends StateGroup {
  readonly comment: string | undefined;
  /** Seconds after which an execution is TIMED_OUT. */
  readonly timeoutSeconds: number | undefined;
}

/** States among which transitions happen: the machine's, a Parallel branch's, a Map's item processor's. */
export interface StateGroup {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | ParallelState
  | MapState
  | SucceedState
  | FailState;

interface Named {
  readonly name: string;
  readonly comment: string | undefined;
}

/** Values to give to variables, each a template; all are computed from what was there when the state was entered. */
export type Assign = ReadonlyMap<string, Template>;

/** What leaves a state. */
interface Leaving {
  readonly output: Template | undefined;
  readonly assign: Assign;
}

/** The next state's name; undefined ends the group. */
interface Continuing extends Leaving {
  readonly next: string | undefined;
}

export interface Handled {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number | undefined;
  readonly jitterStrategy: "FULL" | "NONE";
}

export interface Catcher extends Leaving {
  readonly errorEquals: readonly string[];
  readonly next: string;
}

export interface PassState extends Named, Continuing {
  readonly type: "Pass";
}

/** How a Lambda function is called: for its answer, or with a token by which the answer comes later. */
export type TaskPattern = "requestResponse" | "waitForTaskToken";

export interface TaskState extends Named, Continuing, Handled {
  readonly type: "Task";
  readonly pattern: TaskPattern;
  readonly functionName: Template;
  readonly payload: Template | undefined;
  readonly timeoutSeconds: Template | undefined;
  readonly heartbeatSeconds: Template | undefined;
}

export interface ChoiceRule extends Leaving {
  readonly condition: Expression;
  readonly next: string;
}

export interface ChoiceState extends Named {
  readonly type: "Choice";
  readonly choices: readonly ChoiceRule[];
  /** Taken, with the state's own Output and Assign, when no rule's condition holds. */
  readonly otherwise: (Leaving & { readonly next: string }) | undefined;
}

export interface WaitState extends Named, Continuing {
  readonly type: "Wait";
  readonly until:
    | { readonly kind: "seconds"; readonly seconds: Template }
    | { readonly kind: "timestamp"; readonly timestamp: Template };
}

export interface ParallelState extends Named, Continuing, Handled {
  readonly type: "Parallel";
  readonly arguments: Template | undefined;
  readonly branches: readonly StateGroup[];
}

export interface MapState extends Named, Continuing, Handled {
  readonly type: "Map";
  readonly items: Template | undefined;
  readonly itemSelector: Template | undefined;
  readonly itemProcessor: StateGroup;
  readonly maxConcurrency: Template | undefined;
}

export interface SucceedState extends Named {
  readonly type: "Succeed";
  readonly output: Template | undefined;
}

export interface FailState extends Named {
  readonly type: "Fail";
  readonly error: Template | undefined;
  readonly cause: Template | undefined;
}
