import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPython } from "./environment.ts";

describe("findPython", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pythons-"));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** A command that only says which version it is. */
  async function command(name: string, version: string): Promise<void> {
    await writeFile(join(folder, name), `#!/bin/sh\necho ${version}\n`);
    await chmod(join(folder, name), 0o755);
  }

  it("says so when there is none", () => {
    expect(findPython({ PATH: folder })).toEqual({
      kind: "missing",
      why: "Python 3.10 or newer, with venv, is needed: none of that name is on the PATH",
    });
  });

  it("says which it found too old", async () => {
    await command("python3", "3.9.18");
    expect(findPython({ PATH: folder })).toMatchObject({
      kind: "missing",
      why: expect.stringContaining("python3 is 3.9.18"),
    });
  });

  it("takes the first that is new enough, whatever the first is", async () => {
    await command("python3", "3.9.18");
    await command("python3.12", "3.12.1");
    expect(findPython({ PATH: folder })).toEqual({ kind: "found", command: "python3.12", version: "3.12.1" });
  });
});
