import { planNamed } from "../../simulator/plans.ts";
import { play } from "../../simulator/play.ts";
import type { Scenario } from "../../simulator/scenario.ts";

/** The nearest survivor gets all customers of the failed Region, and can launch two instances: a fifth of its requests fail. */
const short: Scenario = {
  name: "nearest-survivor-short",
  summary: "The survivor to which DNS sends everybody cannot grow enough",
  plan: "stateless",
  failureModes: ["FM56"],
  expected: "degraded",
  failedRegion: "us-west-2",
  script: [
    { at: -1, action: { kind: "shortage", region: "ap-northeast-1", launchable: 2 } },
    { at: 0, action: { kind: "region", region: "us-west-2", health: "dark" } },
  ],
  horizonSeconds: 1_200,
};

it.each([1, 3, 4, 6])(
  "FM56: a survivor that fails a share of its requests has not recovered by a lucky half minute: seed %i",
  async (seed) => {
    const { result } = await play({ scenario: short, plan: planNamed("stateless"), seed, stop: "quiet" });

    expect(result.violations).toEqual([]);
    expect(result.outcome).toBe("degraded");
    expect(result.reasons).toEqual([expect.stringMatching(/^recovery: /)]);
  },
);
