import type { Scenario } from "../scenario.ts";

export const questionGroundGone: Scenario = {
  name: "question-ground-gone",
  summary:
    "A person is asked for half an hour about us-east-1, which is back after two minutes: the question ends by itself",
  plan: "storefront",
  automation: { traffic: "approve", database: "approve", approval: { timeoutSeconds: 1_800, onNoAnswer: "decline" } },
  failureModes: ["FM69"],
  expected: "stoodDown",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    { at: 120, action: { kind: "region", region: "us-east-1", health: "up" } },
  ],
  horizonSeconds: 2_400,
};
