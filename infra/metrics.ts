import { Metric, type MetricOptions, Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { metricNamespace } from "../functions/watch/metrics.ts";

/** What the watch publishes (functions/watch/metrics.ts), in the Region of each vantage. */

/** 1 while this vantage sees `subject` pass its probe, 0 while it sees it fail. */
export function probeMetric(plan: Plan, subject: string, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName: "ProbeSuccess",
    dimensionsMap: { Application: plan.application, Region: subject },
    statistic: Stats.MAXIMUM,
    ...options,
  });
}

/** 1 while this vantage is served under the public name. */
export function customersMetric(plan: Plan, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName: "CustomersServed",
    dimensionsMap: { Application: plan.application },
    statistic: Stats.MINIMUM,
    ...options,
  });
}

/** 1 while automation is paused; no data while the coordination table cannot be read. */
export function pausedMetric(plan: Plan, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName: "Paused",
    dimensionsMap: { Application: plan.application },
    statistic: Stats.MINIMUM,
    ...options,
  });
}

/** Buckets of the `healthCheck` switch that this vantage is refused by, reading as the health checkers do. */
export function switchesRefusedMetric(plan: Plan, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName: "SwitchesRefused",
    dimensionsMap: { Application: plan.application },
    statistic: Stats.MINIMUM,
    ...options,
  });
}

/** Counted from the log of the function that tells people (infra/notify-people.ts). */
export const untoldMetricName = "EventsThatToldNobody";

/** Events in this Region that told nobody anything; no data while there are none. */
export function untoldMetric(plan: Plan, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName: untoldMetricName,
    dimensionsMap: { Application: plan.application },
    statistic: Stats.SUM,
    ...options,
  });
}

/** How `subject` stands by the coordination table (functions/watch/metrics.ts has the numbers). Not from a witness. */
export function regionStateMetric(plan: Plan, subject: string, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName: "RegionState",
    dimensionsMap: { Application: plan.application, Region: subject },
    statistic: Stats.MAXIMUM,
    ...options,
  });
}

/** 1 where it could be shown, once `subject` is gone, that traffic has left it. Not from a witness. */
export function trafficShowableMetric(plan: Plan, subject: string, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName: "TrafficShowable",
    dimensionsMap: { Application: plan.application, Region: subject },
    statistic: Stats.MINIMUM,
    ...options,
  });
}

/** Seconds since `vantage` was last heard, by this Region's copy of the records table. */
export function heartbeatAgeMetric(plan: Plan, vantage: string, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName: "HeartbeatAge",
    dimensionsMap: { Application: plan.application, Vantage: vantage },
    statistic: Stats.MAXIMUM,
    ...options,
  });
}

/** Seconds since a Region's capacity, or its cluster's lag, was last known. Not from a witness. */
export function sampleAgeMetric(plan: Plan, of: "Capacity" | "Lag", options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName: `${of}SampleAge`,
    dimensionsMap: { Application: plan.application },
    statistic: Stats.MAXIMUM,
    ...options,
  });
}
