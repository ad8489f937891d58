import { type Backend, backendNames, type Cloud } from "./backend.ts";
import { caseTitles, demandDifference } from "./declare.ts";
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

describe("demandDifference", () => {
  const difference = { cases: [], instead: "Nothing", shows: /Received: 1/, documented: "Something" };
  const backend: Backend = {
    name: "moto",
    play: (act) => act({} as Cloud),
    stop: () => Promise.resolve(),
  };
  const demand = (holds: () => Promise<void>) => demandDifference(backend, holds, difference);

  it("holds while the case fails as the table says", async () => {
    const holds = async () => expect(1).toBe(2);

    await expect(demand(holds)).resolves.toBeUndefined();
  });

  it("fails when the case holds: the backend was mended", async () => {
    await expect(demand(async () => {})).rejects.toThrow(/moto does as AWS does now/);
  });

  it("fails when the case fails in another way", async () => {
    await expect(demand(() => Promise.reject(new Error("ECONNREFUSED")))).rejects.toThrow(/ECONNREFUSED/);
  });
});
