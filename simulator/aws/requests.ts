import { ServiceError, type ServiceRequest } from "./service.ts";

/** The request's input in the SDK's own type for its operation. */
export function inputOf<Input>(request: ServiceRequest): Partial<Input> {
  return request.input as Partial<Input>;
}

/** An answer checked against the SDK's own type for the operation's output. */
export function answer<Output>(output: Omit<Output, "$metadata">): Record<string, unknown> {
  return output as Record<string, unknown>;
}

/** What a service throws for an operation that nothing here needs: AWS knows it, the simulator does not. */
export function notSimulated(request: ServiceRequest): ServiceError {
  return new ServiceError("NotSimulated", `The simulator does not know ${request.service}:${request.operation}`, 501);
}
