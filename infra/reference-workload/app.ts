import { readFileSync } from "node:fs";
import { readOptions, runCommand, UsageError } from "../../cli/usage.ts";
import { errorMessage, FailoverError } from "../../functions/shared/errors.ts";
import { loadPlan } from "../../functions/shared/plan/load.ts";
import { refuseUnreal } from "../reality.ts";
import { type Blueprint, drawBlueprint } from "./blueprint.ts";

/** The plan to deploy, checked twice: as a plan, and as one of this workload. */
function readBlueprint(file: string): Blueprint {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`--plan: received ${JSON.stringify(file)}: ${errorMessage(error)}`);
  }
  const plan = loadPlan(text, file);
  refuseUnreal(plan, file, "public");
  try {
    return drawBlueprint(plan);
  } catch (error) {
    throw new FailoverError("InvalidPlan", `${file}: ${errorMessage(error)}`, { cause: error });
  }
}

if (import.meta.main) {
  await runCommand(async () => {
    const { plan, output } = readOptions(process.argv.slice(2), {
      plan: { type: "string", default: "plans/storefront.yaml" },
      output: { type: "string", default: "cdk.out.workload" },
    });
    const blueprint = readBlueprint(plan);
    // The CDK takes seconds to load: a plan that cannot be used is answered before that.
    const { synthesise } = await import("./synthesise.ts");
    synthesise(blueprint, output);
    return 0;
  });
}
