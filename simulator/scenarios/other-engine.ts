import type { Scenario } from "../scenario.ts";

export const otherEngine: Scenario = {
  name: "other-engine",
  summary: "The plan names clusters of DocumentDB, whose ARNs look like Aurora's: their writer is left alone, by name",
  plan: "storefront",
  needs: ["unattendedPromotion"],
  failureModes: ["FM81"],
  expected: "degraded",
  failedRegion: "us-east-1",
  script: [
    { at: -400, action: { kind: "engine", engine: "docdb" } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 1200,
};
