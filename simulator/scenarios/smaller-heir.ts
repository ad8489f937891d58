import type { Scenario } from "../scenario.ts";

export const smallerHeir: Scenario = {
  name: "smaller-heir",
  summary: "us-east-1 is lost and eu-west-1 becomes the writer with a quarter of its capacity: the timeline says so",
  plan: "storefront",
  needs: ["unattendedPromotion"],
  failureModes: ["FM85"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    {
      at: -180,
      action: {
        kind: "databaseSize",
        region: "us-east-1",
        instanceClass: "db.serverless",
        units: { minimum: 8, maximum: 64 },
      },
    },
    {
      at: -180,
      action: {
        kind: "databaseSize",
        region: "eu-west-1",
        instanceClass: "db.serverless",
        units: { minimum: 1, maximum: 16 },
      },
    },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 1_200,
};
