import { CfnOutput, Duration, Tags } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { HealthCheck, HealthCheckType } from "aws-cdk-lib/aws-route53";
import { Construct } from "constructs";
import { checkEverySeconds, checkThreshold } from "../functions/shared/health-checkers.ts";
import { endpointAlarmName } from "../functions/shared/plan/alarms.ts";
import type { Plan, TrafficSwitchPlan } from "../functions/shared/plan/plan.ts";
import { evacuationKey, switchBucketHost } from "../functions/traffic/switch-objects.ts";
import { healthCheckOutput } from "./names.ts";

/** Ten seconds three times over: half a minute to notice, either way. A record's TTL comes after that. */
const looks = { requestInterval: Duration.seconds(checkEverySeconds), failureThreshold: checkThreshold };

/** Route 53's control plane is there, and so are the metrics of health checks. */
export const healthChecksRegion = "us-east-1";

/** The one health check a Region's record carries, by Region. */
export type HealthCheckIds = Readonly<Record<string, string>>;

/**
 * The health checks of the `healthCheck` switch. The record of Region A carries one calculated check: its endpoint passes,
 * and no other Region's bucket has the object that evacuates A.
 *
 * All children must be healthy (the threshold is their number): one object, in one bucket, is enough to evacuate, because
 * the others may be out of reach. An inverted child is healthy while its object is absent or its bucket unreachable, so a
 * Region that dies evacuates nobody.
 */
export class HealthChecks extends Construct {
  readonly ids: HealthCheckIds;
  /** One for each Region, on its endpoint check. They page nobody: their events are a reason for the controller to look. */
  readonly alarms: readonly Alarm[];

  constructor(
    scope: Construct,
    id: string,
    {
      plan,
      buckets,
    }: { readonly plan: Plan; readonly buckets: Extract<TrafficSwitchPlan, { kind: "healthCheck" }>["buckets"] },
  ) {
    super(scope, id);
    const alarms: Alarm[] = [];
    this.ids = Object.fromEntries(
      plan.regions.map(({ name: region, probeUrl }) => {
        const home = new Construct(this, region);
        const endpoint = named(`${plan.application} ${region} endpoint`, endpointCheck(home, "Endpoint", probeUrl));
        alarms.push(endpointAlarm(home, "EndpointAlarm", { plan, region, check: endpoint }));
        const switches = Object.entries(buckets)
          .filter(([holder]) => holder !== region)
          .map(([holder, bucket]) =>
            named(
              `${plan.application} ${region} not evacuated by ${holder}`,
              new HealthCheck(home, `NotEvacuatedBy-${holder}`, {
                ...looks,
                type: HealthCheckType.HTTPS,
                fqdn: switchBucketHost({ bucket, region: holder }),
                resourcePath: `/${evacuationKey(region)}`,
                inverted: true,
              }),
            ),
          );
        const children = [endpoint, ...switches];
        const whole = named(
          `${plan.application} ${region}`,
          new HealthCheck(home, "InService", {
            type: HealthCheckType.CALCULATED,
            childHealthChecks: children,
            healthThreshold: children.length,
          }),
        );
        const output = new CfnOutput(home, "HealthCheckId", {
          description: `Health check for the record of ${plan.traffic.record} in ${region}`,
          value: whole.healthCheckId,
        });
        // A name that can be told in advance: people look for it, and stacks that ask for its value say it.
        output.overrideLogicalId(healthCheckOutput(region));
        return [region, whole.healthCheckId];
      }),
    );
    this.alarms = alarms;
  }
}

function endpointCheck(scope: Construct, id: string, probeUrl: string): HealthCheck {
  const url = new URL(probeUrl);
  const secure = url.protocol === "https:";
  return new HealthCheck(scope, id, {
    ...looks,
    type: secure ? HealthCheckType.HTTPS : HealthCheckType.HTTP,
    fqdn: url.hostname,
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    resourcePath: `${url.pathname}${url.search}`,
  });
}

/** Route 53 sends no event about a health check: an alarm on its metric, which is in us-east-1 alone, stands in for one. */
function endpointAlarm(
  scope: Construct,
  id: string,
  { plan, region, check }: { readonly plan: Plan; readonly region: string; readonly check: HealthCheck },
): Alarm {
  return new Alarm(scope, id, {
    alarmName: endpointAlarmName(plan, region),
    alarmDescription: `Route 53's checkers saw the endpoint of ${region} fail: a reason for the controller to look`,
    metric: new Metric({
      namespace: "AWS/Route53",
      metricName: "HealthCheckStatus",
      dimensionsMap: { HealthCheckId: check.healthCheckId },
      statistic: Stats.MINIMUM,
      period: Duration.minutes(1),
    }),
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    threshold: 1,
    evaluationPeriods: 1,
    // The metric comes minutes late at times, which says nothing of the Region: a gap leaves the alarm as it is, or each one
    // in the middle of an outage would end in one more event.
    treatMissingData: TreatMissingData.IGNORE,
  });
}

/** What the console shows in place of an identifier. */
function named(name: string, check: HealthCheck): HealthCheck {
  Tags.of(check).add("Name", name);
  return check;
}
