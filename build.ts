import { globSync } from "node:fs";
import { basename, dirname } from "node:path";
import { build } from "esbuild";

/**
 * Bundles every Lambda handler into dist/<room>-<action>/index.mjs: minified, with source maps, its own AWS SDK inside.
 * `module` before `main` lets esbuild drop what an SDK client does not use.
 */
const handlers = globSync("functions/**/*.handler.ts").sort();
const result = await build({
  entryPoints: handlers.map((path) => ({
    in: path,
    out: `${basename(dirname(path))}-${basename(path, ".handler.ts")}/index`,
  })),
  outdir: "dist",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  minify: true,
  sourcemap: true,
  platform: "node",
  target: "node24",
  format: "esm",
  mainFields: ["module", "main"],
  // CommonJS packages inside an ES module still ask for `require`.
  banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
  metafile: true,
  logLevel: "warning",
});
for (const [path, output] of Object.entries(result.metafile.outputs)) {
  if (path.endsWith(".mjs")) console.log(`${path}  ${(output.bytes / 1024).toFixed(0)} KiB`);
}
