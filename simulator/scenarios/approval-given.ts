import type { Scenario } from "../scenario.ts";

export const approvalGiven: Scenario = {
  name: "approval-given",
  summary: "The plan asks a person first, and the person says yes",
  plan: "storefront",
  automation: { traffic: "approve", capacity: "approve", database: "approve" },
  failureModes: ["FM18"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    { at: 140, action: { kind: "answer", output: { approved: true, by: "ana", reason: "seen on the status page" } } },
    {
      at: 160,
      action: { kind: "answer", output: { approved: true, by: "ana", reason: "a second or two is all right" } },
    },
  ],
  horizonSeconds: 1200,
};
