import { isoInstant } from "../../../functions/shared/clock.ts";
import { simulatedAccount } from "../../account.ts";
import type { BusEvent } from "../eventbridge/pattern.ts";
import { type Alarm, type AlarmState, type MetricAlarm, ruleText } from "./alarms.ts";
import type { PeriodValue } from "./metrics.ts";

/** One state of an alarm, as its events tell it. */
export interface AlarmStateDetail {
  readonly value: AlarmState;
  readonly reason: string;
  /** A JSON string; absent before the first evaluation. */
  readonly reasonData?: string;
  /** CloudWatch's form of an instant, which ends in `+0000`. */
  readonly timestamp: string;
  readonly actionsSuppressedBy?: string;
  readonly actionsSuppressedReason?: string;
}

export interface MuteDetail {
  readonly mutedByArn: string;
  readonly muteWindowStart: string;
  readonly muteWindowEnd: string;
}

export function alarmArn({ region, name }: { readonly region: string; readonly name: string }): string {
  return `arn:aws:cloudwatch:${region}:${simulatedAccount}:alarm:${name}`;
}

/** An instant as CloudWatch writes it within an event's detail. */
export function alarmInstant(at: number): string {
  return isoInstant(at).replace("Z", "+0000");
}

/** The event of a change of state: "Alarm events and EventBridge", CloudWatch User Guide. */
export function stateChangeEvent(change: {
  readonly alarm: Alarm;
  readonly id: string;
  readonly at: number;
  readonly state: AlarmStateDetail;
  readonly previousState: AlarmStateDetail | null;
  readonly muteDetail: MuteDetail | null;
}): BusEvent {
  const { alarm, id, at, state, previousState, muteDetail } = change;
  return {
    version: "0",
    id,
    "detail-type": "CloudWatch Alarm State Change",
    source: "aws.cloudwatch",
    account: simulatedAccount,
    time: isoInstant(at).replace(/\.\d+Z$/, "Z"),
    region: alarm.region,
    resources: [alarmArn(alarm)],
    detail: {
      alarmName: alarm.name,
      state,
      ...(previousState === null ? {} : { previousState }),
      configuration: configurationOf(alarm),
      ...(muteDetail === null ? {} : { muteDetail }),
    },
  };
}

function configurationOf(alarm: Alarm): Readonly<Record<string, unknown>> {
  if (alarm.kind === "composite") return { alarmRule: ruleText(alarm.rule) };
  const { namespace, name, dimensions } = alarm.metric;
  return {
    metrics: [
      {
        id: "m1",
        metricStat: {
          metric: { namespace, name, dimensions },
          period: alarm.periodSeconds,
          stat: alarm.statistic,
        },
        returnData: true,
      },
    ],
  };
}

/** The words and the data with which a metric alarm explains its state. */
export function explainMetricState(
  alarm: MetricAlarm,
  value: AlarmState,
  used: readonly PeriodValue[],
  now: number,
): Pick<AlarmStateDetail, "reason" | "reasonData"> {
  const reasonData = JSON.stringify({
    version: "1.0",
    queryDate: alarmInstant(now),
    ...(used[0] === undefined ? {} : { startDate: alarmInstant(used[0].at) }),
    statistic: alarm.statistic,
    period: alarm.periodSeconds,
    recentDatapoints: used.map((each) => each.value),
    threshold: alarm.threshold,
    evaluatedDatapoints: used.toReversed().map((each) => ({
      timestamp: alarmInstant(each.at),
      sampleCount: each.samples,
      value: each.value,
    })),
  });
  if (value === "INSUFFICIENT_DATA") {
    const points = `${alarm.of} ${alarm.of === 1 ? "datapoint was" : "datapoints were"} unknown`;
    return { reason: `Insufficient Data: ${points}.`, reasonData };
  }
  const listed = used.map((each) => each.value).join(", ");
  const crossing = value === "ALARM" ? "OK -> ALARM" : "ALARM -> OK";
  const reason =
    `Threshold Crossed: ${used.length} out of the last ${alarm.of} datapoints [${listed}] evaluated against the ` +
    `threshold (${alarm.threshold}) (minimum ${alarm.datapoints} for ${crossing} transition).`;
  return { reason, reasonData };
}

/** The same for a composite alarm: which child made it change. */
export function explainCompositeState(
  value: AlarmState,
  child: { readonly region: string; readonly name: string; readonly state: AlarmStateDetail },
): Pick<AlarmStateDetail, "reason" | "reasonData"> {
  const arn = alarmArn(child);
  const triggeringAlarms = [{ arn, state: { value: child.state.value, timestamp: child.state.timestamp } }];
  return {
    reason: `${arn} transitioned to ${child.state.value}: the rule is ${value === "ALARM" ? "TRUE" : "FALSE"}`,
    reasonData: JSON.stringify({ triggeringAlarms }),
  };
}
