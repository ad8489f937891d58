import { services } from "../cases/refusals.ts";

/** The cases in which a service throttles. */
export const everyThrottledCase: readonly string[] = services.map(
  (service) => `Refusals: a caller that asks too often is throttled by ${service}`,
);
