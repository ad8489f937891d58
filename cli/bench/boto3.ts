import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { errorMessage } from "../../functions/shared/errors.ts";
import { median } from "./median.ts";

/** What the same start costs a function in Python, or why that is not known. */
export type Boto3 =
  | {
      readonly kind: "measured";
      readonly python: string;
      readonly boto3: string;
      /** `import boto3` and one client, in milliseconds: the median of fresh processes. */
      readonly importMs: number | null;
    }
  | { readonly kind: "unavailable"; readonly reason: string };

const script = `
import json, platform, sys, time
if sys.version_info < (3, 10):
    print(json.dumps({"problem": "is Python " + platform.python_version() + ": must be 3.10 or newer"}))
    sys.exit()
begun = time.perf_counter()
try:
    import boto3
except ImportError as error:
    print(json.dumps({"problem": "has no boto3: " + str(error)}))
    sys.exit()
boto3.client("rds", region_name="eu-west-1")
took = (time.perf_counter() - begun) * 1000
print(json.dumps({"python": platform.python_version(), "boto3": boto3.__version__, "ms": took}))
`;

type Said = { readonly problem: string } | { readonly python: string; readonly boto3: string; readonly ms: number };

/**
 * Times `import boto3; boto3.client("rds", …)` in fresh processes of the Python that PYTHON names, `python3` unless set.
 * As in Lambda there are credentials in the environment, so that nothing is asked of the network.
 */
export async function timeBoto3(processes: number): Promise<Boto3> {
  const interpreter = process.env.PYTHON || "python3";
  const times: number[] = [];
  const versions = { python: "", boto3: "" };
  // The first is not counted: it compiles, and brings the files into the page cache.
  for (let round = 0; round <= processes; round++) {
    let said: Said;
    try {
      said = await runScript(interpreter);
    } catch (error) {
      return { kind: "unavailable", reason: `${interpreter} cannot be run: ${errorMessage(error).split("\n")[0]}` };
    }
    if ("problem" in said) return { kind: "unavailable", reason: `${interpreter} ${said.problem}` };
    Object.assign(versions, { python: said.python, boto3: said.boto3 });
    if (round > 0) times.push(said.ms);
  }
  return { kind: "measured", ...versions, importMs: median(times) };
}

async function runScript(interpreter: string): Promise<Said> {
  const { stdout } = await promisify(execFile)(interpreter, ["-c", script], {
    env: { ...process.env, AWS_ACCESS_KEY_ID: "bench", AWS_SECRET_ACCESS_KEY: "bench" },
  });
  return JSON.parse(stdout) as Said;
}
