import type { Scenario } from "../scenario.ts";

export const targetBusy: Scenario = {
  name: "target-busy",
  summary: "Every survivor's cluster is being backed up when us-east-1 goes dark: the first that is free is promoted",
  plan: "storefront",
  needs: ["unattendedPromotion", "thirdRegion"],
  failureModes: ["FM79"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    { at: -20, action: { kind: "cluster", region: "eu-west-1", change: { as: "status", status: "backing-up" } } },
    { at: -20, action: { kind: "cluster", region: "ap-southeast-1", change: { as: "status", status: "maintenance" } } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    { at: 200, action: { kind: "cluster", region: "ap-southeast-1", change: { as: "status", status: "available" } } },
    { at: 260, action: { kind: "cluster", region: "eu-west-1", change: { as: "status", status: "available" } } },
  ],
  horizonSeconds: 1500,
};
