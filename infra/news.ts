import { type EventPattern, type Rule, RuleTargetInput } from "aws-cdk-lib/aws-events";
import { SnsTopic } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";
import { approvalEventType } from "../functions/approval/events.ts";
import { escalationEventType } from "../functions/escalation/records.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { timelineEventSource, timelineEventType } from "../functions/timeline/event.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { Paging } from "./paging.ts";
import { delivered, deliveryAttempts, eventRule } from "./rules.ts";

/** A question may wait longer than this, but whoever hears of it later reads of it in the timeline. */
const maximumAgeSeconds = 3_600;

export interface NewsProps {
  readonly plan: Plan;
  readonly paging: Paging;
  readonly deadLetters: DeadLetters;
}

/**
 * What people hear of by themselves: questions, what automation gave up on, decisions to act, decisions that a person may want to overrule, answers and
 * closings. Each message is the event's detail as it stands, with the commands that answer in it: what a person typed may
 * hold any sign, and a template that chokes on a quotation mark would swallow the page.
 */
export class News extends Construct {
  readonly rules: readonly Rule[];

  constructor(scope: Construct, id: string, { plan, paging, deadLetters }: NewsProps) {
    super(scope, id);
    const target = new SnsTopic(paging.topic, {
      message: RuleTargetInput.fromEventPath("$.detail"),
      ...delivered({ deadLetters, maximumAgeSeconds, attempts: deliveryAttempts }),
    });
    const rule = (id: string, name: string, description: string, pattern: EventPattern): Rule => {
      const made = eventRule(this, id, { plan, name, description, pattern });
      made.addTarget(target);
      return made;
    };
    // A timeline event names its incident, and an incident is named after application and Region.
    const ofAnyIncident = plan.regions.map(({ name }) => ({ prefix: `${plan.application}-${name}-e` }));
    const timeline = { source: [timelineEventSource], detailType: [timelineEventType] };
    this.rules = [
      rule("Questions", "questions", "A run asks a person", {
        source: [timelineEventSource],
        detailType: [approvalEventType],
        detail: { application: [plan.application] },
      }),
      rule("Pages", "pages", "A Region fails, automation is blind, or either is over", {
        source: [timelineEventSource],
        detailType: [escalationEventType],
        detail: { application: [plan.application] },
      }),
      rule("Runs", "runs", "A run has begun, was answered, or has closed", {
        ...timeline,
        detail: { incident: ofAnyIncident, kind: ["opened", "takenOver", "retried", "approvalAnswered", "closed"] },
      }),
      // What a person or their tooling asked for and did not get. That a Region fails they hear by the pages.
      rule("Refusals", "refusals", "What a person asked for is not done", {
        ...timeline,
        detail: {
          incident: [...plan.regions.map(({ name }) => name), plan.application],
          kind: ["decision"],
          detail: {
            $or: [
              { decision: ["observed", "refused"], signal: { kind: ["request", "retry"] } },
              { reason: ["invalidInput"] },
            ],
          },
        },
      }),
    ];
  }
}
