import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runScript } from "../run.ts";
import type { Note } from "./two-versions/turns.ts";

const seeds = 200;

describe("FM57: two versions at once", () => {
  const folder = mkdtempSync(join(tmpdir(), "two-versions-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it(`stop nobody, lose nothing that both know, and break no promise in ${seeds} worlds`, async () => {
    const turns = join(folder, "turns.jsonl");

    const { code, stdout, stderr } = await runScript("cli/simulate.ts", ["--seeds", String(seeds), "--json"], {
      import: "test/coordination/two-versions/load.ts",
      environment: { TURNS: turns },
    });

    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({ seeds, violations: [] });
    expect(code).toBe(0);
    const notes = readFileSync(turns, "utf8")
      .trimEnd()
      .split("\n")
      .map((line): Note => JSON.parse(line));
    const broken = notes.flatMap((note) => (note.kind === "broken" ? [note.what] : []));
    expect(broken.slice(0, 10)).toEqual([]);
    // Or nothing has been tried.
    for (const version of ["former", "present", "newer"] as const) {
      for (const over of ["newerFields", "none"] as const) {
        const made = notes.filter((note) => note.kind === "wrote" && note.version === version && note.over === over);
        expect([version, over, made.length >= seeds]).toEqual([version, over, true]);
      }
    }
  }, 600_000);
});
