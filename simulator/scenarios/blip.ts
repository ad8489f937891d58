import type { Scenario } from "../scenario.ts";

export const blip: Scenario = {
  name: "blip",
  summary: "us-east-1 is gone for 43 seconds and comes back: nothing is done",
  plan: "storefront",
  needs: ["patience"],
  failureModes: ["FM17"],
  expected: "stoodDown",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    { at: 43, action: { kind: "region", region: "us-east-1", health: "up" } },
  ],
  horizonSeconds: 400,
};
