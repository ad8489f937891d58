import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { readOptions, runCommand, UsageError } from "../../cli/usage.ts";
import { errorMessage, FailoverError } from "../../functions/shared/errors.ts";
import { loadPlan } from "../../functions/shared/plan/load.ts";
import { type Blueprint, drawBlueprint } from "./blueprint.ts";
import { bundleService } from "./service-bundle.ts";
import { ReferenceWorkload } from "./workload.ts";

/** Where the templates go, and nothing but this app writes. */
export const outputFolder = fileURLToPath(new URL("../../cdk.out.workload", import.meta.url));

/** The plan to deploy, checked twice: as a plan, and as one of this workload. */
function readBlueprint(file: string): Blueprint {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`--plan: received ${JSON.stringify(file)}: ${errorMessage(error)}`);
  }
  const plan = loadPlan(text, file);
  try {
    return drawBlueprint(plan);
  } catch (error) {
    throw new FailoverError("InvalidPlan", `${file}: ${errorMessage(error)}`, { cause: error });
  }
}

if (import.meta.main) {
  await runCommand(async () => {
    const { plan } = readOptions(process.argv.slice(2), { plan: { type: "string", default: "plans/storefront.yaml" } });
    const blueprint = readBlueprint(plan);
    const app = new App({ outdir: outputFolder, analyticsReporting: false });
    new ReferenceWorkload(app, "Workload", { blueprint, serviceFile: bundleService("dist/reference-workload") });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    app.synth();
    return 0;
  });
}
