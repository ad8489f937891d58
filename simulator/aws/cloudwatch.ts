import type {
  DescribeAlarmsCommandInput,
  DescribeAlarmsCommandOutput,
  GetMetricDataCommandInput,
  GetMetricDataCommandOutput,
  MetricDataQuery,
  MetricDataResult,
  PutMetricDataCommandInput,
  PutMetricDataCommandOutput,
} from "@aws-sdk/client-cloudwatch";
import { parseInstant } from "../../functions/shared/clock.ts";
import type { Random } from "../../functions/shared/random.ts";
import type { VirtualClock } from "../clock.ts";
import { ruleText } from "./cloudwatch/alarms.ts";
import { type AlarmRecord, Alarms, type StateChangeListener } from "./cloudwatch/evaluator.ts";
import { alarmArn } from "./cloudwatch/events.ts";
import { type Datapoint, type MetricName, MetricStore, type Statistic } from "./cloudwatch/metrics.ts";
import type { Regions } from "./regions.ts";
import { repeatEvery } from "./repeat.ts";
import { answer, readInput } from "./requests.ts";
import { ServiceError, type ServiceRequest, type SimulatedService } from "./service.ts";
import { drawMilliseconds, metricPeriodSeconds, metricPublicationSeconds } from "./timings.ts";
import { UnknownToSimulator } from "./unknown.ts";

export type { Alarm, AlarmRule, AlarmState, Comparison } from "./cloudwatch/alarms.ts";
export type { StateChangeListener } from "./cloudwatch/evaluator.ts";
export type { MuteDetail } from "./cloudwatch/events.ts";
export type { MetricName, Statistic } from "./cloudwatch/metrics.ts";

export interface CloudWatchOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Pick<Regions, "runs">;
  /** Gets the event of every change of an alarm's state, as it comes up on the Region's default bus. */
  readonly onStateChange: StateChangeListener;
}

/** What AWS itself measures in a Region, once a minute. */
export interface MetricSource {
  readonly region: string;
  readonly metric: MetricName;
  /** The value at an instant; null when there is nothing to report. */
  readonly sample: (at: number) => number | null;
  /** Periods before now that are there already. @default 0 */
  readonly pastPeriods?: number;
}

/**
 * How a source reports: as measured, not at all, the last value over and over (FM40), or in whole seconds, as it then always
 * did: honest, and often equal. Assumption: about once in seven minutes it is a second more.
 */
export type SourceMode = "published" | "missing" | "frozen" | "coarse";

interface Source extends MetricSource {
  mode: SourceMode;
  last: number | null;
}

const periodMs = metricPeriodSeconds * 1_000;
const putFields = new Set(["Namespace", "MetricData"]);
const getFields = new Set(["MetricDataQueries", "StartTime", "EndTime", "ScanBy", "MaxDatapoints"]);
const describeFields = new Set(["AlarmNames", "AlarmNamePrefix", "AlarmTypes", "StateValue", "MaxRecords"]);
const statistics = new Set<string>(["Average", "Maximum", "Minimum", "Sum", "SampleCount"]);

/** CloudWatch in every Region: metrics, metric alarms, composite alarms. No Region sees another's. */
export class SimulatedCloudWatch implements SimulatedService {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #regions: CloudWatchOptions["regions"];
  readonly #stores = new Map<string, MetricStore>();
  readonly #sources: Source[] = [];
  /** The alarms of every Region. */
  readonly alarms: Alarms;
  #stop: (() => void) | null = null;

  constructor(options: CloudWatchOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#regions = options.regions;
    this.alarms = new Alarms({
      clock: options.clock,
      regions: options.regions,
      store: (region) => this.#store(region),
      onStateChange: options.onStateChange,
    });
  }

  /** Lets sources be sampled and alarms be evaluated. */
  start(): void {
    this.#stop ??= repeatEvery(this.#clock, periodMs, 0, () => this.#sampleAll());
    this.alarms.start();
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
    this.alarms.stop();
  }

