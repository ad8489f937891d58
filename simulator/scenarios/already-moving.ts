import type { Scenario } from "../scenario.ts";

export const alreadyMoving: Scenario = {
  name: "already-moving",
  summary: "Somebody has started the promotion by hand: it is adopted, not repeated",
  plan: "storefront",
  needs: ["unattendedPromotion"],
  failureModes: ["FM41"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    { at: 40, action: { kind: "databaseMoving", to: "eu-west-1" } },
  ],
  horizonSeconds: 1200,
};
