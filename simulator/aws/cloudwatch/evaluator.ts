import type { VirtualClock } from "../../clock.ts";
import type { BusEvent } from "../eventbridge/pattern.ts";
import type { Regions } from "../regions.ts";
import { repeatEvery } from "../repeat.ts";
import { alarmEvaluationSeconds, highResolutionEvaluationSeconds } from "../timings.ts";
import { type Alarm, type AlarmState, evaluate, evaluationRange, holds, type MetricAlarm, namesIn } from "./alarms.ts";
import {
  type AlarmStateDetail,
  alarmInstant,
  explainCompositeState,
  explainMetricState,
  type MuteDetail,
  stateChangeEvent,
} from "./events.ts";
import type { MetricStore } from "./metrics.ts";

/** Gets the event of a change of state in the Region in which it comes up. */
export type StateChangeListener = (region: string, event: BusEvent) => void;

export interface AlarmRecord {
  readonly alarm: Alarm;
  state: AlarmStateDetail;
  changedAt: number;
  mute: MuteDetail | null;
  suppressedBy: "WaitPeriod" | "ExtensionPeriod" | "Alarm" | null;
}

export interface AlarmsOptions {
  readonly clock: VirtualClock;
  readonly regions: Pick<Regions, "runs">;
  readonly store: (region: string) => MetricStore;
  readonly onStateChange: StateChangeListener;
}

/** A chain of composites that is longer than this is a circle. */
const deepestComposite = 10;

/** Evaluates the alarms of every Region, and tells of every change of state. */
export class Alarms {
  readonly #clock: VirtualClock;
  readonly #regions: AlarmsOptions["regions"];
  readonly #storeOf: AlarmsOptions["store"];
  readonly #onStateChange: StateChangeListener;
  readonly #records = new Map<string, Map<string, AlarmRecord>>();
  #events = 0;
  #stop: (() => void) | null = null;

  constructor(options: AlarmsOptions) {
    this.#clock = options.clock;
    this.#regions = options.regions;
    this.#storeOf = options.store;
    this.#onStateChange = options.onStateChange;
  }

  /** @param state as which the alarm has stood so far. @default "OK" */
  add(alarm: Alarm, state: AlarmState = "OK"): void {
    const now = this.#clock.now();
    const record: AlarmRecord = {
      alarm,
      state: { value: state, reason: "Unchecked: Initial alarm creation", timestamp: alarmInstant(now) },
      changedAt: now,
      mute: null,
      suppressedBy: null,
    };
    const here = this.#records.get(alarm.region);
    if (here === undefined) this.#records.set(alarm.region, new Map([[alarm.name, record]]));
    else here.set(alarm.name, record);
  }

  start(): void {
    const period = this.#hasHighResolution() ? highResolutionEvaluationSeconds : alarmEvaluationSeconds;
    // Half a period after the minute: by then most of its datapoints can be read.
    this.#stop ??= repeatEvery(this.#clock, period * 1_000, (period * 1_000) / 2, () => this.#evaluateAll());
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }

  in(region: string): readonly AlarmRecord[] {
    return [...(this.#records.get(region)?.values() ?? [])];
  }

  state(region: string, name: string): AlarmState {
    return this.#record(region, name).state.value;
  }

  /** A mute rule covers the alarm; its events go on, and say so (FM10). */
  mute(region: string, name: string, detail: MuteDetail | null): void {
    this.#record(region, name).mute = detail;
  }

  /** A composite's actions are suppressed; its events go on, and say so (FM10). */
  suppress(region: string, name: string, by: AlarmRecord["suppressedBy"]): void {
    this.#record(region, name).suppressedBy = by;
  }

  #hasHighResolution(): boolean {
    for (const records of this.#records.values()) {
      for (const { alarm } of records.values()) {
        if (alarm.kind === "metric" && alarm.periodSeconds < alarmEvaluationSeconds) return true;
      }
    }
    return false;
  }

  #evaluateAll(): void {
    for (const [region, records] of this.#records) {
      if (!this.#regions.runs(region)) continue;
      for (const record of records.values()) {
        if (record.alarm.kind === "metric") this.#evaluate(record, record.alarm);
      }
    }
  }

  #evaluate(record: AlarmRecord, alarm: MetricAlarm): void {
    const now = this.#clock.now();
    const periodMs = alarm.periodSeconds * 1_000;
    const to = Math.floor(now / periodMs) * periodMs;
    const { statistic, periodSeconds, metric } = alarm;
    const from = to - evaluationRange(alarm) * periodMs;
    const found = this.#storeOf(alarm.region).read(metric, { from, to, periodSeconds, statistic, now });
    const { state, used } = evaluate(alarm, found, record.state.value);
    if (state === record.state.value) return;
    this.#change(record, state, explainMetricState(alarm, state, used, now), deepestComposite);
  }

  #change(
    record: AlarmRecord,
    value: AlarmState,
    explanation: Pick<AlarmStateDetail, "reason" | "reasonData">,
    depthLeft: number,
  ): void {
    if (depthLeft === 0) throw new RangeError(`Composite alarms form a circle around ${record.alarm.name}`);
    const now = this.#clock.now();
    const { alarm, suppressedBy, state: previousState } = record;
    record.state = {
      value,
      ...explanation,
      timestamp: alarmInstant(now),
      ...(suppressedBy === null
        ? {}
        : { actionsSuppressedBy: suppressedBy, actionsSuppressedReason: "Actions suppressed by suppressor alarm" }),
    };
    record.changedAt = now;
    const id = `00000000-0000-4000-9000-${(++this.#events).toString(16).padStart(12, "0")}`;
    this.#onStateChange(
      alarm.region,
      stateChangeEvent({ alarm, id, at: now, state: record.state, previousState, muteDetail: record.mute }),
    );
    this.#reviewComposites(record, depthLeft);
  }

  #reviewComposites(child: AlarmRecord, depthLeft: number): void {
    const { region, name } = child.alarm;
    const isInAlarm = (each: string) => this.#records.get(region)?.get(each)?.state.value === "ALARM";
    for (const record of this.#records.get(region)?.values() ?? []) {
      const { alarm } = record;
      if (alarm.kind !== "composite" || !namesIn(alarm.rule).includes(name)) continue;
      const value = holds(alarm.rule, isInAlarm) ? "ALARM" : "OK";
      if (value === record.state.value) continue;
      this.#change(record, value, explainCompositeState(value, { region, name, state: child.state }), depthLeft - 1);
    }
  }

  #record(region: string, name: string): AlarmRecord {
    const record = this.#records.get(region)?.get(name);
    if (record === undefined) throw new RangeError(`No such alarm in ${region}: received ${JSON.stringify(name)}`);
    return record;
  }
}
