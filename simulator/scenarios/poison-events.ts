import type { Scenario } from "../scenario.ts";

export const poisonEvents: Scenario = {
  name: "poison-events",
  summary: "Malformed events and inputs arrive while every Region is fine: each is refused with its reason",
  plan: "storefront",
  failureModes: ["FM6", "FM7"],
  expected: "stoodDown",
  failedRegion: null,
  script: [
    { at: 0, action: { kind: "start", region: "eu-west-1", input: {} } },
    { at: 1, action: { kind: "start", region: "eu-west-1", input: [] } },
    {
      at: 2,
      action: {
        kind: "start",
        region: "eu-west-1",
        input: { region: "us-east-2", reason: "a Region not in the plan" },
      },
    },
    { at: 3, action: { kind: "start", region: "eu-west-1", input: { region: "us-east-1" } } },
    { at: 4, action: { kind: "start", region: "eu-west-1", input: { region: ["us-east-1"], reason: "a list" } } },
    {
      at: 5,
      action: {
        kind: "start",
        region: "eu-west-1",
        input: { retry: "storefront-us-east-1-e1", branches: [], reason: "an empty list" },
      },
    },
    {
      at: 6,
      action: {
        kind: "event",
        region: "eu-west-1",
        event: {
          source: "aws.cloudwatch",
          "detail-type": "CloudWatch Alarm State Change",
          time: "soon",
          region: "eu-west-1",
          detail: {},
        },
      },
    },
    {
      at: 7,
      action: {
        kind: "event",
        region: "eu-west-1",
        event: {
          source: "aws.cloudwatch",
          "detail-type": "CloudWatch Alarm State Change",
          time: "2026-11-01T00:00:00Z",
          region: "eu-west-1",
          detail: { alarmName: "storefront-us-east-1-customers" },
        },
      },
    },
    {
      at: 8,
      action: {
        kind: "event",
        region: "eu-west-1",
        event: {
          source: "aws.health",
          "detail-type": "AWS Health Event",
          time: "2026-11-01T00:00:00Z",
          region: "eu-west-1",
          detail: { eventRegion: 7 },
        },
      },
    },
    {
      at: 9,
      action: {
        kind: "alarmEvent",
        region: "eu-west-1",
        alarm: "storefront-us-east-1-customers",
        state: "INSUFFICIENT_DATA",
      },
    },
  ],
  horizonSeconds: 120,
};
