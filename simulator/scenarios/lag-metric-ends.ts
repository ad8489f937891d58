import type { Scenario } from "../scenario.ts";

const preferred = { kind: "lagMetric", metric: "AuroraGlobalDBRPOLag", as: "missing" } as const;

export const lagMetricEnds: Scenario = {
  name: "lag-metric-ends",
  summary:
    "The lag metric that is preferred ended long before us-east-1 goes dark, the other goes on, half the reads throttled",
  plan: "storefront",
  needs: ["unattendedPromotion"],
  failureModes: ["FM40"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    { at: -360, action: { ...preferred, region: "eu-west-1" } },
    { at: -360, action: { ...preferred, region: "ap-southeast-1" } },
    { at: -60, action: { kind: "throttle", what: { service: "cloudwatch" }, share: 0.5, seconds: 600 } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 1200,
};
