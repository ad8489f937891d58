import { runScript } from "../run.ts";
import type { Mutant } from "./mutants.ts";

export const within = 500;
/** Asked for piece by piece, so that a bug caught early does not cost 500 worlds. */
export const pieces = [25, 50, 75, 150, 200];

/** The promises seen to be broken, up to the piece in which the one asked for is among them, for the reason asked for. */
export async function catchMutant({ name, caughtBy, seenAs = /^/ }: Mutant): Promise<readonly string[]> {
  const seen = new Set<string>();
  let from = 1;
  for (const piece of pieces) {
    const { code, stdout, stderr } = await runScript(
      "cli/simulate.ts",
      ["--seeds", String(piece), "--from", String(from), "--json"],
      { import: "test/mutants/load.ts", environment: { MUTANT: name } },
    );
    if (code !== 0 && stdout === "") throw new Error(`${name} could not be planted: ${stderr}`);
    const broken: readonly { readonly invariant: string; readonly message: string }[] = JSON.parse(stdout).violations;
    for (const { invariant, message } of broken) {
      seen.add(invariant !== caughtBy || seenAs.test(message) ? invariant : `${invariant} for another reason`);
    }
    if (seen.has(caughtBy)) break;
    from += piece;
  }
  return [...seen];
}
