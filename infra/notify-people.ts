import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { FilterPattern, MetricFilter, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { untoldNotice } from "../functions/notify/untold.ts";
import { metricNamespace } from "../functions/watch/metrics.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { functionAlarms } from "./function-alarms.ts";
import { notifySpec } from "./functions.ts";
import type { HandlerCode } from "./handler-code.ts";
import { HandlerFunction } from "./handler-function.ts";
import { untoldMetric, untoldMetricName } from "./metrics.ts";
import type { Paging } from "./paging.ts";
import type { PlanDocument } from "./plan-document.ts";

export interface NotifyPeopleProps {
  readonly document: PlanDocument;
  readonly code: HandlerCode;
  readonly logRetention: RetentionDays;
  readonly paging: Paging;
  readonly deadLetters: DeadLetters;
}

/**
 * Who tells people, in every Region that has a topic for them: the function that reads the record which an event names, and
 * publishes it. Its own alarms ring on the topic directly: they trust neither it nor what is on the bus.
 */
export class NotifyPeople extends Construct {
  readonly handler: HandlerFunction;

  constructor(scope: Construct, id: string, props: NotifyPeopleProps) {
    super(scope, id);
    const { document, code, logRetention, paging, deadLetters } = props;
    const { plan } = document;
    this.handler = new HandlerFunction(this, "Handler", {
      document,
      spec: notifySpec,
      code,
      logRetention,
      environment: { FAILOVER_TOPIC_ARN: paging.topic.topicArn },
      onFailure: deadLetters.queue,
    });
    paging.letEncrypt(this.handler.role);
    // Counted by its log line: that needs no permission of the function's, and works while CloudWatch's API does not.
    new MetricFilter(this, "UntoldLines", {
      logGroup: this.handler.logGroup,
      filterPattern: FilterPattern.stringValue("$.message", "=", untoldNotice),
      metricNamespace,
      metricName: untoldMetricName,
      metricValue: "1",
      dimensions: { Application: "$.application" },
    });
    paging.alarm(this, "Untold", {
      name: "event-told-nobody",
      because:
        "An event on this Region's bus named no record that people are told of: somebody puts events there, or a record is missing. See the log of notify-people: docs/runbook.md, An event told nobody",
      metric: untoldMetric(plan, { period: Duration.minutes(5) }),
      comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      periods: 1,
      missing: TreatMissingData.NOT_BREACHING,
    });
    functionAlarms(this, { paging, handler: this.handler, failures: 1 });
  }
}
