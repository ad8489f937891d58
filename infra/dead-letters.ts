import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, Stats, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { acknowledge } from "./acknowledge.ts";
import { deadLettersPart, partName } from "./names.ts";
import type { Paging } from "./paging.ts";

export interface DeadLettersProps {
  readonly plan: Plan;
  /** Who is told. */
  readonly paging: Paging;
  /** What queue and alarm are called, after `failover-<application>-`. @default dead-letters */
  readonly name?: string;
}

/**
 * Where EventBridge puts what it could not deliver, and Lambda the events with which the function that tells people failed. Each arrival pages, not what lies there: a message that nobody has taken
 * out for days must not hide the next one.
 */
export class DeadLetters extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { plan, paging, name = deadLettersPart }: DeadLettersProps) {
    super(scope, id);
    this.queue = new Queue(this, "Queue", {
      queueName: partName(plan, name),
      // SQS's own key: EventBridge may use it without being granted anything.
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.queue, { SQS3: "It is the dead-letter queue: of the EventBridge rules, not of another queue" });
    paging.alarm(this, "Arrival", {
      name,
      because:
        "EventBridge could not deliver an event, or notify-people failed with one; the message, or its attributes, say which and why. How to take it out: docs/deploy.md, What pages",
      metric: this.queue.metricNumberOfMessagesSent({ period: Duration.minutes(5), statistic: Stats.SUM }),
      comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      // A queue that was idle for hours begins to measure up to fifteen minutes late (SQS Developer Guide, "Available
      // CloudWatch metrics"): what arrived half an hour ago still counts.
      periods: 6,
      datapoints: 1,
      missing: TreatMissingData.NOT_BREACHING,
    });
  }
}
