import { Duration } from "aws-cdk-lib";
import { type Alarm, ComparisonOperator, MathExpression, Stats, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import type { Plan } from "../functions/shared/plan/plan.ts";
import type { HandlerFunction } from "./handler-function.ts";
import { functionName } from "./names.ts";
import type { Paging } from "./paging.ts";

/** Pages when a function failed or was throttled so often within five minutes. */
export function functionAlarm(
  scope: Construct,
  id: string,
  about: {
    readonly plan: Plan;
    readonly paging: Paging;
    readonly handler: HandlerFunction;
    readonly failures: number;
  },
): Alarm {
  const { plan, paging, handler, failures } = about;
  const each = { period: Duration.minutes(5), statistic: Stats.SUM };
  const { name } = handler.spec;
  return paging.alarm(scope, id, {
    name: `${functionName(plan, name).slice(`failover-${plan.application}-`.length)}-failing`,
    because: `${name} failed or was throttled ${failures} times or more in five minutes: its log says why`,
    metric: new MathExpression({
      expression: "errors + throttles",
      label: `${name}: errors and throttles`,
      usingMetrics: {
        errors: handler.function.metricErrors(each),
        throttles: handler.function.metricThrottles(each),
      },
      period: each.period,
    }),
    comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    threshold: failures,
    periods: 1,
    missing: TreatMissingData.NOT_BREACHING,
  });
}
