import { catchMutant, within } from "../mutants/catch.ts";
import { mutants } from "../mutants/mutants.ts";

describe("planted bugs", () => {
  it.each(mutants.map((mutant) => [mutant.failureMode, mutant.name, mutant.caughtBy, mutant] as const))(
    `%s: %s is caught within ${within} seeds, by %s`,
    async (_failureMode, _name, caughtBy, mutant) => {
      expect(await catchMutant(mutant)).toContain(caughtBy);
    },
    3_600_000,
  );
});
