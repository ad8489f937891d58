import type { Scenario } from "../scenario.ts";

export const neverCloses: Scenario = {
  name: "never-closes",
  summary: "No run can be closed, for its role may not write: it is taken over a few times, then people are paged",
  plan: "storefront",
  needs: ["unattendedRun"],
  failureModes: ["FM23", "FM34"],
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
            call: { functionName: "TimelineClose", service: "dynamodb", operation: "PutItem" },
            occurrence: "every",
            verdict: { kind: "deny" },
          },
        ],
      },
    },
  ],
  // Five takeovers, each as long as a whole run.
  horizonSeconds: 2400,
};
