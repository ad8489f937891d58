import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, Stats, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import type { HandlerFunction } from "./handler-function.ts";
import { kebab } from "./names.ts";
import type { Paging } from "./paging.ts";

/** Pages when a function failed, or was throttled, so often within five minutes. */
export function functionAlarms(
  scope: Construct,
  about: { readonly paging: Paging; readonly handler: HandlerFunction; readonly failures: number },
): void {
  const { paging, handler, failures } = about;
  const { name } = handler.spec;
  const each = { period: Duration.minutes(5), statistic: Stats.SUM };
  const kinds = [
    { id: "Failing", kind: "failing", what: "failed", metric: handler.function.metricErrors(each) },
    { id: "Throttled", kind: "throttled", what: "was throttled", metric: handler.function.metricThrottles(each) },
  ];
  for (const { id, kind, what, metric } of kinds) {
    paging.alarm(scope, `${name}${id}`, {
      name: `${kebab(name)}-${kind}`,
      because: `${name} ${what} ${failures} times or more in five minutes: see its log, and what else uses the account's concurrency`,
      metric,
      comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: failures,
      periods: 1,
      missing: TreatMissingData.NOT_BREACHING,
    });
  }
}
