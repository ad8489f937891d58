import type { Scenario } from "../scenario.ts";

export const disputeSettles: Scenario = {
  name: "dispute-settles",
  summary:
    "Two vantages lose sight of us-east-1 and a person is asked; then it is dark for all: traffic moves without the answer",
  plan: "storefront",
  needs: ["automaticTraffic", "unattendedPromotion", "thirdRegion", "thirdCluster"],
  failureModes: ["FM18", "FM12", "FM24", "FM74"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "link", between: ["us-east-1", "eu-west-1"], as: "cut" } },
    { at: 0, action: { kind: "link", between: ["us-east-1", "us-west-2"], as: "cut" } },
    { at: 300, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 1200,
};
