import { type ChildProcessByStdio, spawn } from "node:child_process";
import { resolve } from "node:path";
import type { Readable, Writable } from "node:stream";
import { systemClock } from "../../functions/shared/clock.ts";
import { simulatedAccount } from "../../simulator/account.ts";
import { pythonFolder, pythonInEnvironment } from "./environment.ts";
import { type FunctionRouter, startFunctionRouter } from "./router.ts";

/**
 * The account that both servers are asked in: the simulator's. ministack takes an access key of twelve digits for the
 * account's number.
 */
export const account = simulatedAccount;

/** Nothing checks them; the SDK refuses to send a request that is not signed. */
export const credentials = { accessKeyId: account, secretAccessKey: "not-a-secret" } as const;

/** From the start of a server to its first answer: seconds, on a machine that does nothing else. */
const startingMs = 90_000;
const closingMs = 5_000;
const outputKept = 20_000;

/** An AWS implementation that runs on this machine, on a port of its own. */
export interface AwsServer {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly pid: number;
  /** The end of what the server wrote, for the message of a failure. */
  output(): string;
  /** Forgets everything in every account and Region. */
  reset(): Promise<void>;
  /** Ends the process, and what it started. Does nothing the second time. */
  close(): Promise<void>;
}

export interface MotoServer extends AwsServer {
  /** Where the Lambda calls of its state machines end up. */
  readonly functions: FunctionRouter;
}

/**
 * Starts moto with JSONata, state machines that run, and Lambda calls that come to `functions` of the answer.
 * @throws Error with what the server wrote, when it does not answer in time.
 */
export async function startMoto(): Promise<MotoServer> {
  const functions = await startFunctionRouter();
  try {
    const child = await startPython("serve_moto.py", {
      MOTO_PORT: String(functions.port),
      MOTO_ACCOUNT_ID: account,
    });
    const configure = () =>
      ask(`${child.url}/moto-api/config`, {
        method: "POST",
        body: JSON.stringify({ stepfunctions: { execute_state_machine: true }, lambda: { use_docker: false } }),
      });
    await untilReady(child, configure);
    return {
      ...child,
      functions,
      reset: async () => {
        await ask(`${child.url}/moto-api/reset`, { method: "POST" });
        await configure();
      },
      close: async () => {
        await child.close();
        await functions.close();
      },
    };
  } catch (error) {
    await functions.close();
    throw error;
  }
}

export interface MinistackOptions {
  readonly permissions?: "ignored" | "enforced";
  readonly awsSources?: "refused" | "taken";
}

/**
 * Starts ministack, whose Lambda functions run on this machine's Node.js.
 * @param options.permissions "enforced": callers may do what their IAM policies allow; `credentials` are the account's root's
 * @param options.awsSources whether PutEvents takes events of AWS's own sources, such as `aws.cloudwatch`. AWS refuses them, and
 *   so does ministack, which emits none for alarms: "taken" lets a test play CloudWatch
 * @throws Error as `startMoto` does.
 */
export async function startMinistack(options: MinistackOptions = {}): Promise<AwsServer> {
  const { permissions = "ignored", awsSources = "refused" } = options;
  const child = await startPython("serve_ministack.py", {
    LOG_LEVEL: "WARNING",
    AUTH: String(permissions === "enforced"),
    AWS_SOURCES: awsSources,
  });
  await untilReady(child, () => ask(`${child.url}/_ministack/health`, { method: "GET" }));
  return { ...child, reset: () => ask(`${child.url}/_ministack/reset`, { method: "POST" }) };
}

/**
 * What the project's own clients need in their environment to reach a server, or a proxy before it. S3's client asks an
 * address without a name by path, so nothing needs to be said of its style.
 */
export function environmentFor(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

/** Lets every client that is made from now on reach `url`. @returns what puts the environment back. */
export function pointClientsAt(url: string): () => void {
  const before = Object.entries(environmentFor(url)).map(([name, value]) => {
    const was = process.env[name];
    process.env[name] = value;
    return [name, was] as const;
  });
  return () => {
    for (const [name, was] of before) {
      if (was === undefined) delete process.env[name];
      else process.env[name] = was;
    }
  };
}

type Child = Omit<AwsServer, "reset"> & { readonly hasEnded: () => boolean };

/** Starts one of the scripts in python/, which says on which port it listens and ends when this process does. */
async function startPython(script: string, environment: Readonly<Record<string, string>>): Promise<Child> {
  const child = spawn(pythonInEnvironment, [resolve(pythonFolder, script), ...alsoWatched()], {
    stdio: ["pipe", "pipe", "pipe"],
    // Nothing of the caller's own AWS configuration may reach a server that a test started.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PYTHONUNBUFFERED: "1", ...withoutProxy, ...environment },
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-outputKept);
  });
  const ended = new Promise<void>((settle) => child.once("close", () => settle()));
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const close = (): Promise<void> => {
    child.stdin.end();
    AbortSignal.timeout(closingMs).addEventListener("abort", () => child.kill("SIGKILL"));
    return ended;
  };
  try {
    const port = await portFrom(child, ended);
    const url = `http://127.0.0.1:${port}`;
    return { url, pid: child.pid ?? 0, output: () => said, close, hasEnded: () => over };
  } catch (error) {
    await close();
    throw new Error(`${script} did not say on which port it listens; it wrote: ${said}`, { cause: error });
  }
}

/** A proxy that the machine has for the outside must not see calls to 127.0.0.1. */
const withoutProxy = { NO_PROXY: "*", no_proxy: "*" } as const;

/** A jest worker outlives the jest that is killed; the servers end with either. */
function alsoWatched(): readonly string[] {
  return process.connected ? [String(process.ppid)] : [];
}

async function portFrom(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  ended: Promise<void>,
): Promise<number> {
  const line = new Promise<string>((settle, reject) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (more: string) => {
      // Only the first line is for us; the rest is read so that the server never waits for a reader.
      if (text.includes("\n")) return;
      text += more;
      if (text.includes("\n")) settle(text);
    });
    child.once("error", reject);
    void ended.then(() => reject(new Error("The server ended at once")));
    AbortSignal.timeout(startingMs).addEventListener("abort", () => reject(new Error(`Silent for ${startingMs} ms`)));
  });
  const { port } = JSON.parse(await line) as { readonly port: number };
  return port;
}

async function untilReady(child: Child, attempt: () => Promise<void>): Promise<void> {
  const deadline = AbortSignal.timeout(startingMs);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (child.hasEnded() || deadline.aborted) {
        await child.close();
        throw new Error(`${child.url} did not become ready; it wrote: ${child.output()}`, { cause: error });
      }
      await systemClock.sleep(100);
    }
  }
}

async function ask(url: string, init: { readonly method: string; readonly body?: string }): Promise<void> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${init.method} ${url} was answered ${answer.status}: ${text.slice(0, 500)}`);
}
