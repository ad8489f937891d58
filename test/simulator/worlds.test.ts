import { runScript } from "../run.ts";

/** Every promise is checked after every step of every one of these worlds; the seeds are the same on every machine. */
const seeds = 2_000;

describe("simulate", () => {
  it(`keeps every promise in ${seeds} random worlds`, async () => {
    const { code, stdout, stderr } = await runScript("cli/simulate.ts", ["--seeds", String(seeds), "--json"]);

    expect(stderr).toBe("");
    const report = JSON.parse(stdout);
    expect(report.violations).toEqual([]);
    expect(report.seeds).toBe(seeds);
    expect(report.faultsInjected).toBeGreaterThan(seeds);
    expect(Object.keys(report.outcomes).sort()).toEqual([
      "degraded",
      "observed",
      "recovered",
      "stoodDown",
      "waitingForApproval",
    ]);
    expect(code).toBe(0);
  }, 900_000);

  it("keeps every promise in the whole crash matrix of region-outage", async () => {
    const { code, stdout } = await runScript("cli/simulate.ts", ["--crash-matrix", "--json"]);

    const report = JSON.parse(stdout);
    expect(report.violations).toEqual([]);
    expect(report.points).toBeGreaterThan(500);
    expect(report.faultsInjected).toBe(report.points);
    expect(Object.keys(report.outcomes).sort()).toEqual(["degraded", "recovered"]);
    expect(code).toBe(0);
  }, 600_000);

  it("keeps every promise in the whole crash matrix of gray-failure", async () => {
    const { code, stdout } = await runScript("cli/simulate.ts", [
      "--crash-matrix",
      "--scenario",
      "gray-failure",
      "--json",
    ]);

    expect(JSON.parse(stdout).violations).toEqual([]);
    expect(code).toBe(0);
  }, 600_000);
});
