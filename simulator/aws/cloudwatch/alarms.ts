import { evaluationRangeExtraPeriods } from "../timings.ts";
import type { MetricName, PeriodValue, Statistic } from "./metrics.ts";

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export type Comparison =
  | "GreaterThanThreshold"
  | "GreaterThanOrEqualToThreshold"
  | "LessThanThreshold"
  | "LessThanOrEqualToThreshold";

export interface MetricAlarm {
  readonly kind: "metric";
  readonly region: string;
  readonly name: string;
  readonly metric: MetricName;
  readonly statistic: Statistic;
  readonly periodSeconds: number;
  readonly comparison: Comparison;
  readonly threshold: number;
  /** So many datapoints must breach, of so many evaluated (M of N). */
  readonly datapoints: number;
  readonly of: number;
  readonly treatMissingData: "missing" | "breaching" | "notBreaching" | "ignore";
}

export interface CompositeAlarm {
  readonly kind: "composite";
  readonly region: string;
  readonly name: string;
  readonly rule: AlarmRule;
}

export type Alarm = MetricAlarm | CompositeAlarm;

/** A composite's rule over alarms of its own Region. */
export type AlarmRule =
  | { readonly kind: "alarm"; readonly name: string }
  | { readonly kind: "and" | "or"; readonly rules: readonly AlarmRule[] };

/** What an evaluation came to, and the datapoints that it used, oldest first. */
export interface Evaluation {
  readonly state: AlarmState;
  readonly used: readonly PeriodValue[];
}

/** How far back an evaluation looks for datapoints, in periods. */
export function evaluationRange(alarm: MetricAlarm): number {
  return alarm.of + evaluationRangeExtraPeriods;
}

/**
 * The state that follows from the datapoints found in the evaluation range, oldest first ("Configuring how CloudWatch
 * alarms treat missing data"): with N or more of them the newest N count and what is missing does not matter; with fewer
 * the rest is filled up as the alarm says. Simplified in one respect: with "missing" and too few datapoints that do not
 * decide by themselves, the state stays as it is.
 */
export function evaluate(alarm: MetricAlarm, found: readonly PeriodValue[], present: AlarmState): Evaluation {
  const used = found.slice(-alarm.of);
  const breaching = used.filter(({ value }) => breaches(alarm, value)).length;
  const absent = alarm.of - used.length;
  return { state: decide(alarm, breaching, used.length - breaching, absent, present), used };
}

function decide(alarm: MetricAlarm, breaching: number, fine: number, absent: number, present: AlarmState): AlarmState {
  if (breaching >= alarm.datapoints) return "ALARM";
  switch (alarm.treatMissingData) {
    case "breaching":
      return breaching + absent >= alarm.datapoints ? "ALARM" : "OK";
    case "notBreaching":
      return "OK";
    case "missing":
      if (breaching + fine === 0) return "INSUFFICIENT_DATA";
      return fine > 0 ? "OK" : present;
    case "ignore":
      return absent === 0 ? "OK" : present;
  }
}

function breaches({ comparison, threshold }: MetricAlarm, value: number): boolean {
  switch (comparison) {
    case "GreaterThanThreshold":
      return value > threshold;
    case "GreaterThanOrEqualToThreshold":
      return value >= threshold;
    case "LessThanThreshold":
      return value < threshold;
    case "LessThanOrEqualToThreshold":
      return value <= threshold;
  }
}

/** Whether a rule holds, given which alarms are in ALARM. */
export function holds(rule: AlarmRule, isInAlarm: (name: string) => boolean): boolean {
  switch (rule.kind) {
    case "alarm":
      return isInAlarm(rule.name);
    case "and":
      return rule.rules.every((each) => holds(each, isInAlarm));
    case "or":
      return rule.rules.some((each) => holds(each, isInAlarm));
  }
}

/** The rule as AWS writes it, such as `(ALARM("a") AND ALARM("b"))`. */
export function ruleText(rule: AlarmRule): string {
  if (rule.kind === "alarm") return `ALARM("${rule.name}")`;
  return `(${rule.rules.map(ruleText).join(rule.kind === "and" ? " AND " : " OR ")})`;
}

/** The alarms that a rule names. */
export function namesIn(rule: AlarmRule): readonly string[] {
  return rule.kind === "alarm" ? [rule.name] : rule.rules.flatMap(namesIn);
}
