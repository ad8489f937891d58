/** A metric of one Region by its identity. */
export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface Datapoint {
  /** Start of its period, in milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
  /** From when on it can be read. */
  readonly visibleAt: number;
}

export type Statistic = "Average" | "Maximum" | "Minimum" | "Sum" | "SampleCount";

/** What a period's datapoints come to. */
export interface PeriodValue {
  /** Start of the period. */
  readonly at: number;
  readonly value: number;
  readonly samples: number;
}

/** Two days at one a minute; nobody here looks further back. */
const datapointsKept = 2_880;

/** The metrics of one Region. */
export class MetricStore {
  readonly #metrics = new Map<string, Datapoint[]>();

  put(metric: MetricName, datapoint: Datapoint): void {
    const key = keyOf(metric);
    const kept = this.#metrics.get(key);
    if (kept === undefined) {
      this.#metrics.set(key, [datapoint]);
      return;
    }
    kept.push(datapoint);
    if (kept.length > datapointsKept) kept.shift();
  }

  /** Changes what was put before. */
  revise(metric: MetricName, change: (datapoint: Datapoint) => Datapoint): void {
    const key = keyOf(metric);
    this.#metrics.set(key, (this.#metrics.get(key) ?? []).map(change));
  }

  /** Periods that begin in [from, to) and have something to show by `now`, oldest first. */
  read(
    metric: MetricName,
    query: {
      readonly from: number;
      readonly to: number;
      readonly periodSeconds: number;
      readonly statistic: Statistic;
      readonly now: number;
    },
  ): readonly PeriodValue[] {
    const periodMs = query.periodSeconds * 1_000;
    const periods = new Map<number, number[]>();
    for (const { at, value, visibleAt } of this.#metrics.get(keyOf(metric)) ?? []) {
      if (visibleAt > query.now) continue;
      const start = Math.floor(at / periodMs) * periodMs;
      if (start < query.from || start >= query.to) continue;
      const values = periods.get(start);
      if (values === undefined) periods.set(start, [value]);
      else values.push(value);
    }
    return [...periods]
      .map(([at, values]) => ({ at, value: reduce(values, query.statistic), samples: values.length }))
      .sort((left, right) => left.at - right.at);
  }
}

function reduce(values: readonly number[], statistic: Statistic): number {
  const sum = () => values.reduce((total, value) => total + value, 0);
  switch (statistic) {
    case "Average":
      return sum() / values.length;
    case "Maximum":
      return Math.max(...values);
    case "Minimum":
      return Math.min(...values);
    case "Sum":
      return sum();
    case "SampleCount":
      return values.length;
  }
}

function keyOf({ namespace, name, dimensions }: MetricName): string {
  let key = `${namespace}\n${name}`;
  for (const dimension of Object.keys(dimensions).sort()) key += `\n${dimension}=${dimensions[dimension]}`;
  return key;
}
