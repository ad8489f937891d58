import { type ParseArgsConfig, parseArgs } from "node:util";
import { errorMessage, errorName } from "../functions/shared/errors.ts";

/** Bad options, an unknown name, a bad plan: exit code 2 and one line on stderr. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

type Options = NonNullable<ParseArgsConfig["options"]>;

/** The command line's options, strictly: an unknown one, or a stray word, is a usage error. */
export function readOptions<Known extends Options>(args: readonly string[], options: Known) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(`${errorMessage(error).split("\n")[0]} Known options: ${optionNames(options)}`);
  }
}

/** A whole number of at least `least`. */
export function readCount(name: string, text: string, least: number): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count >= least) return count;
  throw new UsageError(`--${name}: received ${JSON.stringify(text)}: must be a whole number of at least ${least}`);
}

/** Runs a command: its answer is the exit code; a usage error or a bad plan is 2, one line, no stack. */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  // Whoever reads has read enough (`… | head`): no reason for a stack trace.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
  try {
    process.exitCode = await command();
  } catch (error) {
    if (error instanceof UsageError || errorName(error) === "InvalidPlan") {
      process.stderr.write(`${errorMessage(error).split("\n")[0]}\n`);
      process.exitCode = 2;
      return;
    }
    throw error;
  }
}

function optionNames(options: Options): string {
  return Object.keys(options)
    .map((name) => `--${name}`)
    .join(", ");
}
