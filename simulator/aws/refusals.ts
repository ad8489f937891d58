import { ServiceError, type ServiceName, type ServiceRequest } from "./service.ts";

/** Services that the SDK speaks XML with; their errors are named without "Exception". With CloudWatch it speaks JSON. */
const plainNames: ReadonlySet<ServiceName> = new Set(["autoscaling", "rds", "route53"]);

/** SNS has names of its own ("Publish" in its API reference). */
const snsNames = { throttle: "ThrottledException", deny: "AuthorizationErrorException" } as const;

/** "Common errors" in the API reference of each; S3 and Step Functions have names of their own. */
const serverErrors: Readonly<Record<ServiceName, string>> = {
  autoscaling: "InternalFailure",
  cloudwatch: "InternalServiceFault",
  dynamodb: "InternalServerError",
  events: "InternalException",
  rds: "InternalFailure",
  route53: "InternalFailure",
  "route53-recovery-cluster": "InternalServerException",
  s3: "InternalError",
  sns: "InternalErrorException",
  states: "InternalFailure",
};

/**
 * The error by which a service refuses any call for rate or for lack of permission, or says that it failed of itself, named
 * as that service names it.
 */
export function refusalOf(request: ServiceRequest, reason: "throttle" | "deny" | "serverError"): ServiceError {
  const { service, operation, caller } = request;
  switch (reason) {
    case "throttle":
      if (service === "s3") return new ServiceError("SlowDown", "Please reduce your request rate.", 503);
      if (service === "sns") return new ServiceError(snsNames.throttle, "Rate exceeded", 429);
      return new ServiceError(plainNames.has(service) ? "Throttling" : "ThrottlingException", "Rate exceeded");
    case "serverError":
      return new ServiceError(serverErrors[service], "We encountered an internal error. Please try again.", 500);
    case "deny": {
      const message = `${caller.functionName} is not authorized to perform: ${service}:${operation}`;
      if (service === "sns") return new ServiceError(snsNames.deny, message, 403);
      const plain = service === "s3" || plainNames.has(service);
      return new ServiceError(
        plain ? "AccessDenied" : "AccessDeniedException",
        message,
        service === "dynamodb" ? 400 : 403,
      );
    }
  }
}
