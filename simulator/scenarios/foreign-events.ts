import type { Cue, Scenario } from "../scenario.ts";

const request = {
  source: "region-failover",
  "detail-type": "Failover Requested",
  detail: { application: "storefront", region: "us-east-1", reason: "it is down", by: "somebody else" },
};
const alarm = {
  source: "aws.cloudwatch",
  "detail-type": "CloudWatch Alarm State Change",
  detail: { alarmName: "storefront-us-east-1-customers", state: { value: "ALARM" } },
};
const health = {
  source: "aws.health",
  "detail-type": "AWS Health Event",
  detail: {
    eventArn: "arn:aws:health:us-east-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/2",
    eventTypeCategory: "issue",
    eventRegion: "us-east-1",
    statusCode: "open",
  },
};

export const foreignEvents: Scenario = {
  name: "foreign-events",
  summary: "Another account asks for a failover, rings the plan's alarm and speaks of an outage: nothing of it counts",
  plan: "storefront",
  failureModes: ["FM58"],
  expected: "stoodDown",
  failedRegion: null,
  script: [request, alarm, health].flatMap((event, index): Cue[] => [
    { at: index * 10, action: { kind: "foreignEvent", region: "eu-west-1", by: "bus", event } },
    { at: index * 10 + 5, action: { kind: "foreignEvent", region: "eu-west-1", by: "ownRule", event } },
  ]),
  horizonSeconds: 120,
};
