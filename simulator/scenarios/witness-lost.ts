import type { Scenario } from "../scenario.ts";

export const witnessLost: Scenario = {
  name: "witness-lost",
  summary:
    "The witness is lost, then two Regions at once: the last one hears nobody and may not judge, and people are told",
  plan: "storefront",
  needs: ["thirdRegion"],
  failureModes: ["FM59"],
  expected: "stoodDown",
  failedRegion: "us-east-1",
  script: [
    { at: -300, action: { kind: "region", region: "us-west-2", health: "dark" } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    { at: 0, action: { kind: "region", region: "ap-southeast-1", health: "dark" } },
  ],
  horizonSeconds: 600,
};
