/**
 * Errors with a stable `name`: Step Functions matches on it, and so do the rules for retrying. A message says what was
 * wrong, with which value, and what to do next.
 */

/** The names that state machines and callers may match on. */
export type FailoverErrorName =
  /** The input is not of the form that was promised. Nothing was changed. Not retryable. */
  | "InvalidInput"
  /** The plan cannot be used. Nothing was changed. Not retryable. */
  | "InvalidPlan"
  /** Another execution holds a newer epoch, or the lease is gone: this run ends at this boundary (FM24). */
  | "LeaseLost"
  /** No replica of the coordination table answered: no lease, no mutation (FM26). Retryable. */
  | "LeaseStoreUnreachable"
  /** The real resource is in a state that this step must not touch: a person decides. */
  | "StepBlocked"
  /** AWS refused the action for lack of permission; the step stopped at a safe boundary (FM34). Not retryable. */
  | "AccessDenied"
  /** The step's own deadline passed before reality was as intended. */
  | "DeadlinePassed"
  /** AWS could not be reached or throttled for longer than the step may wait. Retryable. */
  | "Transient";

const failoverErrorNames: Readonly<Record<FailoverErrorName, true>> = {
  InvalidInput: true,
  InvalidPlan: true,
  LeaseLost: true,
  LeaseStoreUnreachable: true,
  StepBlocked: true,
  AccessDenied: true,
  DeadlinePassed: true,
  Transient: true,
};

/** Whether an error that arrived by its name alone is one of this project's own. */
export function isFailoverErrorName(name: string): name is FailoverErrorName {
  return Object.hasOwn(failoverErrorNames, name);
}

export class FailoverError extends Error {
  override readonly name: FailoverErrorName;

  constructor(name: FailoverErrorName, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = name;
  }
}

/** Whether the error is a fault in this code: nothing that is tried again mends it. */
export function isFault(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}

/** What an error of an AWS call tells of the call's outcome. */
export type CallFailure =
  /** No answer: whether it was done is unknown, so read before anything else (FM31). */
  | "unknownOutcome"
  /** Refused for rate: it was not done, and may be tried again after a pause (FM33). */
  | "throttled"
  /** Refused for lack of permission: it was not done, trying again does not help (FM34). */
  | "accessDenied"
  /** Lost a race: it was not done, re-read and decide anew. */
  | "conflict"
  /** Refused by the service for what was asked. */
  | "rejected";

const throttlingNames = new Set([
  "Throttling",
  "ThrottlingException",
  "ThrottledException",
  "RequestLimitExceeded",
  "TooManyRequestsException",
  "ProvisionedThroughputExceededException",
  "RequestThrottled",
  "KMSThrottlingException",
  "SlowDown",
  "PriorRequestNotComplete",
]);
const accessDeniedNames = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "AuthorizationErrorException",
  "KMSAccessDeniedException",
  "UnauthorizedOperation",
  "NotAuthorized",
]);
const conflictNames = new Set([
  "ConditionalCheckFailedException",
  "ReplicatedWriteConflictException",
  "TransactionConflictException",
  "HealthCheckVersionMismatch",
  "ResourceContention",
  "ResourceContentionFault",
  "ScalingActivityInProgress",
  "ScalingActivityInProgressFault",
]);
const noAnswerNames = new Set([
  "TimeoutError",
  "RequestTimeout",
  "RequestTimeoutException",
  "AbortError",
  "NetworkingError",
  "ECONNRESET",
  "ECONNREFUSED",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "InternalFailure",
  "InternalServerError",
  "InternalServerErrorException",
  "InternalError",
  "ServiceUnavailable",
  "ServiceUnavailableException",
]);

/** The `name` of anything thrown; "Error" for what has none. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : "Error";
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Sorts an error of an AWS SDK call. What is not known for certain to have been refused counts as "unknown outcome".
 * Throttling arrives as HTTP 400 from Route 53 and as 429 or 503 elsewhere, so the name decides, not the status.
 */
export function classifyCallError(error: unknown): CallFailure {
  const name = errorName(error);
  if (throttlingNames.has(name)) return "throttled";
  if (accessDeniedNames.has(name)) return "accessDenied";
  if (conflictNames.has(name)) return "conflict";
  if (noAnswerNames.has(name)) return "unknownOutcome";
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === "string" && noAnswerNames.has(code)) return "unknownOutcome";
  const status = (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;
  if (status !== undefined && status >= 400 && status < 500) return "rejected";
  return "unknownOutcome";
}
