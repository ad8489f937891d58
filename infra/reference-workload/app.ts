import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { readOptions, runCommand, UsageError } from "../../cli/usage.ts";
import { errorMessage, FailoverError } from "../../functions/shared/errors.ts";
import { loadPlan } from "../../functions/shared/plan/load.ts";
import { type Blueprint, drawBlueprint } from "./blueprint.ts";
import { bundleService } from "./service-bundle.ts";
import { ReferenceWorkload } from "./workload.ts";

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
    const { plan, output } = readOptions(process.argv.slice(2), {
      plan: { type: "string", default: "plans/storefront.yaml" },
      // A folder that nothing but this app writes.
      output: { type: "string", default: "cdk.out.workload" },
    });
    const blueprint = readBlueprint(plan);
    // Synthesising copies the bundle to where it belongs.
    const folder = mkdtempSync(join(tmpdir(), "reference-workload-"));
    try {
      const app = new App({ outdir: output, analyticsReporting: false });
      new ReferenceWorkload(app, "Workload", { blueprint, serviceFile: bundleService(folder) });
      Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
      app.synth();
    } finally {
      rmSync(folder, { recursive: true });
    }
    return 0;
  });
}
