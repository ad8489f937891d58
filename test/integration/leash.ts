/**
 * Imported by a process that a test starts, and by those that it starts in turn: ends each of them when its standard input
 * closes, however whoever held it ended. (`NODE_OPTIONS=--import=…/leash.ts`)
 */
import { fstatSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

if (isMainThread && fstatSync(0).isSocket()) {
  process.stdin.on("close", () => process.exit(1)).resume();
  // Being on a leash is no reason to stay.
  process.stdin.unref();
}
