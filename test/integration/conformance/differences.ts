import type { Outcome } from "./case.ts";

/** A difference from moto that is known, and in which this project's interpreter is held right. */
export interface Difference {
  /** What moto 5.2.5 does. */
  readonly moto: string;
  /** What AWS documents, and where. */
  readonly why: string;
  /** What this project's interpreter does, since moto cannot vouch for it. */
  readonly ours: Partial<Outcome>;
}

const language = "Amazon States Language, Appendix A";
const queryError = { status: "FAILED", error: "States.QueryEvaluationError" } as const;
const caughtFirst = { status: "SUCCEEDED", entered: { "": ["Try", "Caught0"] } } as const;

const threw: Difference = {
  moto: "fails with States.Runtime, which nothing catches",
  why: `${language}: States.QueryEvaluationError is a query's evaluation that failed in a JSONata state`,
  ours: queryError,
};
const mistyped: Difference = {
  moto: "fails with States.Runtime",
  why: `${language}: States.QueryEvaluationError is also "an incorrectly typed result"`,
  ours: queryError,
};
const caughtOutput: Difference = {
  moto: "catches and retries what fails in Arguments and Assign, and nothing that fails in Output",
  why: 'Developer Guide, "Handling errors in Step Functions workflows": Retry and Catch are for any error that a Task, Parallel or Map state reports',
  ours: caughtFirst,
};
const noCause: Difference = {
  moto: "drops the cause that SendTaskFailure gives",
  why: 'API Reference, SendTaskFailure: "cause" is the explanation of the failure',
  ours: {},
};
const heartbeatName: Difference = {
  moto: "names a missed heartbeat States.Timeout, and States.HeartbeatTimeout does not match it",
  why: `${language}: States.HeartbeatTimeout is a task that failed to heartbeat for longer than HeartbeatSeconds; States.Timeout means it too`,
  ours: caughtFirst,
};
const unsupported = (name: string, output: Outcome["output"]): Difference => ({
  moto: `does not know ${name}`,
  why: 'Developer Guide, "Transforming data with JSONata in Step Functions", lists it among the functions that Step Functions adds',
  ours: { status: "SUCCEEDED", output },
});

/**
 * Every known difference, by the title of its case. A test fails when moto no longer differs: then its entry is removed,
 * and moto vouches for that case too.
 */
