import type { Scenario } from "../scenario.ts";

export const leaseStoreUnreachable: Scenario = {
  name: "lease-store-unreachable",
  summary: "us-east-1 goes dark and the coordination table has lost its majority: no lease, no change",
  plan: "storefront",
  failureModes: ["FM26"],
  expected: "stoodDown",
  failedRegion: "us-east-1",
  script: [
    { at: -1, action: { kind: "region", region: "eu-west-2", health: "dark" } },
    { at: -1, action: { kind: "region", region: "eu-central-1", health: "dark" } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    {
      at: 90,
      action: { kind: "alarmEvent", region: "eu-west-1", alarm: "storefront-us-east-1-customers", state: "ALARM" },
    },
  ],
  horizonSeconds: 400,
};
