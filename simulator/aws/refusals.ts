import { ServiceError, type ServiceName, type ServiceRequest } from "./service.ts";

/** Services that the SDK speaks XML with; their errors are named without "Exception". With CloudWatch it speaks JSON. */
const plainNames: ReadonlySet<ServiceName> = new Set(["autoscaling", "rds", "route53"]);

/** The error by which a service refuses any call for rate or for lack of permission, named as that service names it. */
export function refusalOf(request: ServiceRequest, reason: "throttle" | "deny"): ServiceError {
  const { service, operation, caller } = request;
  switch (reason) {
    case "throttle":
      if (service === "s3") return new ServiceError("SlowDown", "Please reduce your request rate.", 503);
      return new ServiceError(plainNames.has(service) ? "Throttling" : "ThrottlingException", "Rate exceeded");
    case "deny": {
      const message = `${caller.functionName} is not authorized to perform: ${service}:${operation}`;
      const plain = service === "s3" || plainNames.has(service);
      return new ServiceError(
        plain ? "AccessDenied" : "AccessDeniedException",
        message,
        service === "dynamodb" ? 400 : 403,
      );
    }
  }
}