  addSource(setup: MetricSource): void {
    const source: Source = { ...setup, mode: "published", last: null };
    this.#sources.push(source);
    const minute = Math.floor(this.#clock.now() / periodMs) * periodMs;
    for (let back = setup.pastPeriods ?? 0; back >= 1; back--) this.#sample(source, minute - (back - 1) * periodMs, 0);
  }

  /** How the metric of this name reports in `region` from now on, whatever its dimensions. */
  setSourceMode(region: string, metricName: string, mode: SourceMode): void {
    for (const source of this.#sources) {
      if (source.region !== region || source.metric.name !== metricName) continue;
      source.mode = mode;
      if (mode === "coarse") this.#store(region).revise(source.metric, coarsen);
    }
  }

  handle(request: ServiceRequest): Record<string, unknown> {
    switch (request.operation) {
      case "PutMetricData":
        return this.#putMetricData(request);
      case "GetMetricData":
        return this.#getMetricData(request);
      case "DescribeAlarms":
        return this.#describeAlarms(request);
      default:
        throw new UnknownToSimulator(`cloudwatch:${request.operation}`);
    }
  }

  #putMetricData(request: ServiceRequest): Record<string, unknown> {
    const { Namespace: namespace, MetricData: data } = readInput<PutMetricDataCommandInput>(request, putFields);
    if (namespace === undefined || namespace.startsWith("AWS/")) {
      throw invalid("InvalidParameterValue", `The parameter Namespace is not allowed: received ${namespace}`);
    }
    const now = this.#clock.now();
    for (const { MetricName: name = "", Dimensions, Timestamp, Value, Values } of data ?? []) {
      const metric = { namespace, name, dimensions: dimensionsOf(Dimensions) };
      const at = Timestamp === undefined ? now : instantOf(Timestamp);
      for (const value of Values ?? (Value === undefined ? [] : [Value])) {
        if (!Number.isFinite(value)) throw invalid("InvalidParameterValue", `Not a value: received ${value}`);
        this.#store(request.region).put(metric, { at, value, visibleAt: now });
      }
    }
    return answer<PutMetricDataCommandOutput>({});
  }

  #getMetricData(request: ServiceRequest): Record<string, unknown> {
    const input = readInput<GetMetricDataCommandInput>(request, getFields);
    const from = instantOf(input.StartTime);
    const to = instantOf(input.EndTime);
    if (from >= to)
      throw invalid("ValidationError", "The parameter StartTime must be less than the parameter EndTime.");
    // "GetMetricData", StartTime: rounded down to the whole minute.
    const wholeFrom = Math.floor(from / periodMs) * periodMs;
    const results = (input.MetricDataQueries ?? []).map((query) =>
      this.#answerQuery(request.region, query, {
        from: wholeFrom,
        to,
        newestFirst: input.ScanBy !== "TimestampAscending",
      }),
    );
    return answer<GetMetricDataCommandOutput>({ MetricDataResults: results, Messages: [] });
  }

  #answerQuery(
    region: string,
    query: MetricDataQuery,
    range: { readonly from: number; readonly to: number; readonly newestFirst: boolean },
  ): MetricDataResult {
    const { MetricStat: asked, Expression } = query;
    if (Expression !== undefined || asked === undefined) throw new UnknownToSimulator("metric math");
    if (!statistics.has(asked.Stat ?? "")) throw new UnknownToSimulator(`the statistic ${asked.Stat}`);
    const metric = {
      namespace: asked.Metric?.Namespace ?? "",
      name: asked.Metric?.MetricName ?? "",
      dimensions: dimensionsOf(asked.Metric?.Dimensions),
    };
    const found = this.#store(region).read(metric, {
      from: range.from,
      to: range.to,
      periodSeconds: asked.Period ?? metricPeriodSeconds,
      statistic: asked.Stat as Statistic,
      now: this.#clock.now(),
    });
    const ordered = range.newestFirst ? found.toReversed() : found;
    return {
      Id: query.Id,
      Label: query.Label ?? metric.name,
      Timestamps: ordered.map(({ at }) => new Date(at)),
      Values: ordered.map(({ value }) => value),
      StatusCode: "Complete",
    };
  }

  /** AWS gives metric alarms alone unless other types are asked for. */
  #describeAlarms(request: ServiceRequest): Record<string, unknown> {
    const input = readInput<DescribeAlarmsCommandInput>(request, describeFields);
    const types = input.AlarmTypes ?? ["MetricAlarm"];
    const asked = this.alarms
      .in(request.region)
      .filter(
        ({ alarm, state }) =>
          (input.AlarmNames === undefined || input.AlarmNames.includes(alarm.name)) &&
          alarm.name.startsWith(input.AlarmNamePrefix ?? "") &&
          (input.StateValue === undefined || input.StateValue === state.value),
      );
    const metricAlarms = types.includes("MetricAlarm") ? asked.filter(({ alarm }) => alarm.kind === "metric") : [];
    const composites = types.includes("CompositeAlarm") ? asked.filter(({ alarm }) => alarm.kind === "composite") : [];
    return answer<DescribeAlarmsCommandOutput>({
      MetricAlarms: metricAlarms.map(describeAlarm),
      CompositeAlarms: composites.map(describeAlarm),
    });
  }

  #sampleAll(): void {
    const minute = Math.floor(this.#clock.now() / periodMs) * periodMs;
    for (const source of this.#sources) {
      if (!this.#regions.runs(source.region)) continue;
      this.#sample(source, minute, drawMilliseconds(this.#random, metricPublicationSeconds));
    }
  }

  /** The datapoint of the period that ends at `end`. */
  #sample(source: Source, end: number, delayMs: number): void {
    if (source.mode === "missing") return;
    if (source.mode !== "frozen" || source.last === null) source.last = source.sample(end);
    if (source.last === null) return;
    const datapoint = { at: end - periodMs, value: source.last, visibleAt: end + delayMs };
    this.#store(source.region).put(source.metric, source.mode === "coarse" ? coarsen(datapoint) : datapoint);
  }

  #store(region: string): MetricStore {
    const store = this.#stores.get(region) ?? new MetricStore();
    this.#stores.set(region, store);
    return store;
  }
}

