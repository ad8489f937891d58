import { runScript } from "../run.ts";
import { crashMatrixOf, whatEnded, withSurvivorsLost } from "../simulator/crash-matrices.ts";

/** What takes an hour and mostly shows again what `npm test` shows in minutes: run by `npm run test:long`. */

const seeds = 20_000;
const hoursMs = 4 * 3_600_000;

it(
  `keeps every promise in ${seeds} random worlds`,
  async () => {
    const { stdout } = await runScript("cli/simulate.ts", ["--seeds", String(seeds), "--json"]);

    expect(JSON.parse(stdout)).toMatchObject({ seeds, violations: [] });
  },
  hoursMs,
);

it.each(["region-outage", "gray-failure"])(
  "keeps every promise at every point of the crash matrix of %s",
  async (name) => {
    const report = await crashMatrixOf("--scenario", name);

    expect(report.violations).toEqual([]);
    expect(report.points).toBeGreaterThan(1_000);
    expect(report.faultsInjected).toBe(report.points);
    expect(whatEnded(report)).toEqual(withSurvivorsLost);
  },
  hoursMs,
);
