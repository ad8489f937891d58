import type { Scenario } from "../scenario.ts";

export const approvalTimeout: Scenario = {
  name: "approval-timeout",
  summary: "The plan asks a person first, and nobody answers: nothing is done",
  plan: "storefront",
  automation: { traffic: "approve", database: "approve", approval: { timeoutSeconds: 300, onNoAnswer: "decline" } },
  failureModes: ["FM18"],
  expected: "stoodDown",
  failedRegion: "us-east-1",
  script: [{ at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } }],
  horizonSeconds: 700,
};
