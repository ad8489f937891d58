import type { Scenario } from "../scenario.ts";

export const detachedByHand: Scenario = {
  name: "detached-by-hand",
  summary:
    "A person has detached the cluster in eu-west-1, and made it a writer: before another is made, people are asked",
  plan: "storefront",
  needs: ["unattendedPromotion", "thirdRegion", "thirdCluster", "patience"],
  failureModes: ["FM76"],
  expected: "waitingForApproval",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    { at: 30, action: { kind: "cluster", region: "eu-west-1", change: { as: "detached" } } },
  ],
  horizonSeconds: 1500,
};
