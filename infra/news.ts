import type { EventPattern, Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";
import { approvalEventType } from "../functions/approval/events.ts";
import { heardDecisions, heardOfRuns, heardReasons, heardSignals } from "../functions/notify/heard.ts";
import { deliverySeconds } from "../functions/notify/message.ts";
import { escalationEventType } from "../functions/escalation/records.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { timelineEventSource, timelineEventType } from "../functions/timeline/event.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { NotifyPeople } from "./notify-people.ts";
import { delivered, deliveryAttempts, eventRule } from "./rules.ts";

export interface NewsProps {
  readonly plan: Plan;
  readonly notify: NotifyPeople;
  readonly deadLetters: DeadLetters;
  /** A witness runs nothing, so that all that can come up there is a page. */
  readonly what: "everything" | "pages";
}

/**
 * What people hear of by themselves: pages, questions, that a run has begun, was answered or has closed, and that what a
 * person asked for is not done. The event names a record, and the function tells people what that says
 * (docs/adr/0022-people-hear-from-records.md).
 */
export class News extends Construct {
  readonly rules: readonly Rule[];

  constructor(scope: Construct, id: string, { plan, notify, deadLetters, what }: NewsProps) {
    super(scope, id);
    const target = new LambdaFunction(
      notify.handler.function,
      delivered({ deadLetters, maximumAgeSeconds: deliverySeconds, attempts: deliveryAttempts }),
    );
    const rule = (id: string, name: string, description: string, pattern: EventPattern): Rule => {
      const made = eventRule(this, id, { plan, name, description, pattern });
      made.addTarget(target);
      return made;
    };
    // A timeline event names its incident, and an incident is named after application and Region.
    const ofAnyIncident = plan.regions.map(({ name }) => ({ prefix: `${plan.application}-${name}-e` }));
    const timeline = { source: [timelineEventSource], detailType: [timelineEventType] };
    const pages = rule("Pages", "pages", "A Region fails, automation is blind, or either is over", {
      source: [timelineEventSource],
      detailType: [escalationEventType],
      detail: { application: [plan.application] },
    });
    if (what === "pages") {
      this.rules = [pages];
      return;
    }
    this.rules = [
      pages,
      rule("Questions", "questions", "A run asks a person", {
        source: [timelineEventSource],
        detailType: [approvalEventType],
        detail: { application: [plan.application] },
      }),
      rule("Runs", "runs", "A run has begun, was answered, or has closed", {
        ...timeline,
        detail: { incident: ofAnyIncident, kind: [...heardOfRuns] },
      }),
      // What a person or their tooling asked for and did not get. That a Region fails they hear by the pages.
      rule("Refusals", "refusals", "What a person asked for is not done", {
        ...timeline,
        detail: {
          incident: [...plan.regions.map(({ name }) => name), plan.application],
          kind: ["decision"],
          detail: {
            $or: [
              { decision: [...heardDecisions], signal: { kind: [...heardSignals] } },
              { reason: [...heardReasons] },
            ],
          },
        },
      }),
    ];
  }
}
