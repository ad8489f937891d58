import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import type { Blueprint } from "./blueprint.ts";
import { bundleService } from "./service-bundle.ts";
import { ReferenceWorkload } from "./workload.ts";

/**
 * Writes the templates and assets of a blueprint.
 * @param output a folder that nothing but this writes
 * @throws when cdk-nag finds what nobody has given a reason for
 */
export function synthesise(blueprint: Blueprint, output: string): void {
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
}
