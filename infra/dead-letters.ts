import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, MathExpression, Stats, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
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

/**
 * Where EventBridge puts what it could not deliver. Each arrival pages, not what lies there: a message that nobody has taken
 * out for days must not hide the next one.
 */
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
    const period = Duration.minutes(5);
    paging.alarm(this, "Arrival", {
      name,
      because:
        "EventBridge could not deliver an event; the message's attributes say which rule and why. How to take it out: docs/deploy.md, What pages",
      // Not NumberOfMessagesSent: a queue that was idle for hours begins to measure minutes late (SQS Developer Guide,
      // "Available CloudWatch metrics"), and by then nothing is sent. The number that wait is still there, against none.
      metric: new MathExpression({
        expression: "DIFF(FILL(waiting, 0))",
        usingMetrics: {
          waiting: this.queue.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM }),
        },
        label: "Messages that arrived",
        period,
      }),
      comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      periods: 1,
      missing: TreatMissingData.NOT_BREACHING,
    });
  }
}
