import type { Scenario } from "../scenario.ts";

export const observerPartition: Scenario = {
  name: "observer-partition",
  summary: "eu-west-1 loses its view of us-east-1, and for a while of everybody; us-east-1 is fine",
  plan: "storefront",
  failureModes: ["FM14", "FM15"],
  expected: "stoodDown",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "link", between: ["eu-west-1", "us-east-1"], as: "cut" } },
    {
      at: 90,
      action: { kind: "alarmEvent", region: "eu-west-1", alarm: "storefront-us-east-1-customers", state: "ALARM" },
    },
    { at: 120, action: { kind: "link", between: ["eu-west-1", "ap-southeast-1"], as: "cut" } },
    { at: 120, action: { kind: "link", between: ["eu-west-1", "us-west-2"], as: "cut" } },
    {
      at: 170,
      action: { kind: "alarmEvent", region: "eu-west-1", alarm: "storefront-us-east-1-customers", state: "ALARM" },
    },
    { at: 172, action: { kind: "link", between: ["eu-west-1", "ap-southeast-1"], as: "mended" } },
    { at: 172, action: { kind: "link", between: ["eu-west-1", "us-west-2"], as: "mended" } },
  ],
  horizonSeconds: 500,
};
