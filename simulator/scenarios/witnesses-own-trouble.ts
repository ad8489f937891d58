import type { Scenario } from "../scenario.ts";

export const witnessesOwnTrouble: Scenario = {
  name: "witnesses-own-trouble",
  summary: "Two vantages reach nobody any more, and say that every Region fails; all are fine, and see each other so",
  plan: "storefront",
  needs: ["thirdRegion"],
  failureModes: ["FM15", "FM72"],
  expected: "stoodDown",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "view", region: "us-west-2", as: "lost" } },
    { at: 20, action: { kind: "view", region: "ap-southeast-1", as: "lost" } },
    { at: 600, action: { kind: "view", region: "us-west-2", as: "back" } },
    { at: 620, action: { kind: "view", region: "ap-southeast-1", as: "back" } },
  ],
  horizonSeconds: 800,
};
