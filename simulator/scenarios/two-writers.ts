import type { Scenario } from "../scenario.ts";

export const twoWriters: Scenario = {
  name: "two-writers",
  summary: "A second writer turns up: nothing is promoted, both sides are listed, a person chooses",
  plan: "storefront",
  needs: ["unattendedPromotion"],
  failureModes: ["FM44", "FM45"],
  expected: "degraded",
  failedRegion: "us-east-1",
  script: [
    { at: -5, action: { kind: "secondWriter", region: "ap-southeast-1" } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 1200,
};
