import type { Clock } from "../../functions/shared/clock.ts";
import type { Random } from "../../functions/shared/random.ts";
import type { ExecutionEvent } from "./events.ts";
import type { JsonValue } from "./json.ts";
import type { TaskTokens } from "./tokens.ts";

/** A clock on which a callback can be set and cancelled; the simulator's VirtualClock is one. */
export interface SchedulingClock extends Clock {
  /** Runs `fire` after `milliseconds`; the answer cancels it. */
  schedule(milliseconds: number, fire: () => void): () => void;
}

/** One call of a Lambda function by a Task state. */
export interface TaskCall {
  /** FunctionName as the definition's Arguments give it; a placeholder such as `${TrafficShift}` is passed on as it is. */
  readonly functionName: string;
  /** A copy: the function may change it. */
  readonly payload: JsonValue;
  /** Given to a `.waitForTaskToken` task, which ends when the host answers `tokens` with it. */
  readonly taskToken: string | undefined;
  readonly executionName: string;
  readonly stateName: string;
  readonly branch: string;
  /** 1, and one more at each Retry of the state. */
  readonly attempt: number;
}

/** What an execution needs of the world that it runs in: one a simulated Region. */
export interface AslHost {
  readonly clock: SchedulingClock;
  readonly random: Random;
  /** Where this Region's task tokens are answered. */
  readonly tokens: TaskTokens;
  /**
   * Calls a function. Rejects with an Error whose `name` is what Retry and Catch match on; names that begin with
   * `Lambda.` are the service's own, others are the function's, and their message becomes the Cause (errors.ts).
   */
  invoke(call: TaskCall): Promise<JsonValue | undefined>;
  observe?(event: ExecutionEvent): void;
}
