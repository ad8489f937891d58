import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.ts";

// Within the repository, or its configuration would not hold there.
const folder = mkdtempSync(join(root, "lint", "trial-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The lines of a program that lint/time-and-chance.grit objects to. */
function objections(lines: readonly string[]): readonly string[] {
  const path = join(folder, "trial.ts");
  writeFileSync(path, `${lines.join("\n")}\n`);
  const biome = join(root, "node_modules", "@biomejs", "biome", "bin", "biome");
  const { stdout } = spawnSync(process.execPath, [biome, "lint", "--reporter=json", "--max-diagnostics=200", path], {
    encoding: "utf8",
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: readonly { category: string; location: { start: { line: number } } }[];
  };
  const found = diagnostics.filter(({ category }) => category === "plugin").map(({ location }) => location.start.line);
  return [...new Set(found)].toSorted((left, right) => left - right).map((line) => lines[line - 1] ?? "");
}

describe("the lint rule on time and chance", () => {
  it("objects to every way around the injected clock and chance", () => {
    const lines = [
      'import { randomUUID as token } from "node:crypto";',
      'import { setTimeout as wait } from "node:timers/promises";',
      'import * as timers from "node:timers";',
      "export const a = Date.now();",
      "export const b = new Date();",
      "const { now } = Date;",
      "const Other = Date;",
      "setTimeout(() => {}, 1);",
      "setInterval(() => {}, 1);",
      "setImmediate(() => {});",
      "export const c = performance.now();",
      "export const d = process.uptime();",
      "export const e = process.hrtime();",
      "export const f = Math.random();",
      "export const g = crypto.randomUUID();",
      "export const h = crypto.getRandomValues(new Uint8Array(1));",
    ];

    expect(objections(lines)).toEqual(lines);
  });

  it("has nothing against an instant that is given, or a hash", () => {
    const lines = [
      'import { createHash } from "node:crypto";',
      "export const a = (at: number) => new Date(at);",
      'export const b = Date.parse("2026-03-14T09:00:07.000Z");',
      'export const c = createHash("sha256");',
    ];

    expect(objections(lines)).toEqual([]);
  });
});
