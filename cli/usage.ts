import { type ParseArgsConfig, parseArgs } from "node:util";
import { errorMessage, errorName } from "../functions/shared/errors.ts";

/** Bad options, an unknown name, a bad plan: exit code 2 and one line on stderr. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

type Options = NonNullable<ParseArgsConfig["options"]>;

/** The command line's options, strictly: an unknown one, a stray word or a missing value is a usage error. */
export function readOptions<Known extends Options>(args: readonly string[], options: Known) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(`${describeParseError(error)}; the options are ${optionNames(options)}`, { cause: error });
  }
}

/** Node's words end in advice on several lines, or in a full stop that would split the line in two. */
function describeParseError(error: unknown): string {
  const [first = ""] = errorMessage(error).split("\n");
  const name = /'(?:-\w, )?(-[^' ]*)/.exec(first)?.[1];
  if (first.includes("argument is ambiguous")) {
    return `${name}: needs a value; one that begins with a dash is written ${name}=VALUE`;
  }
  if (first.includes("argument missing")) return `${name}: needs a value`;
  if (first.includes("does not take an argument")) return `${name}: takes no value`;
  const word = /'([^']*)'/.exec(first)?.[1] ?? "";
  if (first.startsWith("Unknown option")) return `${word}: there is no such option`;
  if (first.startsWith("Unexpected argument")) return `${JSON.stringify(word)}: a word that belongs to no option`;
  return first.replace(/\.$/, "");
}

/** A whole number from `least` to `most`. */
export function readCount(name: string, text: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= least && count <= most) return count;
  throw new UsageError(
    `--${name}: received ${JSON.stringify(text)}: must be a whole number of at least ${least} and at most ${most}`,
  );
}

/** A world follows from 32 bits: seeds beyond would be the same worlds again. */
export const largestSeed = 2 ** 32 - 1;

/** Runs a command: its answer is the exit code; a usage error or a bad plan is 2, one line, no stack. */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  // Whoever reads has read enough (`… | head`): no reason for a stack trace. The exit code is these commands' answer, so
  // they go on unheard and end with it, as checkers do; a death by SIGPIPE (141) would say neither yes nor no, and would
  // leave a drill without its reports.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
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
  return Object.entries(options)
    .map(([name, { type }]) => (type === "string" ? `--${name} VALUE` : `--${name}`))
    .join(", ");
}
