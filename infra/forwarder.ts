import type { Rule } from "aws-cdk-lib/aws-events";
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { DeadLetters } from "./dead-letters.ts";
import { placeOf } from "./handler-function.ts";
import { defaultBusArn } from "./names.ts";
import { Paging } from "./paging.ts";
import { delivered, deliveryAttempts, eventRule } from "./rules.ts";
import { alarmPattern } from "./triggers.ts";

/** Route 53's metrics, and so alarms on them, exist in this Region alone. */
export const forwarderRegion = "us-east-1";

/** Regions that alarms must be forwarded to; none when nobody's alarms are in the plan. */
export function forwardedTo(plan: Plan): readonly string[] {
  if (plan.detection.alarms.length === 0) return [];
  return plan.regions.map(({ name }) => name).filter((region) => region !== forwarderRegion);
}

/**
 * Sends the plan's alarms of us-east-1 on to the buses of the Regions that serve. A convenience: it is dead when us-east-1
 * is, and each Region's watch needs none of it. A forwarded event goes no further.
 */
export class Forwarder extends Construct {
  readonly rule: Rule;
  readonly paging: Paging;
  readonly deadLetters: DeadLetters;

  constructor(scope: Construct, id: string, plan: Plan) {
    super(scope, id);
    const place = placeOf(this);
    const buses = forwardedTo(plan).map((region) => ({ region, arn: defaultBusArn({ ...place, region }) }));
    this.paging = new Paging(this, "Paging", { plan, name: "forwarder-people" });
    this.deadLetters = new DeadLetters(this, "DeadLetters", {
      plan,
      paging: this.paging,
      name: "forwarder-dead-letters",
    });
    const role = new Role(this, "Role", {
      description: "Lets EventBridge put events on the buses of other Regions",
      assumedBy: new ServicePrincipal("events.amazonaws.com"),
      inlinePolicies: {
        forward: new PolicyDocument({
          statements: [
            new PolicyStatement({
              effect: Effect.ALLOW,
              actions: ["events:PutEvents"],
              resources: buses.map(({ arn }) => arn),
            }),
          ],
        }),
      },
    });
    this.rule = eventRule(this, "Forward", {
      plan,
      name: "forward",
      description: "Sends the plan's alarms of this Region on to the Regions that serve",
      pattern: alarmPattern(plan),
    });
    const { deadLetterQueue, maxEventAge, retryAttempts } = delivered({
      deadLetters: this.deadLetters,
      maximumAgeSeconds: plan.detection.maximumEventAgeSeconds,
      attempts: deliveryAttempts,
    });
    for (const { arn } of buses) {
      // The CDK's own target for a bus takes no event age.
      this.rule.addTarget({
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
        conditions: { ArnEquals: { "aws:SourceArn": this.rule.ruleArn } },
      }),
    );
  }
}
