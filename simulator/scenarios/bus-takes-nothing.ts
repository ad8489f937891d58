import type { Cue, Scenario } from "../scenario.ts";

export const busTakesNothing: Scenario = {
  name: "bus-takes-nothing",
  summary: "us-east-1 goes dark, the plan only observes, and the buses answer 200 and take nothing for two minutes",
  plan: "storefront",
  automation: { traffic: "observe", capacity: "observe", database: "observe" },
  failureModes: ["FM60"],
  expected: "observed",
  failedRegion: "us-east-1",
  script: [
    ...["us-east-1", "eu-west-1", "ap-southeast-1", "us-west-2"].map(
      (region): Cue => ({ at: 0, action: { kind: "entriesFail", region, share: 1, seconds: 150 } }),
    ),
    { at: 1, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 420,
};
