import type { ServiceRequest } from "./service.ts";
import { demandKnownFields } from "./unknown.ts";

/**
 * The request's input in the SDK's own type for its operation.
 * @throws UnknownToSimulator when it has a field that is not among `known`
 */
export function readInput<Input>(request: ServiceRequest, known: ReadonlySet<string>): Partial<Input> {
  demandKnownFields(request.input, known, request.operation);
  return request.input as Partial<Input>;
}

/** An answer checked against the SDK's own type for the operation's output. */
export function answer<Output>(output: Omit<Output, "$metadata">): Record<string, unknown> {
  return output as Record<string, unknown>;
}
