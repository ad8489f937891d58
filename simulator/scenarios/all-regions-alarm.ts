import type { Scenario } from "../scenario.ts";

export const allRegionsAlarm: Scenario = {
  name: "all-regions-alarm",
  summary: "Every Region looks bad at once, as when the monitoring or something shared is broken",
  plan: "storefront",
  failureModes: ["FM13"],
  expected: "stoodDown",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "gray" } },
    { at: 0, action: { kind: "region", region: "eu-west-1", health: "gray" } },
    { at: 0, action: { kind: "region", region: "ap-southeast-1", health: "gray" } },
    {
      at: 90,
      action: { kind: "alarmEvent", region: "eu-west-1", alarm: "storefront-us-east-1-customers", state: "ALARM" },
    },
    {
      at: 91,
      action: { kind: "alarmEvent", region: "ap-southeast-1", alarm: "storefront-us-east-1-customers", state: "ALARM" },
    },
  ],
  horizonSeconds: 400,
};
