import type { Scenario } from "../scenario.ts";

export const silenceAfterReturn: Scenario = {
  name: "silence-after-return",
  summary: "The plan takes silence for a yes; us-east-1 is back before the time is up: nobody evacuates it",
  plan: "storefront",
  automation: { traffic: "approve", database: "approve", approval: { timeoutSeconds: 240, onNoAnswer: "proceed" } },
  failureModes: ["FM68"],
  expected: "stoodDown",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    { at: 200, action: { kind: "region", region: "us-east-1", health: "up" } },
  ],
  horizonSeconds: 900,
};
