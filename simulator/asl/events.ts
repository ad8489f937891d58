import type { JsonValue } from "./json.ts";

/** How an execution stands. `PENDING_REDRIVE` is not modelled: nothing here is redriven. */
export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

interface Observed {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** The execution's name. */
  readonly execution: string;
}

/** An event inside a group of states. */
interface InState extends Observed {
  readonly state: string;
  /**
   * Which Parallel branch or Map iteration the state runs in: empty at the top, `Converge[1]` in the second branch of
   * state Converge, `Converge[1]/GrowRegions[0]` in the first iteration of a Map in it.
   */
  readonly branch: string;
}

/** What an observer is told, in the order in which it happens. An observer must not change what it is given. */
export type ExecutionEvent =
  | (Observed & { readonly type: "executionStarted"; readonly input: JsonValue })
  | (InState & { readonly type: "stateEntered"; readonly input: JsonValue })
  | (InState & { readonly type: "stateExited"; readonly output: JsonValue; readonly next: string | undefined })
  | (InState & {
      readonly type: "taskScheduled";
      readonly functionName: string;
      readonly payload: JsonValue;
      readonly taskToken: string | undefined;
      readonly attempt: number;
    })
  | (InState & { readonly type: "taskSucceeded"; readonly result: JsonValue })
  | (InState & { readonly type: "taskFailed"; readonly error: string; readonly cause: string })
  | (InState & {
      readonly type: "retryScheduled";
      readonly error: string;
      /** The attempt that will be made: 2 after the first failure. */
      readonly attempt: number;
      readonly delaySeconds: number;
    })
  | (InState & { readonly type: "errorCaught"; readonly error: string; readonly cause: string; readonly next: string })
  | (Observed & { readonly type: "executionPaused"; readonly inFlight: "kept" | "lost" })
  | (Observed & { readonly type: "executionResumed" })
  | (Observed & {
      readonly type: "executionEnded";
      readonly status: Exclude<ExecutionStatus, "RUNNING">;
      readonly output: JsonValue | undefined;
      readonly error: string | undefined;
      readonly cause: string | undefined;
    });
