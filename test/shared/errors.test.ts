import { InternalServerError, ProvisionedThroughputExceededException } from "@aws-sdk/client-dynamodb";
import { HealthCheckVersionMismatch, PriorRequestNotComplete } from "@aws-sdk/client-route-53";
import { classifyCallError, errorMessage, errorName, FailoverError } from "../../functions/shared/errors.ts";

/** An error as the SDK throws it: the service's name for it, and the HTTP status beside it. */
function serviceError(name: string, httpStatusCode?: number): Error {
  const metadata = httpStatusCode === undefined ? {} : { httpStatusCode };
  return Object.assign(new Error(name), { name, $metadata: metadata });
}

/** An error as Node throws it from a socket. */
function socketError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe("What an error tells of the call's outcome", () => {
  it.each([
    // The service's own words, from the services that this controller calls.
    [serviceError("ThrottlingException", 400), "throttled"],
    [serviceError("Throttling", 400), "throttled"],
    [serviceError("RequestLimitExceeded", 503), "throttled"],
    [serviceError("SlowDown", 503), "throttled"],
    [serviceError("TooManyRequestsException", 429), "throttled"],
    [serviceError("AccessDenied", 403), "accessDenied"],
    [serviceError("AccessDeniedException", 400), "accessDenied"],
    [serviceError("UnauthorizedOperation", 403), "accessDenied"],
    [serviceError("ConditionalCheckFailedException", 400), "conflict"],
    [serviceError("ReplicatedWriteConflictException", 400), "conflict"],
    [serviceError("ResourceContention", 500), "conflict"],
    [serviceError("ScalingActivityInProgress", 400), "conflict"],
    [serviceError("GlobalClusterNotFoundFault", 404), "rejected"],
    [serviceError("InvalidGlobalClusterStateFault", 400), "rejected"],
    [serviceError("ExecutionAlreadyExists", 400), "rejected"],
    [serviceError("NoSuchBucket", 404), "rejected"],
    // Nobody can say whether it was done.
    [serviceError("InternalServerError", 500), "unknownOutcome"],
    [serviceError("InternalFailure", 500), "unknownOutcome"],
    [serviceError("ServiceUnavailable", 503), "unknownOutcome"],
    [serviceError("SomethingNew", 500), "unknownOutcome"],
    [serviceError("SomethingNew", 302), "unknownOutcome"],
    [serviceError("SomethingNew"), "unknownOutcome"],
    [serviceError("RequestTimeout", 400), "unknownOutcome"],
    [serviceError("TimeoutError"), "unknownOutcome"],
    [serviceError("AbortError"), "unknownOutcome"],
    [socketError("ECONNRESET"), "unknownOutcome"],
    [socketError("ECONNREFUSED"), "unknownOutcome"],
    [socketError("ENOTFOUND"), "unknownOutcome"],
    [socketError("EPIPE"), "unknownOutcome"],
    [new TypeError("x is not a function"), "unknownOutcome"],
  ])("%s: %s", (error, failure) => {
    expect(classifyCallError(error)).toBe(failure);
  });

  it.each([
    [new PriorRequestNotComplete({ message: "wait", $metadata: { httpStatusCode: 400 } }), "throttled"],
    [
      new ProvisionedThroughputExceededException({ message: "slower", $metadata: { httpStatusCode: 400 } }),
      "throttled",
    ],
    [new HealthCheckVersionMismatch({ message: "moved", $metadata: { httpStatusCode: 409 } }), "conflict"],
    [new InternalServerError({ message: "oops", $metadata: { httpStatusCode: 500 } }), "unknownOutcome"],
  ])("the SDK's own %s: %s", (error, failure) => {
    expect(classifyCallError(error)).toBe(failure);
  });

  it.each([undefined, null, "text", 1, {}, { $metadata: null }, { code: 7 }])(
    "thrown %j: unknown outcome",
    (thrown) => {
      expect(classifyCallError(thrown)).toBe("unknownOutcome");
    },
  );
});

describe("A failover error", () => {
  it("has a stable name, a message and its cause", () => {
    const cause = new Error("socket closed");
    const error = new FailoverError("Transient", "eu-west-1 did not answer: try again", { cause });

    expect([errorName(error), errorMessage(error), error.cause]).toEqual([
      "Transient",
      "eu-west-1 did not answer: try again",
      cause,
    ]);
    expect([errorName("text"), errorMessage("text")]).toEqual(["Error", "text"]);
  });
});
