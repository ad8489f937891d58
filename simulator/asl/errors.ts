/** Built-in error names (Developer Guide, "Handling errors in Step Functions workflows"). */
export const BUILT_IN_ERRORS = [
  "States.ALL",
  "States.TaskFailed",
  "States.Timeout",
  "States.HeartbeatTimeout",
  "States.DataLimitExceeded",
  "States.QueryEvaluationError",
  "States.NoChoiceMatched",
  "States.Permissions",
] as const;

/** A definition that this interpreter refuses. The message names the state, the field and what is allowed there. */
export class DefinitionError extends Error {
  override readonly name = "InvalidDefinition";
}

/** A state's failure, which Retry and Catch may handle; unhandled, it ends the execution. */
export class StateFailure extends Error {
  override readonly name = "StateFailure";
  /** The error's name, on which Retry and Catch match; a Fail state may give none. */
  readonly error: string | undefined;
  /** What AWS calls the Cause. */
  readonly explanation: string | undefined;

  constructor(error: string | undefined, explanation: string | undefined, options?: { cause?: unknown }) {
    super(`${error ?? "(no error name)"}: ${explanation ?? "(no cause)"}`, options);
    this.error = error;
    this.explanation = explanation;
  }

  /** `$states.errorOutput`. What the failure leaves out reads as the empty string. */
  output(): { readonly Error: string; readonly Cause: string } {
    return { Error: this.error ?? "", Cause: this.explanation ?? "" };
  }
}

/** Thrown inside what was cancelled (a sibling failed, the execution ended), and handled by nobody. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/**
 * Whether an `ErrorEquals` entry stands for `error` (Developer Guide, "Handling errors in Step Functions workflows"):
 * nothing matches States.Runtime; States.ALL matches all else but States.DataLimitExceeded; States.TaskFailed matches
 * what States.ALL does except timeouts. A missed heartbeat is both a States.HeartbeatTimeout and a States.Timeout.
 */
export function matchesError(pattern: string, error: string | undefined): boolean {
  if (error === "States.Runtime") return false;
  const timeout = error === "States.Timeout" || error === "States.HeartbeatTimeout";
  switch (pattern) {
    case "States.ALL":
      return error !== "States.DataLimitExceeded";
    case "States.TaskFailed":
      return error !== "States.DataLimitExceeded" && !timeout;
    case "States.Timeout":
      return timeout;
    default:
      return pattern === error;
  }
}

/**
 * What a thrown host error is to the state machine. A Lambda function's own error carries AWS's JSON cause
 * `{errorType, errorMessage, trace}` (Developer Guide, "Handling errors", "Lambda function errors"), here with an empty
 * trace so that runs replay byte for byte; an error of the service (`Lambda.`, `States.`) carries its message.
 */
export function failureFrom(thrown: unknown): StateFailure {
  if (thrown instanceof StateFailure) return thrown;
  const name = thrown instanceof Error ? thrown.name : "Error";
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const ofTheService = name.startsWith("Lambda.") || name.startsWith("States.");
  const explanation = ofTheService ? message : JSON.stringify({ errorType: name, errorMessage: message, trace: [] });
  return new StateFailure(name, explanation, { cause: thrown });
}
