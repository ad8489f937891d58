import type { Scenario } from "../scenario.ts";

export const lagMetricCoarse: Scenario = {
  name: "lag-metric-coarse",
  summary:
    "The lag is measured in whole seconds, so minutes are often equal: that is no frozen metric, and nobody is asked",
  plan: "storefront",
  needs: ["unattendedPromotion"],
  failureModes: ["FM40"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    { at: -620, action: { kind: "lagMetric", region: "eu-west-1", as: "coarse" } },
    { at: -620, action: { kind: "lagMetric", region: "ap-southeast-1", as: "coarse" } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 1200,
};
