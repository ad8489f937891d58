import { errorMessage } from "../errors.ts";
import type { Plan } from "./plan.ts";
import { planOf, problem, readPlanValue } from "./value.ts";

/**
 * Reads the plan that is deployed with a function: the plan file's value as JSON (`renderDeployedPlan`). All checks are
 * made again, for whoever deployed it may have written it in some other way.
 * @param source how to name the file in errors
 * @throws FailoverError "InvalidPlan", as `loadPlan` words it
 */
export function readDeployedPlan(text: string, source: string): Plan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const said = `not JSON: ${errorMessage(error)}: must be the plan file's value as JSON, as the deployment writes it`;
    return planOf(problem(said, error), source);
  }
  return planOf(readPlanValue(value), source);
}
