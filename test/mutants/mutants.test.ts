import { readFileSync } from "node:fs";
import { root } from "../run.ts";
import { catchMutant, pieces, within } from "./catch.ts";
import { mutants } from "./mutants.ts";

/** Planted in every run; `npm run test:long` plants them all. */
const sample = new Set([
  "a vantage that was never sent to the failed Region shows by its absence that nobody is",
  "the throw of an object confirmed by the signed read alone",
]);

describe("planted bugs", () => {
  it("are looked for in no more worlds than promised", () => {
    expect(pieces.reduce((sum, piece) => sum + piece, 0)).toBe(within);
  });

  it.each(mutants.flatMap(({ name, changes }) => changes.map((change) => [name, change] as const)))(
    "%s: its text is there, once",
    (_name, { file, find }) => {
      expect(readFileSync(`${root}${file}`, "utf8").split(find)).toHaveLength(2);
    },
  );

  it.each(
    mutants
      .filter(({ name }) => sample.has(name))
      .map((mutant) => [mutant.failureMode, mutant.name, mutant.caughtBy, mutant] as const),
  )(
    `%s: %s is caught within ${within} seeds, by %s`,
    async (_failureMode, _name, caughtBy, mutant) => {
      expect(await catchMutant(mutant)).toContain(caughtBy);
    },
    900_000,
  );
});
