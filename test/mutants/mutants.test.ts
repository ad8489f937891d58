import { runScript } from "../run.ts";
import { mutants } from "./mutants.ts";

const within = 500;
/** Asked for piece by piece, so that a bug caught early does not cost 500 worlds. */
const pieces = [25, 50, 75, 150, 200];

async function catchMutant(name: string): Promise<readonly string[]> {
  let from = 1;
  for (const piece of pieces) {
    const { code, stdout, stderr } = await runScript(
      "cli/simulate.ts",
      ["--seeds", String(piece), "--from", String(from), "--json"],
      { import: "test/mutants/load.ts", environment: { MUTANT: name } },
    );
    if (code !== 0 && stdout === "") throw new Error(`${name} could not be planted: ${stderr}`);
    const broken: readonly { readonly invariant: string }[] = JSON.parse(stdout).violations;
    if (broken.length > 0) return broken.map(({ invariant }) => invariant);
    from += piece;
  }
  return [];
}

describe("planted bugs", () => {
  it("are looked for in no more worlds than promised", () => {
    expect(pieces.reduce((sum, piece) => sum + piece, 0)).toBe(within);
  });

  it.each(mutants.map((mutant) => [mutant.failureMode, mutant.name] as const))(
    `%s: %s is caught within ${within} seeds`,
    async (_failureMode, name) => {
      expect(await catchMutant(name)).not.toEqual([]);
    },
    600_000,
  );
});
