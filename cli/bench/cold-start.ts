import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { nodeOptions } from "../../build/node-options.ts";
import { type Bundle, bundleHandlers } from "../../build.ts";
import { type Boto3, timeBoto3 } from "./boto3.ts";
import { median } from "./median.ts";
import { transpileHandlers } from "./unbundled.ts";

/** Fresh processes of each kind. One more goes first and is not counted: it brings the files into the page cache. */
const processes = 10;

/** What one handler's code costs a function that starts, in milliseconds of wall time. */
export interface HandlerStart {
  readonly name: string;
  /** What is loaded at the start, and with what is loaded on demand; without source maps. */
  readonly startBytes: number;
  readonly wholeBytes: number;
  readonly importMs: number | null;
  /** The same sources, transpiled and not bundled: each module, the SDK's among them, is found and loaded by itself. */
  readonly unbundledImportMs: number | null;
}

export interface ColdStart {
  readonly node: string;
  readonly processes: number;
  readonly handlers: readonly HandlerStart[];
  /** Of Node's own modules that bundles import (`node:https` above all): part of every other figure, however bundled. */
  readonly nodeModulesImportMs: number | null;
  readonly boto3: Boto3;
}

/**
 * Times the import of every handler in fresh processes of this Node, with the options that a function gets: bundled,
 * unbundled and Node's own modules alone in turn, so that all three meet the same load of the machine. The start of Node
 * itself is not counted, nor the stripping of types: that is the loading of modules, from a warm page cache, and no more.
 */
export async function measureColdStart(): Promise<ColdStart> {
  const unbundled = await transpileHandlers();
  const folder = mkdtempSync(join(tmpdir(), "bench-bundles-"));
  try {
    const bundles = await bundleHandlers(folder);
    const nodeModules = join(folder, "node-modules.mjs");
    writeFileSync(
      nodeModules,
      nodeModulesOf(bundles)
        .map((name) => `import ${JSON.stringify(name)};\n`)
        .join(""),
    );
    const nodeModulesTimes: number[] = [];
    const handlers: HandlerStart[] = [];
    for (const { name, source, startBytes, wholeBytes } of bundles) {
      const files = [join(folder, name, "index.mjs"), unbundled.pathOf(source), nodeModules];
      const [bundled = [], plain = [], own = []] = await timeImports(files);
      nodeModulesTimes.push(...own);
      handlers.push({ name, startBytes, wholeBytes, importMs: median(bundled), unbundledImportMs: median(plain) });
    }
    const nodeModulesImportMs = median(nodeModulesTimes);
    const boto3 = await timeBoto3(processes);
    return { node: process.version, processes, handlers, nodeModulesImportMs, boto3 };
  } finally {
    rmSync(folder, { recursive: true });
    unbundled.remove();
  }
}

/** Every module of Node's own that is imported by what a bundle loads. */
function nodeModulesOf(bundles: readonly Bundle[]): readonly string[] {
  const imports = bundles.flatMap(({ metafile }) =>
    Object.values(metafile.outputs).flatMap((output) => output.imports),
  );
  const own = imports.filter(({ kind, external }) => kind === "import-statement" && external).map(({ path }) => path);
  return [...new Set(own)].sort();
}

/** The times of each file's import in milliseconds, the files in turn. */
async function timeImports(files: readonly string[]): Promise<readonly (readonly number[])[]> {
  const times = files.map((): number[] => []);
  for (let round = 0; round <= processes; round++) {
    for (const [index, file] of files.entries()) {
      const took = await timeImport(file);
      if (round > 0) times[index]?.push(took);
    }
  }
  return times;
}

const script = `
  const begun = process.hrtime.bigint();
  await import(process.argv[1]);
  process.stdout.write(String(Number(process.hrtime.bigint() - begun) / 1e6));
`;

/** Milliseconds that `import` of a file takes in a process of its own. */
async function timeImport(path: string): Promise<number> {
  const args = [...nodeOptions, "--input-type=module", "--eval", script, pathToFileURL(path).href];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Number(stdout);
}
