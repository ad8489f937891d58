import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AssetHashType, DockerImage } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import type { FunctionSpec } from "./functions.ts";
import type { PlanDocument } from "./plan-document.ts";

/** Where the functions' code comes from. */
export interface HandlerCode {
  /** The code of one function, with the plan beside it as plan.json. @throws Error when there is no bundle of it */
  codeOf(spec: FunctionSpec, document: PlanDocument): Code;
}

const files = ["index.mjs", "index.mjs.map"];

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
      const missing = files.find((file) => !existsSync(join(source, file)));
      if (missing !== undefined) {
        throw new Error(
          `The bundle of ${spec.name} is missing. Received: ${join(source, missing)}, which does not exist; run npm run build first`,
        );
      }
      return Code.fromAsset(source, {
        // The hash of what comes out, not of when or where it was made.
        assetHashType: AssetHashType.OUTPUT,
        bundling: {
          // Never asked for: the copy below is all the bundling there is.
          image: DockerImage.fromRegistry("scratch"),
          local: {
            tryBundle(to) {
              for (const file of files) copyFileSync(join(source, file), join(to, file));
              writeFileSync(join(to, "plan.json"), document.json);
              return true;
            },
          },
        },
      });
    },
  };
}
