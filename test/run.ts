import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../", import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script of this repository in a process of its own, as a user would. */
export function runScript(
  script: string,
  args: readonly string[],
  options: {
    readonly import?: string;
    readonly environment?: Readonly<Record<string, string>>;
    readonly in?: string;
  } = {},
): Promise<Ran> {
  const flags = options.import === undefined ? [] : ["--import", `${root}${options.import}`];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, `${root}${script}`, ...args], {
      cwd: options.in ?? root,
      env: { ...process.env, NODE_OPTIONS: "", ...options.environment },
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}
