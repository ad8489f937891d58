import type { Scenario } from "../scenario.ts";

export const throttling: Scenario = {
  name: "throttling",
  summary: "AWS throttles the first tries of every change: they back off and get through",
  plan: "storefront",
  needs: ["automaticTraffic"],
  failureModes: ["FM33"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    {
      at: 0,
      action: {
        kind: "faults",
        faults: [
          { call: { service: "s3", operation: "PutObject" }, occurrence: 1, verdict: { kind: "throttle" } },
          { call: { service: "s3", operation: "PutObject" }, occurrence: 2, verdict: { kind: "throttle" } },
          {
            call: { service: "autoscaling", operation: "UpdateAutoScalingGroup" },
            occurrence: 1,
            verdict: { kind: "throttle" },
          },
          {
            call: { service: "autoscaling", operation: "UpdateAutoScalingGroup" },
            occurrence: 2,
            verdict: { kind: "throttle" },
          },
          {
            call: { service: "rds", operation: "FailoverGlobalCluster" },
            occurrence: 1,
            verdict: { kind: "throttle" },
          },
          {
            call: { service: "rds", operation: "FailoverGlobalCluster" },
            occurrence: 2,
            verdict: { kind: "throttle" },
          },
          {
            call: { service: "rds", operation: "DescribeGlobalClusters" },
            occurrence: 1,
            verdict: { kind: "throttle" },
          },
          {
            call: { service: "rds", operation: "DescribeGlobalClusters" },
            occurrence: 2,
            verdict: { kind: "throttle" },
          },
          {
            call: { service: "autoscaling", operation: "DescribeAutoScalingGroups" },
            occurrence: 1,
            verdict: { kind: "throttle" },
          },
          {
            call: { service: "autoscaling", operation: "DescribeAutoScalingGroups" },
            occurrence: 2,
            verdict: { kind: "throttle" },
          },
        ],
      },
    },
  ],
  horizonSeconds: 1200,
};
