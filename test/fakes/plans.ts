import { loadPlan } from "../../functions/shared/plan/load.ts";
import type { Plan } from "../../functions/shared/plan/plan.ts";
import { changeExample, type ExampleName } from "../shared/plan/examples.ts";

/** An example plan with values set by their dotted paths. */
export function examplePlan(name: ExampleName, changes: Readonly<Record<string, unknown>> = {}): Plan {
  return loadPlan(changeExample(name, changes), `${name}.yaml`);
}
