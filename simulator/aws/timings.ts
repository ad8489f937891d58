import type { Random } from "../../functions/shared/random.ts";

/**
 * How long things take in the simulated world, in one place. Each figure names its source: the title of a page of AWS's
 * documentation, or "Assumption" where AWS states none. Round trips between Regions follow from distance: distance.ts.
 */

/** Uniform between both ends. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

/** One draw from a span, in the span's own unit. */
export function drawFrom(random: Random, span: Span): number {
  return span.low + (span.high - span.low) * random.next();
}

/** One draw from a span of seconds, in whole milliseconds. */
export function drawMilliseconds(random: Random, spanSeconds: Span): number {
  return Math.round(drawFrom(random, spanSeconds) * 1_000);
}

// Auto Scaling

/** From the launch to InService. Assumption: boot, start of the application and its first passing health checks. */
export const instanceLaunchSeconds: Span = { low: 60, high: 150 };
/** Until EC2 says that it has no capacity. Assumption. */
export const launchRefusalSeconds: Span = { low: 2, high: 6 };
/** Until the group tries again after a failed launch. Assumption: the user guide says "periodically". */
export const launchRetrySeconds: Span = { low: 45, high: 75 };
/** How often a target tracking policy looks: "Target tracking scaling policies", metrics of one minute. */
export const scalingPolicyPeriodSeconds = 60;
/** Minutes above target before it scales out. Assumption: those of the AlarmHigh that such a policy creates. */
export const scaleOutPeriods = 3;
/** Minutes below target before it scales in. Assumption: those of the AlarmLow that such a policy creates. */
export const scaleInPeriods = 15;

// Aurora Global Database

/** Phase "pending": primary and target are verified. Assumption. */
export const moveVerificationSeconds: Span = { low: 5, high: 12 };
/** Until a move that was asked for shows in FailoverState, in worlds drawn by chance. Assumption. */
export const moveShownSeconds: Span = { low: 0, high: 4 };
/** Phase "failing-over": minutes, by "Using switchover or failover in Amazon Aurora Global Database". Assumption. */
export const failoverSeconds: Span = { low: 38, high: 85 };
/** Phase "switching-over": the same page; writes rest meanwhile. Assumption for the figure. */
export const switchoverSeconds: Span = { low: 25, high: 60 };
/** From being the writer by its flag to taking writes, status "modifying" (FM43). Assumption. */
export const writerSettlingSeconds: Span = { low: 4, high: 12 };
/** Until another secondary is rebuilt after a failover: "minutes to hours" on the same page; the short end of it. */
export const secondaryRebuildSeconds: Span = { low: 300, high: 1_500 };
/** Until a primary that was away is fenced once its Region is back. Assumption: AWS calls fencing best effort. */
export const returningWriterFenceSeconds: Span = { low: 5, high: 20 };
/** How long a Region that was away shows the global cluster as it was when it left. Assumption. */
export const staleTopologySeconds: Span = { low: 20, high: 45 };
/** Until AWS gives up a move whose source or target is gone, and until it has then put things back. Assumption. */
export const abandonedMoveSeconds = 300;
export const cancellingSeconds: Span = { low: 15, high: 40 };
/** Lag of a healthy secondary: "Using Amazon Aurora Global Database" says typically under one second. */
export const replicationLagSeconds: Span = { low: 0.2, high: 1.5 };

// CloudWatch

/** "Metrics concepts": standard resolution, also that of Aurora's lag metrics. */
export const metricPeriodSeconds = 60;
/** From the end of a period until its datapoint can be read. Assumption. */
export const metricPublicationSeconds: Span = { low: 5, high: 30 };
/** "Alarm evaluation": an alarm with periods of a minute or more is evaluated every minute. */
export const alarmEvaluationSeconds = 60;
/** "Alarm evaluation", high-resolution alarms: every 10 seconds. */
export const highResolutionEvaluationSeconds = 10;
/** Periods that an evaluation reaches back beyond EvaluationPeriods, as in the tables of "missing data". Assumption. */
export const evaluationRangeExtraPeriods = 2;

// Route 53

/** "Values that you specify when you create health checks", RequestInterval: 10 (fast) or 30. */
export const healthCheckIntervalSeconds = 10;
/** The same page, FailureThreshold: 3 by default; it counts both ways, to fail and to pass. */
export const healthCheckThreshold = 3;
/** From a check's new status to DNS answers that follow it. Assumption: "within seconds". */
export const healthPropagationSeconds: Span = { low: 1, high: 4 };
/** From a routing control's new state to DNS answers that follow it. Assumption. */
export const routingControlPropagationSeconds: Span = { low: 2, high: 8 };
/** Until a changed health check configuration is with the checkers. Assumption. */
export const healthCheckChangeSeconds: Span = { low: 5, high: 30 };

// Customers

/** How often customers are counted. */
export const customerSampleSeconds = 1;
/** How many times the TTL those resolvers keep an answer that do not heed it (FM53). Assumption. */
export const overshootFactor = 4;
/** What an application adds to the round trips of a request. Assumption. */
export const requestServiceMilliseconds: Span = { low: 8, high: 40 };
/** Round trips of a new HTTPS connection and one request: TCP, TLS 1.3, HTTP. */
export const requestRoundTrips = 3;

// Everything else that the simulated services take time for

/** From one replica of an MREC table to the others: "Global tables - how it works" says typically within a second. */
export const mrecReplicationSeconds: Span = { low: 0.5, high: 2 };
/** First invocation in a new environment. Assumption: a bundled function of half a megabyte, and some to spare. */
export const lambdaColdStartMilliseconds: Span = { low: 180, high: 600 };
/** Every further invocation. Assumption. */
export const lambdaWarmStartMilliseconds: Span = { low: 1, high: 6 };
/** How long an idle environment is kept. Assumption: AWS promises no figure, minutes are usual. */
export const lambdaIdleSeconds = 600;
/** From an event on a bus to its target. Assumption: about half a second, at times more than one. */
export const eventDeliverySeconds: Span = { low: 0.05, high: 1.5 };
