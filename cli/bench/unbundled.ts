import { globSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The sources of functions/ as plain JavaScript, a file each. */
export interface Unbundled {
  /** Where the file is that was made of a source, which is named by its path from the project's root. */
  pathOf(source: string): string;
  remove(): void;
}

/** Imports of sources become imports of what is made of them; everything is left where it is. */
const eachByItself: Plugin = {
  name: "each-by-itself",
  setup(build) {
    build.onResolve({ filter: /^\.{1,2}\// }, ({ path, kind }) =>
      kind === "entry-point" ? undefined : { path: path.replace(/\.ts$/, ".mjs"), external: true },
    );
  },
};

/**
 * Transpiles functions/ without bundling, so that Node has JavaScript to load and no types to strip. Inside node_modules,
 * for from there packages are found as from the sources.
 */
export async function transpileHandlers(): Promise<Unbundled> {
  const cache = join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "bench-unbundled-"));
  const remove = () => rmSync(folder, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: globSync("functions/**/*.ts", { cwd: root }).sort(),
    outbase: root,
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    packages: "external",
    plugins: [eachByItself],
    platform: "node",
    target: "node24",
    format: "esm",
    logLevel: "warning",
  }).catch((error: unknown) => {
    remove();
    throw error;
  });
  return {
    pathOf: (source) => join(folder, source.replace(/\.ts$/, ".mjs")),
    remove,
  };
}
