import type { Scenario } from "../scenario.ts";

export const targetRefused: Scenario = {
  name: "target-refused",
  summary:
    "AWS refuses eu-west-1 as the writer for good, for a patch level that nobody sees: the next in order gets its turn",
  plan: "storefront",
  needs: ["unattendedPromotion", "thirdRegion", "thirdCluster"],
  failureModes: ["FM77"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    { at: -120, action: { kind: "cluster", region: "eu-west-1", change: { as: "version", differs: "patch" } } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 1500,
};
