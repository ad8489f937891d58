import type { Scenario } from "../scenario.ts";

export const flapping: Scenario = {
  name: "flapping",
  summary: "us-east-1 fails and passes by turns, never long enough to be confirmed",
  plan: "storefront",
  failureModes: ["FM11"],
  expected: "stoodDown",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "gray" } },
    { at: 25, action: { kind: "region", region: "us-east-1", health: "up" } },
    { at: 50, action: { kind: "region", region: "us-east-1", health: "gray" } },
    { at: 75, action: { kind: "region", region: "us-east-1", health: "up" } },
    { at: 100, action: { kind: "region", region: "us-east-1", health: "gray" } },
    { at: 125, action: { kind: "region", region: "us-east-1", health: "up" } },
    { at: 150, action: { kind: "region", region: "us-east-1", health: "gray" } },
    { at: 175, action: { kind: "region", region: "us-east-1", health: "up" } },
    { at: 200, action: { kind: "region", region: "us-east-1", health: "gray" } },
    { at: 225, action: { kind: "region", region: "us-east-1", health: "up" } },
    { at: 250, action: { kind: "region", region: "us-east-1", health: "gray" } },
    { at: 275, action: { kind: "region", region: "us-east-1", health: "up" } },
    { at: 300, action: { kind: "region", region: "us-east-1", health: "gray" } },
    { at: 325, action: { kind: "region", region: "us-east-1", health: "up" } },
    { at: 350, action: { kind: "region", region: "us-east-1", health: "gray" } },
    { at: 375, action: { kind: "region", region: "us-east-1", health: "up" } },
    {
      at: 40,
      action: { kind: "alarmEvent", region: "eu-west-1", alarm: "storefront-us-east-1-customers", state: "ALARM" },
    },
    {
      at: 90,
      action: { kind: "alarmEvent", region: "eu-west-1", alarm: "storefront-us-east-1-customers", state: "ALARM" },
    },
    {
      at: 140,
      action: { kind: "alarmEvent", region: "eu-west-1", alarm: "storefront-us-east-1-customers", state: "ALARM" },
    },
    {
      at: 190,
      action: { kind: "alarmEvent", region: "eu-west-1", alarm: "storefront-us-east-1-customers", state: "ALARM" },
    },
    {
      at: 240,
      action: { kind: "alarmEvent", region: "eu-west-1", alarm: "storefront-us-east-1-customers", state: "ALARM" },
    },
    {
      at: 290,
      action: { kind: "alarmEvent", region: "eu-west-1", alarm: "storefront-us-east-1-customers", state: "ALARM" },
    },
    {
      at: 340,
      action: { kind: "alarmEvent", region: "eu-west-1", alarm: "storefront-us-east-1-customers", state: "ALARM" },
    },
    {
      at: 390,
      action: { kind: "alarmEvent", region: "eu-west-1", alarm: "storefront-us-east-1-customers", state: "ALARM" },
    },
  ],
  horizonSeconds: 600,
};
