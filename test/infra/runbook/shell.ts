import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { simulatedAccount } from "../../../simulator/account.ts";

export const shells = ["bash", "zsh"] as const;
export type Shell = (typeof shells)[number];

const withoutStartFiles: Readonly<Record<Shell, readonly string[]>> = { bash: ["--norc", "--noprofile"], zsh: ["-f"] };

export function isInstalled(shell: Shell): boolean {
  return spawnSync(shell, ["-c", ":"]).status === 0;
}

/** Names the machine whose question it answers, which a token of AWS's hides. */
export const taskToken = "token of failover-storefront";

/** Stands in for the AWS CLI: writes down how it was called, and answers what the commands go on with. */
const stub = `#!/bin/sh
{ for word in "$@"; do printf '%s\\037' "$word"; done; printf '\\036'; } >> "$CALLS"
case "$*" in
  *get-caller-identity*) echo ${simulatedAccount} ;;
  *start-execution*|*'executions[0]'*) echo "arn:aws:states:eu-west-1:${simulatedAccount}:execution:failover-storefront:by-hand" ;;
  *token.S*) echo "${taskToken}" ;;
  *version.N*) echo 7 ;;
esac
`;

export interface Pasted {
  /** How the AWS CLI was called, word by word, in order. */
  readonly calls: readonly (readonly string[])[];
  readonly status: number | null;
  /** What the shell complained about. */
  readonly complaints: string;
}

/** Runs a script in a shell in which the AWS CLI and curl do nothing, and an unset variable is an error. */
export function paste(shell: Shell, script: string): Pasted {
  const folder = mkdtempSync(join(tmpdir(), "runbook-"));
  try {
    for (const [name, text] of Object.entries({ aws: stub, curl: "#!/bin/sh\n" })) {
      writeFileSync(join(folder, name), text);
      chmodSync(join(folder, name), 0o755);
    }
    const calls = join(folder, "calls");
    writeFileSync(calls, "");
    const { status, stderr } = spawnSync(shell, [...withoutStartFiles[shell], "-eu", "-c", script], {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: folder,
      encoding: "utf8",
      env: { PATH: `${folder}${delimiter}${process.env.PATH}`, CALLS: calls },
    });
    const made = readFileSync(calls, "utf8").split("\u001e").slice(0, -1);
    return { calls: made.map((call) => call.split("\u001f").slice(0, -1)), status, complaints: stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
