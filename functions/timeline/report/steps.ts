import { isoInstant } from "../../shared/clock.ts";
import type { TimelineEvent, TimelineStep } from "../event.ts";
import type { Moment } from "./order.ts";
import { childOf, detailOf, textOf } from "./read.ts";

/** The lanes of the report, in the order in which a run passes them. */
export const lanes = ["assess", "approval", "traffic", "capacity", "database", "tables", "recovery"] as const;
export type Lane = (typeof lanes)[number];

/** What a result means to the reader. "other" is a result that this report does not know. */
export type Tone = "good" | "skipped" | "degraded" | "failed" | "running" | "interrupted" | "other";

/** One stretch of work on a step, from its first event to its end. */
export interface Period {
  readonly step: Lane;
  /** The Region it worked on, where a step works on several at once. */
  readonly region: string | null;
  readonly epoch: number;
  /** ISO 8601. */
  readonly from: string;
  /** ISO 8601; null while it runs. */
  readonly to: string | null;
  readonly result: string;
  readonly tone: Tone;
  readonly reason: string | null;
}

/** How one step went, over all its periods. */
export interface StepSummary {
  readonly step: Lane;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly result: string;
  readonly tone: Tone;
  readonly reason: string | null;
  readonly periods: readonly Period[];
}

const tones: Readonly<Record<string, Tone>> = {
  done: "good",
  recovered: "good",
  verified: "good",
  approved: "good",
  proceed: "good",
  granted: "good",
  ready: "good",
  changed: "good",
  alreadythere: "good",
  alreadydone: "good",
  adopted: "good",
  skipped: "skipped",
  notneeded: "skipped",
  notmanaged: "skipped",
  notasked: "skipped",
  observed: "skipped",
  none: "skipped",
  degraded: "degraded",
  partial: "degraded",
  failed: "failed",
  stopped: "failed",
  timedout: "failed",
  noanswer: "failed",
  refused: "failed",
  declined: "failed",
  unfinished: "failed",
  running: "running",
  interrupted: "interrupted",
};

export function toneOf(result: string): Tone {
  const key = result.toLowerCase().replace(/[^a-z]/g, "");
  return Object.hasOwn(tones, key) ? (tones[key] as Tone) : "other";
}

export function isLane(step: TimelineStep): step is Lane {
  return (lanes as readonly string[]).includes(step);
}

interface Draft {
  readonly step: Lane;
  readonly region: string | null;
  readonly epoch: number;
  readonly from: number;
  to: number | null;
  result: string;
  reason: string | null;
}

/** Kinds that say a step is at work; an observation or a note after its end does not start it anew. */
const working: ReadonlySet<string> = new Set(["intent", "confirmed", "failed", "approvalRequested", "decision"]);

