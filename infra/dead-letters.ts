import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, Stats, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { acknowledge } from "./acknowledge.ts";
import { partName } from "./names.ts";
import type { Paging } from "./paging.ts";

export interface DeadLettersProps {
  readonly plan: Plan;
  /** Who is told. */
  readonly paging: Paging;
  /** What queue and alarm are called, after `failover-<application>-`. @default dead-letters */
  readonly name?: string;
}

/** Where EventBridge puts what it could not deliver; anything in it pages. */
export class DeadLetters extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { plan, paging, name = "dead-letters" }: DeadLettersProps) {
    super(scope, id);
    this.queue = new Queue(this, "Queue", {
      queueName: partName(plan, name),
      // SQS's own key: EventBridge may use it without being granted anything.
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.queue, { SQS3: "It is the dead-letter queue: of the EventBridge rules, not of another queue" });
    paging.alarm(this, "NotEmpty", {
      name,
      because: "EventBridge could not deliver an event; the message's attributes say which rule and why",
      metric: this.queue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: Stats.MAXIMUM,
      }),
      comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      periods: 1,
      missing: TreatMissingData.NOT_BREACHING,
    });
  }
}
