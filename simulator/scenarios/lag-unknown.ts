import type { Scenario } from "../scenario.ts";

export const lagUnknown: Scenario = {
  name: "lag-unknown",
  summary: "The lag metric had stopped when us-east-1 goes dark: unknown is not zero, so a person is asked",
  plan: "storefront",
  needs: ["promotion"],
  failureModes: ["FM40"],
  expected: "waitingForApproval",
  failedRegion: "us-east-1",
  script: [
    { at: -175, action: { kind: "lagMetric", region: "eu-west-1", as: "missing" } },
    { at: -175, action: { kind: "lagMetric", region: "ap-southeast-1", as: "missing" } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 900,
};
