import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleHandlers } from "../build.ts";

/**
 * Writes lib/, which `npm pack` puts into the package: the construct as JavaScript with its types, since Node strips no types
 * under node_modules, and beside it what it reads, at the same places as here: the state machine, and the bundles of the
 * functions.
 */
const root = fileURLToPath(new URL("..", import.meta.url));
const lib = join(root, "lib");
const definition = "statemachines/failover.asl.json";

rmSync(lib, { recursive: true, force: true });
const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
// What npm pack prints on stdout is for whoever called it.
execFileSync(process.execPath, [compiler, "--project", join(root, "tsconfig.package.json")], {
  stdio: ["ignore", 2, "inherit"],
});
mkdirSync(dirname(join(lib, definition)), { recursive: true });
cpSync(join(root, definition), join(lib, definition));
await bundleHandlers(join(lib, "dist"));