export const differences: Readonly<Record<string, Difference>> = {
  "Fail whose cause is no string": {
    moto: "writes the number as text",
    why: `${language}: "an incorrectly typed result" is a States.QueryEvaluationError; Fail's Cause is a string`,
    ours: queryError,
  },
  "Choice without a rule that holds, and without Default": {
    moto: "fails with States.Runtime",
    why: `${language}: States.NoChoiceMatched`,
    ours: { status: "FAILED", error: "States.NoChoiceMatched" },
  },
  "Choice on what is not boolean fails": mistyped,
  "Wait for what is no number fails": mistyped,
  "Wait for fewer than no seconds fails": { ...mistyped, moto: "does not wait" },
  "Wait until what is no instant fails": mistyped,
  "Context: instants are ISO 8601 in UTC with milliseconds": {
    moto: "writes microseconds and +00:00",
    why: 'Developer Guide, "Accessing execution data from the Context object": the example is "2025-08-27T10:04:42.001Z"',
    ours: { output: { start: true, entered: true, order: true } },
  },
  "Context: the redrive count": {
    moto: "has no RedriveCount",
    why: 'Developer Guide, "Accessing execution data from the Context object": Execution.RedriveCount is 0 until redriven',
    ours: { status: "SUCCEEDED", output: 0 },
  },
  "The machine's TimeoutSeconds ends the execution as TIMED_OUT": {
    moto: "gives no error",
    why: 'Developer Guide, "State machine structure": an execution longer than TimeoutSeconds fails with States.Timeout',
    ours: { status: "TIMED_OUT", error: "States.Timeout" },
  },
  "JSONata: base 64 beyond ASCII": {
    moto: "encodes UTF-8 (that is jsonata-python)",
    why: "JSONata's reference implementation, whose version 2.0.6 AWS names, writes one byte a character",
    ours: { status: "SUCCEEDED", output: "6Q==" },
  },
  "JSONata: $ inside a path's step": {
    moto: "refuses every $ that stands alone",
    why: 'Developer Guide, "Transforming data with JSONata": $ and $$ are prohibited only at the top level of an expression',
    ours: { status: "SUCCEEDED", output: ["x", "y", "x"] },
  },
  "JSONata: hash": unsupported("$hash", "4d05c36518eb501154e18c5b8eac3e97dc48040cf5c6c3390aafa8bf7bb0cc0e"),
  "JSONata: hash of every algorithm": unsupported("$hash", [32, 40, 64, 96, 128]),
  "JSONata: random of a seed repeats": unsupported("$random with a seed", true),
  "JSONata: uuid has version 4's form": unsupported("$uuid", true),
  "JSONata fails on an error of its own": threw,
  "JSONata fails on arithmetic on text": threw,
  "JSONata fails on a call of what is no function": threw,
  "JSONata fails on division by zero": threw,
  "JSONata fails on a failed assertion": threw,
  "JSONata fails on text that is no JSON": threw,
  "JSONata fails on text that is no number": threw,
  "Output does not see what Assign sets": {
    moto: "sets the variables first, so that Output reads the new ones",
    why: 'Developer Guide, "Passing data between states with variables": Assign and Output are processed in parallel, so assignments do not affect the output',
    ours: { output: { before: { a: 1, b: 2 }, after: [2, 1] } },
  },
  "A variable whose text has quotes": {
    moto: "puts the text into the expression without escaping it, which then does not parse",
    why: 'A variable\'s value is data (Developer Guide, "Passing data between states with variables")',
    ours: { status: "SUCCEEDED", output: 'He said "no"!' },
  },
  "What fails in Output is caught": caughtOutput,
  "What fails in Output is caught as States.ALL": caughtOutput,
  "What fails in Output counts as States.TaskFailed": caughtOutput,
  "What fails in Output is retried": { ...caughtOutput, ours: { status: "SUCCEEDED", output: 1 } },
  "TimeoutSeconds that is computed to be no number": { ...mistyped, ours: caughtFirst },
  "A token's failure has its error and cause": {
    ...noCause,
    ours: { status: "FAILED", error: "Declined", cause: "Not today" },
  },
  "A token's failure is caught by name": { ...noCause, ours: { output: { error: "Declined", cause: "Not today" } } },
  "A token's failure counts as States.TaskFailed": {
    ...noCause,
    ours: { output: { error: "Declined", cause: "Not today" } },
  },
  "A token is retried with a new one": {
    moto: "gives the second attempt the first one's token, which is closed",
    why: 'Developer Guide, "Wait for a callback with task token": each attempt has a token of its own',
    ours: { status: "SUCCEEDED", output: "yes" },
  },
  "A missed heartbeat fails the task": {
    ...heartbeatName,
    ours: { status: "FAILED", error: "States.HeartbeatTimeout" },
  },
  "A missed heartbeat is caught as States.HeartbeatTimeout": heartbeatName,
  "A missed heartbeat is caught as States.Timeout": heartbeatName,
  "HeartbeatSeconds can be computed": heartbeatName,
  "Parallel whose branch times out": {
    moto: "turns the branch's States.Timeout into States.Runtime",
    why: 'Developer Guide, "Parallel workflow state": an unhandled error of a branch is the state\'s',
    ours: { status: "SUCCEEDED", output: "States.Timeout" },
  },
  "Map with an ItemSelector and no Items": {
    moto: "breaks down",
    why: 'Developer Guide, "Using Map state in Inline mode": Items is optional, and is the input then',
    ours: {
      output: [
        { value: "x", all: 2 },
        { value: "y", all: 2 },
      ],
    },
  },
};
