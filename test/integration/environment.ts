import { spawn, spawnSync } from "node:child_process";
import { resolve } from "node:path";

/** A Python in which the servers can be installed, or why there is none. */
export type Python =
  | { readonly kind: "found"; readonly command: string; readonly version: string }
  | { readonly kind: "missing"; readonly why: string };

const oldest = { major: 3, minor: 10 } as const;
const candidates = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python"] as const;

/** Says its version, and fails where a virtual environment cannot be made (Debian has a package of its own for that). */
const question = "import ensurepip, fcntl, sys, venv; print('%d.%d.%d' % sys.version_info[:3])";

/** Installing takes a minute with two cores to itself; the tests that wait for it need more. */
export const preparingMs = 900_000;

export const projectRoot = resolve(import.meta.dirname, "../..");
export const pythonFolder = resolve(import.meta.dirname, "python");
const requirements = resolve(import.meta.dirname, "requirements.txt");
const virtualEnvironment = resolve(projectRoot, ".venv-integration");

/** The interpreter of the virtual environment, once `prepare` has answered. */
export const pythonInEnvironment = resolve(virtualEnvironment, "bin/python");
export const cfnLint = resolve(virtualEnvironment, "bin/cfn-lint");

/**
 * The first of the usual names that is a Python new enough. Runs each for its version, which takes milliseconds.
 * @param environment whose PATH is searched.
 */
export function findPython(environment: NodeJS.ProcessEnv = process.env): Python {
  const refused: string[] = [];
  for (const command of candidates) {
    const { error, status, stdout, stderr } = spawnSync(command, ["-c", question], {
      encoding: "utf8",
      env: environment,
    });
    if (error !== undefined) continue;
    const version = stdout.trim();
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (status !== 0) refused.push(`${command} answered: ${stderr.trim().split("\n").at(-1)}`);
    else if (major === oldest.major && minor >= oldest.minor) return { kind: "found", command, version };
    else refused.push(`${command} is ${version}`);
  }
  const found = refused.length === 0 ? "none of that name is on the PATH" : refused.join("; ");
  return { kind: "missing", why: `Python ${oldest.major}.${oldest.minor} or newer, with venv, is needed: ${found}` };
}

/**
 * Makes the virtual environment, unless it is there and made of the same requirements. Many processes may ask at once: the
 * first makes it, the others wait.
 * @throws Error with what Python said, when it cannot be made.
 */
export async function prepare(python: Extract<Python, { readonly kind: "found" }>): Promise<void> {
  const script = resolve(pythonFolder, "prepare.py");
  // Its standard input stays open as long as this process lives, and it ends when that closes.
  const child = spawn(python.command, [script, virtualEnvironment, requirements], { stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-10_000);
    });
  }
  const status = await new Promise<number | null>((settle, reject) => {
    child.once("error", reject);
    child.once("close", settle);
  });
  if (status !== 0) {
    throw new Error(`${virtualEnvironment} could not be made (${python.command} exited with ${status}): ${said}`);
  }
}

/**
 * A `describe` whose tests need the servers. Without Python they are skipped, and standard error says so and why; where
 * `CI` is "true" that is a failure, since nobody reads what a build skipped.
 */
export function describeWithServers(title: string, tests: () => void): void {
  const python = findPython();
  switch (python.kind) {
    case "found":
      describe(title, () => {
        beforeAll(() => prepare(python), preparingMs);
        tests();
      });
      return;
    case "missing":
      if (process.env.CI === "true") {
        test(`${title}: needs Python`, () => {
          throw new Error(`${python.why}. With CI=true the integration tests must run: install it`);
        });
        return;
      }
      process.stderr.write(`\n*** SKIPPED, NOT RUN: ${title}. ${python.why} ***\n\n`);
      describe.skip(title, tests);
      return;
  }
}
