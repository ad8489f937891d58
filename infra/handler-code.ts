import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Code } from "aws-cdk-lib/aws-lambda";
import type { FunctionSpec } from "./functions.ts";
import type { PlanDocument } from "./plan-document.ts";

/** Where the functions' code comes from. */
export interface HandlerCode {
  /** The code of one function, with the plan beside it as plan.json. @throws Error when there is no bundle of it */
  codeOf(spec: FunctionSpec, document: PlanDocument): Code;
}

const entry = "index.mjs";

/** Where code and plan are put together; gone when the process ends. */
let staging: string | null = null;

function stagingFolder(): string {
  if (staging === null) {
    const folder = mkdtempSync(join(tmpdir(), "region-failover-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    staging = folder;
  }
  return staging;
}

/** The folder that `npm run build` writes. */
const builtHere = fileURLToPath(new URL("../dist", import.meta.url));

/**
 * The bundles that `npm run build` made. The same bundles and the same plan give the same asset, byte for byte, so that
 * deploying again changes nothing.
 * @param folder with a folder for each function. @default `dist/` of this project
 */
export function prebuiltHandlers(folder: string = builtHere): HandlerCode {
  return {
    codeOf(spec, document) {
      const source = join(folder, spec.folder);
      if (!existsSync(join(source, entry))) {
        throw new Error(
          `The bundle of ${spec.name} is missing. Received: ${join(source, entry)}, which does not exist; run npm run build first`,
        );
      }
      // The CDK copies it into the cloud assembly as soon as a function has it, under the hash of its content.
      const staged = mkdtempSync(join(stagingFolder(), `${spec.folder}-`));
      // Parts that an entry loads when it needs them lie beside it.
      cpSync(source, staged, { recursive: true });
      writeFileSync(join(staged, "plan.json"), document.json);
      return Code.fromAsset(staged);
    },
  };
}