/** The stretches of work that the events tell of, oldest first. */
export function periodsOf(moments: readonly Moment[]): readonly Period[] {
  const drafts: Draft[] = [];
  let epoch = 0;
  const openOf = (step: Lane, region: string | null) =>
    drafts.filter((draft) => draft.to === null && draft.step === step && (region === null || draft.region === region));
  const endAll = (time: number, resultOf: (draft: Draft) => { result: string; reason: string | null }) => {
    for (const draft of drafts.filter((one) => one.to === null)) Object.assign(draft, { to: time, ...resultOf(draft) });
  };

  for (const { event, time } of moments) {
    // What a holder writes after it lost its epoch is in the table of events, but it is not the run's work.
    if (event.epoch > 0 && event.epoch < epoch) continue;
    epoch = Math.max(epoch, event.epoch);
    const detail = detailOf(event);
    if (event.kind === "takenOver") endAll(time, () => ({ result: "interrupted", reason: "the run was taken over" }));
    if (event.kind === "closed") {
      const branches = childOf(detail, "branches");
      endAll(time, (draft) => {
        const branch = childOf(branches, draft.step);
        return { result: textOf(branch, "result") ?? "unfinished", reason: textOf(branch, "reason") };
      });
    }
    if (!isLane(event.step)) continue;

    const region = event.step === "capacity" ? textOf(detail, "region") : null;
    const begin = (step: Lane): Draft => {
      const draft: Draft = { step, region, epoch: event.epoch, from: time, to: null, result: "running", reason: null };
      drafts.push(draft);
      return draft;
    };
    const exact = openOf(event.step, region);
    const open = exact.length > 0 ? exact : region === null ? [] : openOf(event.step, null).filter(isForAll);
    const known = drafts.some(
      (draft) =>
        draft.step === event.step && draft.epoch === event.epoch && (region === null || draft.region === region),
    );
    if (open.length === 0 && (!known || working.has(event.kind))) {
      open.push(begin(event.step));
    }
    const end = endingOf(event);
    if (end === null) continue;
    if (open.length === 0) {
      // A second word on a stretch that has ended corrects it; under a new epoch it is a stretch of its own.
      const last = drafts.findLast((draft) => draft.step === event.step && draft.region === region);
      open.push(last !== undefined && last.epoch === event.epoch ? last : begin(event.step));
    }
    for (const draft of open) Object.assign(draft, { to: time, ...end });
  }
  return drafts.map((draft) => ({
    step: draft.step,
    region: draft.region,
    epoch: draft.epoch,
    from: isoInstant(draft.from),
    to: draft.to === null ? null : isoInstant(draft.to),
    result: draft.result,
    tone: toneOf(draft.result),
    reason: draft.reason,
  }));
}

function isForAll(draft: Draft): boolean {
  return draft.region === null;
}

/** How an event ends its step, or null when it does not. */
function endingOf(event: TimelineEvent): { readonly result: string; readonly reason: string | null } | null {
  const detail = detailOf(event);
  switch (event.kind) {
    case "stepEnded":
      return { result: textOf(detail, "result") ?? "done", reason: textOf(detail, "reason") };
    case "approvalAnswered":
      return { result: answerOf(event), reason: textOf(detail, "reason") };
    case "opened":
    case "takenOver":
    case "retried":
    case "decision":
      return event.step === "assess" ? { result: "done", reason: null } : null;
    case "intent":
    case "confirmed":
    case "failed":
    case "observed":
    case "approvalRequested":
    case "closed":
      return null;
    default:
      return unknownKind(event.kind);
  }
}

/** An event written by a newer version may carry a kind that this one does not know: it ends nothing. */
function unknownKind(_kind: never): null {
  return null;
}

/** What a person, or the end of the wait, answered. */
export function answerOf(event: TimelineEvent): string {
  const detail = detailOf(event);
  const given = textOf(detail, "answer") ?? textOf(detail, "decision") ?? textOf(detail, "result");
  if (given !== null) return given;
  if (detail.approved === true) return "approved";
  return detail.approved === false ? "declined" : "answered";
}

const severity: readonly Tone[] = ["failed", "degraded", "running", "interrupted", "other", "good", "skipped"];

/** One summary a step, in the order of the lanes; steps that left no event are absent. */
export function summarizeSteps(periods: readonly Period[]): readonly StepSummary[] {
  return lanes.flatMap((step): readonly StepSummary[] => {
    const mine = periods.filter((period) => period.step === step);
    const [first] = mine;
    if (first === undefined) return [];
    // A later period replaces the earlier one of its Region, and one of the whole step replaces all; of what then
    // remains, the worst speaks for the step.
    const whole = mine.findLastIndex((period) => period.region === null);
    const since = mine.slice(Math.max(0, whole));
    const latest = [...new Map(since.map((period) => [period.region ?? "", period])).values()];
    const worst =
      latest.toSorted((left, right) => severity.indexOf(left.tone) - severity.indexOf(right.tone))[0] ?? first;
    const ends = latest.map((period) => period.to);
    return [
      {
        step,
        startedAt: first.from,
        endedAt: ends.includes(null)
          ? null
          : ends.reduce((left, right) => ((left ?? "") > (right ?? "") ? left : right)),
        result: worst.result,
        tone: worst.tone,
        reason: worst.reason,
        periods: mine,
      },
    ];
  });
}
