import type { EventPattern, Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";
import { approvalEventType } from "../functions/approval/events.ts";
import { heardDecisions, heardOfRuns, heardReasons, heardSignal } from "../functions/notify/heard.ts";
import { deliverySeconds } from "../functions/notify/message.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { timelineEventSource, timelineEventType } from "../functions/timeline/event.ts";
import { pageEventType } from "../functions/watch/pages.ts";
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
 * What people hear of by themselves: questions, what automation gave up on, decisions to act, decisions that a person may want to overrule, answers and
 * closings. The event names a record, and the function tells people what that says
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
    const pages = rule("Pages", "pages", "Automation cannot or may not go on", {
      source: [timelineEventSource],
      detailType: [pageEventType],
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
      // A decision that opened no incident names the Region that it is about, or the application. Of those that stood down
      // there may be many, one an event; people hear of what the watch has recorded, which is once a failure.
      rule("Refusals", "refusals", "It would have acted but only observes, it refused to act, or leaves it to people", {
        ...timeline,
        detail: {
          incident: [...plan.regions.map(({ name }) => name), plan.application],
          kind: ["decision"],
          detail: {
            $or: [{ decision: [...heardDecisions] }, { reason: [...heardReasons], signal: { kind: [heardSignal] } }],
          },
        },
      }),
    ];
  }
}
