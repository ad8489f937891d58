import type { Scenario } from "../scenario.ts";

export const lagBeyondBudget: Scenario = {
  name: "lag-beyond-budget",
  summary: "Replication had stalled for minutes when us-east-1 goes dark: a person is asked before data is given up",
  plan: "storefront",
  needs: ["promotion"],
  failureModes: ["FM39"],
  expected: "waitingForApproval",
  failedRegion: "us-east-1",
  script: [
    { at: -100, action: { kind: "stallReplication", region: "eu-west-1" } },
    { at: -100, action: { kind: "stallReplication", region: "ap-southeast-1" } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 900,
};
