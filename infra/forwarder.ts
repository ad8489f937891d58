import type { EventPattern, Rule } from "aws-cdk-lib/aws-events";
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { knownAlarms } from "../functions/shared/plan/alarms.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { DeadLetters } from "./dead-letters.ts";
import { placeOf } from "./handler-function.ts";
import { healthChecksRegion } from "./health-checks.ts";
import { defaultBusArn } from "./names.ts";
import { Paging } from "./paging.ts";
import { delivered, deliveryAttempts, eventRule } from "./rules.ts";
import { alarmPattern } from "./triggers.ts";

/**
 * AWS Health sends an event to the bus of the Region that it is about, whose controller acts least of all, and to that of
 * one other: us-west-2, or us-east-1 for an event about us-west-2 (AWS Health User Guide, "Creating EventBridge rules for
 * AWS Region coverage").
 */
function healthBackupOf(region: string): string {
  return region === "us-west-2" ? "us-east-1" : "us-west-2";
}

interface Forwarding {
  readonly name: string;
  readonly description: string;
  readonly pattern: EventPattern;
}

/** What comes up in a Region and is wanted in others. */
function forwardings(plan: Plan, region: string): readonly Forwarding[] {
  const spokenOf = plan.regions.map(({ name }) => name).filter((name) => healthBackupOf(name) === region);
  return [
    ...(region === healthChecksRegion && knownAlarms(plan).length > 0
      ? [
          {
            name: "forward",
            description: "Sends the alarms of this Region on to the Regions that serve",
            pattern: alarmPattern(plan),
          },
        ]
      : []),
    ...(spokenOf.length > 0
      ? [
          {
            name: "forward-health",
            description: "Sends what AWS Health says of the plan's Regions on to the Regions that serve",
            pattern: {
              source: ["aws.health"],
              detailType: ["AWS Health Event"],
              detail: { eventRegion: spokenOf },
            },
          },
        ]
      : []),
  ];
}

/** Regions from whose bus something is sent on. */
export function forwarderRegions(plan: Plan): readonly string[] {
  return [healthChecksRegion, "us-west-2"].filter((region) => forwardings(plan, region).length > 0);
}

/**
 * Sends what comes up in one Region only on to the buses of the Regions that serve: alarms of us-east-1, and AWS Health's
 * events where they are backed up. A convenience: it is dead when its Region is, and each Region's watch needs none of it.
 *
 * EventBridge sends an event on once and no further, and no two of these rules match the same event: none goes round. The
 * buses need no policy of their own, for they are of the same account, and the role may put events on them.
 */
export class Forwarder extends Construct {
  readonly rules: readonly Rule[];
  /** For people: that an event could not be sent on. */
  readonly topic: Topic;
  readonly deadLetters: DeadLetters;

  constructor(scope: Construct, id: string, plan: Plan) {
    super(scope, id);
    const place = placeOf(this);
    const buses = plan.regions
      .map(({ name }) => name)
      .filter((region) => region !== place.region)
      .map((region) => defaultBusArn({ ...place, region }));
    const paging = new Paging(this, "Paging", { plan, name: "forwarder-people" });
    this.topic = paging.topic;
    this.deadLetters = new DeadLetters(this, "DeadLetters", { plan, paging, name: "forwarder-dead-letters" });
    const role = new Role(this, "Role", {
      description: "Lets EventBridge put events on the buses of other Regions",
      assumedBy: new ServicePrincipal("events.amazonaws.com"),
      inlinePolicies: {
        forward: new PolicyDocument({
          statements: [
            new PolicyStatement({ effect: Effect.ALLOW, actions: ["events:PutEvents"], resources: [...buses] }),
          ],
        }),
      },
    });
    const { deadLetterQueue, maxEventAge, retryAttempts } = delivered({
      deadLetters: this.deadLetters,
      maximumAgeSeconds: plan.detection.maximumEventAgeSeconds,
      attempts: deliveryAttempts,
    });
    this.rules = forwardings(plan, place.region).map(({ name, description, pattern }) => {
      const rule = eventRule(this, name === "forward" ? "Forward" : "ForwardHealth", {
        plan,
        name,
        description,
        pattern,
      });
      for (const arn of buses) {
        // The CDK's own target for a bus takes no event age.
        rule.addTarget({
          bind: () => ({
            arn,
            role,
            deadLetterConfig: { arn: deadLetterQueue.queueArn },
            retryPolicy: { maximumEventAgeInSeconds: maxEventAge.toSeconds(), maximumRetryAttempts: retryAttempts },
          }),
        });
      }
      deadLetterQueue.addToResourcePolicy(
        new PolicyStatement({
          principals: [new ServicePrincipal("events.amazonaws.com")],
          actions: ["sqs:SendMessage"],
          resources: [deadLetterQueue.queueArn],
          conditions: { ArnEquals: { "aws:SourceArn": rule.ruleArn } },
        }),
      );
      return rule;
    });
  }
}
