import type { Scenario } from "../scenario.ts";

export const cutOffSurvivor: Scenario = {
  name: "cut-off-survivor",
  summary:
    "Customers of us-east-1 fail, and eu-west-1 alone has lost it: the others hear it, and the writer moves to ap-southeast-1 without loss",
  plan: "storefront",
  needs: ["unattendedPromotion", "thirdRegion", "thirdCluster"],
  failureModes: ["FM73"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "gray" } },
    { at: 5, action: { kind: "link", between: ["us-east-1", "eu-west-1"], as: "cut" } },
  ],
  horizonSeconds: 1500,
};
