import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const source = fileURLToPath(new URL("service/main.ts", import.meta.url));

/**
 * Bundles the service, libraries and all, to one file: an instance that starts while a Region recovers fetches that from
 * its own Region's bucket, and nothing from a package registry.
 * @returns the file's path
 */
export function bundleService(folder: string): string {
  const file = join(folder, "main.mjs");
  buildSync({
    entryPoints: [source],
    outfile: file,
    bundle: true,
    minify: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    // pg asks for its native client only when told to.
    external: ["pg-native"],
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    logLevel: "warning",
  });
  return file;
}
