import { CfnOutput } from "aws-cdk-lib";
import type { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { DeadLetters } from "./dead-letters.ts";
import type { HandlerCode } from "./handler-code.ts";
import { News } from "./news.ts";
import { NotifyPeople } from "./notify-people.ts";
import { Paging } from "./paging.ts";
import type { PlanDocument } from "./plan-document.ts";
import { Watch } from "./watch.ts";

export interface WitnessProps {
  readonly document: PlanDocument;
  readonly code: HandlerCode;
  readonly logRetention: RetentionDays;
}

/** What a Region has that only observes: a watch that starts nothing, and what tells people of a page. */
export class Witness extends Construct {
  readonly watch: Watch;
  /** For people: pages, and that the witness does not see. */
  readonly topic: Topic;
  /** Alarms of the witness itself, on the topic, and what they are called. */
  readonly alarms: readonly Alarm[];
  readonly alarmNames: readonly string[];

  constructor(scope: Construct, id: string, { document, code, logRetention }: WitnessProps) {
    super(scope, id);
    const { plan } = document;
    const paging = new Paging(this, "Paging", { plan });
    this.topic = paging.topic;
    this.watch = new Watch(this, "Watch", { document, code, logRetention, paging, stateMachineArn: null });
    const deadLetters = new DeadLetters(this, "DeadLetters", { plan, paging });
    const notify = new NotifyPeople(this, "Notify", { document, code, logRetention, paging, deadLetters });
    new News(this, "News", { plan, notify, deadLetters, what: "pages" });
    this.alarms = paging.alarms;
    this.alarmNames = paging.alarmNames;
    new CfnOutput(this, "TopicArn", { value: this.topic.topicArn, description: "Subscribe whoever is on call" });
  }
}
