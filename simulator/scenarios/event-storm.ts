import type { Scenario } from "../scenario.ts";

export const eventStorm: Scenario = {
  name: "event-storm",
  summary: "us-east-1 goes dark and 500 events arrive: duplicated, reordered, late, replayed, muted",
  plan: "storefront",
  failureModes: ["FM1", "FM2", "FM3", "FM5", "FM10"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    {
      at: 65,
      action: {
        kind: "alarmEvent",
        region: "eu-west-1",
        alarm: "storefront-us-east-1-customers",
        state: "ALARM",
        copies: 250,
        spreadSeconds: 60,
      },
    },
    {
      at: 65,
      action: {
        kind: "alarmEvent",
        region: "ap-southeast-1",
        alarm: "storefront-us-east-1-customers",
        state: "ALARM",
        copies: 150,
        spreadSeconds: 60,
      },
    },
    {
      at: 70,
      action: {
        kind: "alarmEvent",
        region: "eu-west-1",
        alarm: "storefront-us-east-1-customers",
        state: "OK",
        copies: 25,
        spreadSeconds: 60,
      },
    },
    {
      at: 70,
      action: {
        kind: "alarmEvent",
        region: "eu-west-1",
        alarm: "storefront-us-east-1-customers",
        state: "ALARM",
        ageSeconds: 3600,
        copies: 25,
        spreadSeconds: 60,
      },
    },
    {
      at: 70,
      action: {
        kind: "alarmEvent",
        region: "eu-west-1",
        alarm: "storefront-us-east-1-customers",
        state: "ALARM",
        silenced: "replayed",
        copies: 25,
        spreadSeconds: 60,
      },
    },
    {
      at: 70,
      action: {
        kind: "alarmEvent",
        region: "ap-southeast-1",
        alarm: "storefront-us-east-1-customers",
        state: "ALARM",
        silenced: "muted",
        copies: 25,
        spreadSeconds: 60,
      },
    },
  ],
  horizonSeconds: 1200,
};
