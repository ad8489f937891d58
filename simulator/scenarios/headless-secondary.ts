import type { Scenario } from "../scenario.ts";

export const headlessSecondary: Scenario = {
  name: "headless-secondary",
  summary:
    "The cluster in eu-west-1 has no instance and would be a writer with which nobody writes: the next in order is promoted",
  plan: "storefront",
  needs: ["unattendedPromotion", "thirdRegion", "thirdCluster"],
  failureModes: ["FM78"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    { at: -120, action: { kind: "cluster", region: "eu-west-1", change: { as: "instances", statuses: [] } } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 1500,
};
