import { parseTime } from "../read.ts";
import { lanes, type Period, type Tone } from "../steps.ts";
import type { IncidentSummary } from "../summary.ts";
import { periodWords } from "../words.ts";

/** Where everything stands in the chart of steps: places and lengths in per cent of the shown time. */
export interface GanttLayout {
  /** Milliseconds since the Unix epoch. */
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly { readonly left: number; readonly seconds: number }[];
  readonly milestones: readonly { readonly left: number; readonly title: string; readonly at: string }[];
  readonly rows: readonly GanttRow[];
}

export interface GanttRow {
  readonly step: string;
  readonly region: string | null;
  /** How its last stretch went, in words; colour only repeats it. */
  readonly note: string;
  /** Every stretch with its reason. */
  readonly full: string;
  readonly tone: Tone | null;
  readonly bars: readonly GanttBar[];
  readonly marks: readonly {
    readonly left: number;
    readonly kind: "begun" | "confirmed" | "failed";
    readonly title: string;
  }[];
}

export interface GanttBar {
  readonly left: number;
  readonly width: number;
  /** "waiting" is the time before the decision, in which the Region already failed. */
  readonly tone: Tone | "waiting";
  readonly title: string;
}

/** A first failing probe further back than this would press the run itself into a line. */
const longestLeadMilliseconds = 6 * 3_600_000;
const tickSeconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 604_800];
const mostTicks = 6;

/** Steps of the time axis: at most six, at round figures, counted from `origin`. */
export function axisTicks(from: number, to: number, origin: number): readonly { left: number; seconds: number }[] {
  const span = Math.max(1, (to - from) / 1_000);
  const step = tickSeconds.find((seconds) => span / seconds < mostTicks) ?? Math.ceil(span / mostTicks);
  const first = Math.ceil((from - origin) / 1_000 / step);
  return Array.from({ length: mostTicks + 1 }, (_, index) => (first + index) * step)
    .map((seconds) => ({ left: ((origin + seconds * 1_000 - from) / (to - from)) * 100, seconds }))
    .filter(({ left }) => left <= 100);
}

/** Per cent; a bar of no width at all would not be drawn. */
const narrowest = 0.2;

/** One chart a run: a retry on the next day gets a chart of its own, with its own axis. */
export function layoutGantt(summary: IncidentSummary): readonly GanttLayout[] {
  const periods = summary.steps.flatMap((step) => step.periods);
  const end = parseTime(summary.lastEventAt);
  if (end === null || periods.length === 0) return [];
  const start = (period: Period) => parseTime(period.from) ?? end;
  const firstWork = Math.min(...periods.map(start));
  const failing = parseTime(summary.failingSince);
  const leads = failing !== null && failing < firstWork && firstWork - failing <= longestLeadMilliseconds;
  const begin = leads ? failing : firstWork;
  const starts = [begin, ...summary.retriedAt.map((at) => parseTime(at) ?? end)].sort((left, right) => left - right);
  return starts.flatMap((from, index) => {
    const next = starts[index + 1];
    const inside = periods.filter((period) => start(period) >= from && (next === undefined || start(period) < next));
    if (inside.length === 0) return [];
    const last = Math.max(
      ...inside.map((period) => parseTime(period.to) ?? (next === undefined ? end : start(period))),
    );
    const to = Math.max(next === undefined ? end : last, from + 1_000);
    return [layoutRun(summary, inside, from, to)];
  });
}

function layoutRun(summary: IncidentSummary, periods: readonly Period[], from: number, to: number): GanttLayout {
  const span = to - from;
  const place = (at: string | null): number => (((parseTime(at) ?? to) - from) / span) * 100;
  const failing = parseTime(summary.failingSince);
  const milestones = [
    { title: "First failing probe", at: summary.failingSince },
    { title: "Decided", at: summary.decidedAt },
    ...summary.acting
      .filter(({ how }) => how !== "opened")
      .map(({ region, since, how }) => ({
        title: how === "takenOver" ? `Taken over by ${region}` : `Retried from ${region}`,
        at: since,
      })),
    { title: "Traffic switched", at: summary.trafficSwitchedAt },
    { title: "Customers proven served", at: summary.verifiedAt },
    { title: "Reads proven served", at: summary.reads?.verifiedAt ?? null },
  ]
    .flatMap(({ title, at }) => {
      const time = parseTime(at);
      return at === null || time === null || time < from || time > to ? [] : [{ title, at, left: place(at) }];
    })
    .sort((left, right) => left.left - right.left);
  const rows = lanes.flatMap((step): readonly GanttRow[] => {
    const mine = periods.filter((period) => period.step === step);
    if (mine.length === 0) {
      const expected =
        summary.acting.length > 0 && step !== "approval" && step !== "assess" && summary.retriedAt.length === 0;
      return expected
        ? [{ step, region: null, note: "did not run", full: "did not run", tone: null, bars: [], marks: [] }]
        : [];
    }
    return [...new Set(mine.map((period) => period.region))].map((region) => {
      const own = mine.filter((period) => period.region === region);
      const bars = own.map((period): GanttBar => {
        const left = place(period.from);
        return {
          left,
          width: Math.max(place(period.to) - left, narrowest),
          tone: period.tone,
          title: `${step}${region === null ? "" : ` in ${region}`}: ${periodWords(period)}`,
        };
      });
      const [first, last] = [own[0], own.at(-1)];
      const waited = step === "assess" && failing !== null && failing >= from && first !== undefined;
      const lead = waited ? place(first.from) - place(summary.failingSince) : 0;
      const waiting: readonly GanttBar[] =
        lead > 0
          ? [{ left: place(summary.failingSince), width: lead, tone: "waiting", title: "failing, not yet confirmed" }]
          : [];
      return {
        step,
        region,
        note: last === undefined ? "" : periodWords(last),
        full: own.map((period) => periodWords(period) + reasonWords(period)).join("; then "),
        tone: last?.tone ?? null,
        bars: [...waiting, ...bars],
        marks: marksOf(summary, step, region, from, to),
      };
    });
  });
  return { from, to, ticks: axisTicks(from, to, parseTime(summary.origin) ?? from), milestones, rows };
}

function reasonWords(period: Period): string {
  return period.reason === null || period.tone === "good" ? "" : ` (${period.reason})`;
}

function marksOf(
  summary: IncidentSummary,
  step: string,
  region: string | null,
  from: number,
  to: number,
): GanttRow["marks"] {
  return summary.actions
    .filter((action) => action.step === step && (region === null || action.region === region))
    .flatMap((action) => {
      const ended = action.state === "failed" ? ("failed" as const) : ("confirmed" as const);
      return [
        { kind: "begun" as const, at: action.intendedAt, title: `begun: ${action.summary}` },
        { kind: ended, at: action.endedAt, title: `${action.state}: ${action.summary}` },
      ];
    })
    .flatMap(({ kind, at, title }) => {
      const time = parseTime(at);
      if (time === null || time < from || time > to) return [];
      return [{ kind, title, left: ((time - from) / (to - from)) * 100 }];
    });
}
