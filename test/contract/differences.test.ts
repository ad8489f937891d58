import { backendNames } from "./backend.ts";
import { caseTitles } from "./declare.ts";
import { differences } from "./differences.ts";

describe("The table of differences", () => {
  it("has none for the simulator: where it is wrong it is mended", () => {
    expect(differences.simulator).toEqual([]);
  });

  it.each(backendNames)("speaks of cases that there are, each once: %s", (backend) => {
    const named = differences[backend].flatMap(({ cases }) => cases);

    expect(named.filter((title) => !caseTitles().includes(title))).toEqual([]);
    expect(named.filter((title, index) => named.indexOf(title) !== index)).toEqual([]);
  });

  it("speaks of cases that have a name of their own", () => {
    expect(new Set(caseTitles()).size).toBe(caseTitles().length);
  });
});
