import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, Stats, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { functionAlarms } from "./function-alarms.ts";
import { watchSpec } from "./functions.ts";
import type { HandlerCode } from "./handler-code.ts";
import { HandlerFunction } from "./handler-function.ts";
import { pausedMetric, switchesRefusedMetric } from "./metrics.ts";
import { partName } from "./names.ts";
import type { Paging } from "./paging.ts";
import type { PlanDocument } from "./plan-document.ts";

export interface WatchProps {
  readonly document: PlanDocument;
  readonly code: HandlerCode;
  readonly logRetention: RetentionDays;
  readonly paging: Paging;
  /** ARN of this Region's state machine; null where there is none: a witness only watches. */
  readonly stateMachineArn: string | null;
}

/** One vantage: the watch, called once a minute, and the alarms that say that it does not see. */
export class Watch extends Construct {
  readonly handler: HandlerFunction;
  readonly schedule: Rule;

  constructor(scope: Construct, id: string, props: WatchProps) {
    super(scope, id);
    const { document, code, logRetention, paging, stateMachineArn } = props;
    const { plan } = document;
    const minute = Duration.minutes(1);
    this.handler = new HandlerFunction(this, "Handler", {
      document,
      spec: watchSpec,
      code,
      logRetention,
      environment: stateMachineArn === null ? {} : { FAILOVER_STATE_MACHINE_ARN: stateMachineArn },
    });
    this.schedule = new Rule(this, "EveryMinute", {
      ruleName: partName(plan, "watch"),
      description: "Calls the watch; each call looks around until just before the next",
      schedule: Schedule.rate(minute),
    });
    this.schedule.addTarget(
      // A call that comes late is worth nothing: the next one is due. Nor is one that was lost worth a dead letter: the
      // alarm on calls that do not come says more.
      new LambdaFunction(this.handler.function, { maxEventAge: minute, retryAttempts: 0 }),
    );

    paging.alarm(this, "NotRunning", {
      name: "watch-not-running",
      because: "This Region's watch has not been called for three minutes: it neither votes nor shows a sign of life",
      metric: this.handler.function.metricInvocations({ period: minute, statistic: Stats.SUM }),
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      periods: 3,
      missing: TreatMissingData.BREACHING,
    });
    paging.alarm(this, "Blind", {
      name: "coordination-unread",
      because:
        "This Region's watch has read nothing from the coordination table for five minutes, or could not say so. Without the lease nothing is changed: docs/runbook.md, The lease store is unreachable",
      metric: pausedMetric(plan, { period: minute, statistic: Stats.SAMPLE_COUNT }),
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      periods: 5,
      missing: TreatMissingData.BREACHING,
    });
    if (plan.traffic.switch.kind === "healthCheck") {
      paging.alarm(this, "SwitchUnreadable", {
        name: "switch-unreadable",
        because:
          "For three minutes this Region's watch has been refused the canary of a switch bucket, as Route 53's checkers would be: an evacuation written there takes nobody out of DNS. docs/runbook.md, The canary is unreadable (FM66)",
        metric: switchesRefusedMetric(plan, { period: minute }),
        comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        threshold: 1,
        periods: 3,
        // A watch that does not run, and buckets that do not answer, are matters of their own.
        missing: TreatMissingData.NOT_BREACHING,
      });
    }
    functionAlarms(this, { paging, handler: this.handler, failures: 3 });
  }
}
