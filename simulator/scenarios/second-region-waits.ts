import type { Scenario } from "../scenario.ts";

export const secondRegionWaits: Scenario = {
  name: "second-region-waits",
  summary:
    "While a person is asked about data of us-east-1 another Region fails: people are paged about that one at once",
  plan: "storefront",
  needs: ["promotion"],
  failureModes: ["FM39", "FM40"],
  expected: "waitingForApproval",
  failedRegion: "us-east-1",
  script: [
    { at: -175, action: { kind: "lagMetric", region: "eu-west-1", as: "missing" } },
    { at: -175, action: { kind: "lagMetric", region: "ap-southeast-1", as: "missing" } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    { at: 420, action: { kind: "region", region: "eu-west-1", health: "gray" } },
  ],
  horizonSeconds: 900,
};
