import type { EventPattern, Rule } from "aws-cdk-lib/aws-events";
import { SfnStateMachine } from "aws-cdk-lib/aws-events-targets";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { requestedEventSource, requestedEventType } from "../functions/assess/signal.ts";
import { knownAlarms } from "../functions/shared/plan/alarms.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { delivered, deliveryAttempts, eventRule } from "./rules.ts";

/** Alarms of the plan, or on Route 53's endpoint checks, that begin to ring. */
export function alarmPattern(plan: Plan): EventPattern {
  return {
    source: ["aws.cloudwatch"],
    detailType: ["CloudWatch Alarm State Change"],
    detail: { alarmName: knownAlarms(plan).map(({ name }) => name), state: { value: ["ALARM"] } },
  };
}

export interface TriggersProps {
  readonly plan: Plan;
  readonly machine: StateMachine;
  readonly deadLetters: DeadLetters;
}

/**
 * The events that start the state machine: each one a reason to look, never proof. What is unrelated to the plan is for
 * the assessor to say and to record.
 */
export class Triggers extends Construct {
  readonly rules: readonly Rule[];

  constructor(scope: Construct, id: string, { plan, machine, deadLetters }: TriggersProps) {
    super(scope, id);
    const target = new SfnStateMachine(
      machine,
      delivered({
        deadLetters,
        maximumAgeSeconds: plan.detection.maximumEventAgeSeconds,
        attempts: deliveryAttempts,
      }),
    );
    const rule = (name: string, description: string, pattern: EventPattern): Rule => {
      const made = eventRule(this, `${name.charAt(0).toUpperCase()}${name.slice(1)}`, {
        plan,
        name,
        description,
        pattern,
      });
      made.addTarget(target);
      return made;
    };
    this.rules = [
      ...(knownAlarms(plan).length === 0
        ? []
        : [
            rule(
              "alarms",
              "An alarm of the plan, or on a Region's endpoint check, rings: a reason to look",
              alarmPattern(plan),
            ),
          ]),
      rule("health", "AWS Health speaks: a reason to look", {
        source: ["aws.health"],
        detailType: ["AWS Health Event"],
      }),
      rule("requested", "Somebody, or incident tooling, asks for a failover", {
        source: [requestedEventSource],
        detailType: [requestedEventType],
      }),
    ];
  }
}
