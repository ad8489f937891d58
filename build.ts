import { globSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";
import { leanSdk } from "./build/lean-sdk.ts";
import { nodeHttp } from "./build/node-http.ts";
import { keepOwnSources } from "./build/own-sources.ts";

const root = fileURLToPath(new URL(".", import.meta.url));

/** Where `npm run build` puts the bundles, a folder each: dist/<room>-<action>/index.mjs. */
export const distFolder = join(root, "dist");

/** A Lambda handler: `assess-signal` of functions/assess/signal.handler.ts. */
export interface HandlerSource {
  readonly name: string;
  /** Path from the project's root. */
  readonly source: string;
}

/** A bundled handler: a folder to deploy as it is, with `handler` in its index.mjs. */
export interface Bundle extends HandlerSource {
  readonly folder: string;
  /** What is loaded when a function starts: index.mjs and the chunks that it imports at once. Source maps not counted. */
  readonly startBytes: number;
  /** The same with what is loaded only when it is needed, if ever. */
  readonly wholeBytes: number;
  /** What went into the bundle, by paths from the project's root. */
  readonly metafile: Metafile;
}

/** Every handler there is, by name. */
export function findHandlers(): readonly HandlerSource[] {
  return globSync("functions/*/*.handler.ts", { cwd: root })
    .sort()
    .map((source) => ({ name: `${basename(dirname(source))}-${basename(source, ".handler.ts")}`, source }));
}

/**
 * Bundles handlers, each into a folder of its own under `outFolder`, which then holds no older files. The same sources in
 * the same place give the same bytes.
 */
export async function bundleHandlers(
  outFolder: string,
  handlers: readonly HandlerSource[] = findHandlers(),
): Promise<readonly Bundle[]> {
  return Promise.all(handlers.map((handler) => bundleHandler(handler, join(outFolder, handler.name))));
}

/** One bundle: minified, with source maps, its own AWS SDK inside. */
async function bundleHandler(handler: HandlerSource, folder: string): Promise<Bundle> {
  rmSync(folder, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [{ in: handler.source, out: "index" }],
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    minify: true,
    sourcemap: true,
    // A stack trace needs names and lines only, and Node reads the map with the code when a function starts.
    sourcesContent: false,
    charset: "utf8",
    platform: "node",
    target: "node24",
    format: "esm",
    // What the SDK itself imports only on demand, such as event streams, stays out of what is loaded at the start.
    splitting: true,
    // ES modules first: they let esbuild drop what an SDK client does not use.
    mainFields: ["module", "main"],
    plugins: [leanSdk, nodeHttp],
    // CommonJS packages inside an ES module still ask for `require`.
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    metafile: true,
    logLevel: "warning",
  });
  const maps = Object.keys(metafile.outputs).filter((path) => path.endsWith(".map"));
  await Promise.all(maps.map((path) => keepOwnSources(join(root, path))));
  const scripts = Object.entries(metafile.outputs).filter(([path]) => path.endsWith(".mjs"));
  const atStart = loadedAtStart(metafile);
  return {
    ...handler,
    folder,
    startBytes: sumOf(scripts.filter(([path]) => atStart.has(path)).map(([, { bytes }]) => bytes)),
    wholeBytes: sumOf(scripts.map(([, { bytes }]) => bytes)),
    metafile,
  };
}

/** The outputs that Node reads to import a bundle: its entry, what that imports, and so on; not what is imported later. */
function loadedAtStart({ outputs }: Metafile): ReadonlySet<string> {
  const seen = new Set<string>();
  const pending = Object.keys(outputs).filter((path) => outputs[path]?.entryPoint?.endsWith(".handler.ts"));
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const imports = outputs[path]?.imports ?? [];
    pending.push(
      ...imports.filter(({ kind, external }) => kind === "import-statement" && !external).map((each) => each.path),
    );
  }
  return seen;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

if (import.meta.main) {
  for (const { name, startBytes, wholeBytes } of await bundleHandlers(distFolder)) {
    const sizes = [startBytes, wholeBytes].map((bytes) => `${(bytes / 1024).toFixed(0)} KiB`);
    console.log(`dist/${name}/index.mjs`.padEnd(36), `${sizes[0]} at start, ${sizes[1]} in all`);
  }
}