function coarsen(datapoint: Datapoint): Datapoint {
  const minute = datapoint.at / periodMs;
  const further = Math.imul(minute, 0x9e3779b1) >>> 0 < 0x1_0000_0000 / 7 ? 1_000 : 0;
  return { ...datapoint, value: Math.ceil(datapoint.value / 1_000) * 1_000 + further };
}

function describeAlarm({ alarm, state, changedAt, suppressedBy }: AlarmRecord): Record<string, unknown> {
  const common = {
    AlarmName: alarm.name,
    AlarmArn: alarmArn(alarm),
    ActionsEnabled: true,
    StateValue: state.value,
    StateReason: state.reason,
    ...(state.reasonData === undefined ? {} : { StateReasonData: state.reasonData }),
    StateUpdatedTimestamp: new Date(changedAt),
    StateTransitionedTimestamp: new Date(changedAt),
  };
  if (alarm.kind === "composite") {
    return {
      ...common,
      AlarmRule: ruleText(alarm.rule),
      ...(suppressedBy === null ? {} : { ActionsSuppressedBy: suppressedBy }),
    };
  }
  return {
    ...common,
    Namespace: alarm.metric.namespace,
    MetricName: alarm.metric.name,
    Dimensions: Object.entries(alarm.metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
    Statistic: alarm.statistic,
    Period: alarm.periodSeconds,
    EvaluationPeriods: alarm.of,
    DatapointsToAlarm: alarm.datapoints,
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparison,
    TreatMissingData: alarm.treatMissingData,
  };
}

function dimensionsOf(
  dimensions: readonly { readonly Name?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Readonly<Record<string, string>> {
  const named: Record<string, string> = {};
  for (const { Name = "", Value = "" } of dimensions ?? []) named[Name] = Value;
  return named;
}

/** The SDK takes a Date; an ISO 8601 string is accepted, too. */
function instantOf(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  if (typeof value === "string") return parseInstant(value);
  throw invalid("ValidationError", `Not an instant: received ${String(value)}`);
}

function invalid(name: string, message: string): ServiceError {
  return new ServiceError(name, message);
}
