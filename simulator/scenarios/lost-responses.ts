import type { Scenario } from "../scenario.ts";

export const lostResponses: Scenario = {
  name: "lost-responses",
  summary: "Every first change is made and its answer lost: reality is read, nothing is repeated blindly",
  plan: "storefront",
  needs: ["automaticTraffic"],
  failureModes: ["FM31", "FM32"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    {
      at: 0,
      action: {
        kind: "faults",
        faults: [
          { call: { service: "s3", operation: "PutObject" }, occurrence: 1, verdict: { kind: "lostResponse" } },
          {
            call: { service: "autoscaling", operation: "UpdateAutoScalingGroup" },
            occurrence: 1,
            verdict: { kind: "lostResponse" },
          },
          {
            call: { service: "rds", operation: "FailoverGlobalCluster" },
            occurrence: 1,
            verdict: { kind: "lostResponse" },
          },
          {
            call: { service: "dynamodb", operation: "PutItem", functionName: "AssessSignal" },
            occurrence: 1,
            verdict: { kind: "lostResponse" },
          },
          {
            call: { service: "dynamodb", operation: "PutItem", functionName: "TrafficShift" },
            occurrence: 1,
            verdict: { kind: "lostResponse" },
          },
        ],
      },
    },
  ],
  horizonSeconds: 1200,
};
