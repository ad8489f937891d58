import type { Scenario } from "../scenario.ts";

export const accessDenied: Scenario = {
  name: "access-denied",
  summary: "The role may not promote the database: that branch stops, the others go on",
  plan: "storefront",
  needs: ["unattendedPromotion"],
  failureModes: ["FM34"],
  expected: "degraded",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    {
      at: 0,
      action: {
        kind: "faults",
        faults: [
          {
            call: { service: "rds", operation: "FailoverGlobalCluster" },
            occurrence: "every",
            verdict: { kind: "deny" },
          },
        ],
      },
    },
  ],
  horizonSeconds: 1200,
};
