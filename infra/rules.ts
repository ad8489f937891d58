import { Duration } from "aws-cdk-lib";
import { type CfnRule, type EventPattern, Rule } from "aws-cdk-lib/aws-events";
import type { Construct } from "constructs";
import type { Plan } from "../functions/shared/plan/plan.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { placeOf } from "./handler-function.ts";
import { partName } from "./names.ts";

export interface EventRuleProps {
  readonly plan: Plan;
  /** What the rule is called, after `failover-<application>-`. */
  readonly name: string;
  readonly description: string;
  readonly pattern: EventPattern;
}

/**
 * A rule of the default bus that matches the own account's events alone, whoever a bus may admit, and never a replayed one:
 * a replay of last week must not evacuate a Region today.
 */
export function eventRule(scope: Construct, id: string, props: EventRuleProps): Rule {
  const { plan, name, description, pattern } = props;
  const eventPattern = { ...pattern, account: [placeOf(scope).account] };
  const rule = new Rule(scope, id, { ruleName: partName(plan, name), description, eventPattern });
  (rule.node.defaultChild as CfnRule).addPropertyOverride("EventPattern.replay-name", [{ exists: false }]);
  return rule;
}

/** How hard EventBridge tries to deliver to a target, and where it puts what it could not deliver. */
export interface Delivery {
  readonly deadLetters: DeadLetters;
  /** Older events are not delivered any more. */
  readonly maximumAgeSeconds: number;
  readonly attempts: number;
}

/** EventBridge takes no less (`RetryPolicy`, MaximumEventAgeInSeconds); the assessor looks at an event's age anyway. */
const leastEventAgeSeconds = 60;

export function delivered({ deadLetters, maximumAgeSeconds, attempts }: Delivery) {
  return {
    deadLetterQueue: deadLetters.queue,
    maxEventAge: Duration.seconds(Math.max(leastEventAgeSeconds, maximumAgeSeconds)),
    retryAttempts: attempts,
  };
}

/** Repeats of a delivery that failed, within the event's age. */
export const deliveryAttempts = 8;
