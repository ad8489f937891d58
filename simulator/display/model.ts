import type { TimelineEvent } from "../../functions/timeline/event.ts";
import { detailOf, parseTime, printable, textOf } from "../../functions/timeline/report/read.ts";
import { answerOf, isLane, lanes, type Tone, toneOf } from "../../functions/timeline/report/steps.ts";
import type { PageTold } from "../../functions/timeline/report/summary.ts";
import { offsetWords } from "../../functions/timeline/report/words.ts";

/** Where the drill stands, in the order in which a run passes it. */
export type Phase =
  | "everything serves"
  | "failing"
  | "deciding"
  | "waiting for approval"
  | "failing over"
  | "verifying"
  | "closed";

export interface BranchView {
  readonly state: "waiting" | "running" | Tone;
  /** What it last did. */
  readonly note: string;
  /** Simulated seconds since the drill began, when the state was entered. */
  readonly sinceSeconds: number;
  /** The same, when work on it began; null before. */
  readonly begunSeconds: number | null;
  /** The same, when it came to its end; null while it has not. */
  readonly endedSeconds: number | null;
}

export interface TrafficShare {
  readonly region: string;
  readonly servedPerSecond: number;
  /** Of all requests, served or failed, in [0, 1]. */
  readonly share: number;
}

/** Everything that the panel shows. */
export interface DrillModel {
  readonly scenario: string;
  /** Milliseconds since the Unix epoch, simulated; offsets count from here. */
  readonly startedAt: number;
  /** Simulated. */
  readonly elapsedSeconds: number;
  /** Simulated seconds a real second; null when unknown. */
  readonly speed: number | null;
  readonly phase: Phase;
  readonly branches: Readonly<Record<string, BranchView>>;
  readonly traffic: readonly TrafficShare[];
  readonly failedPerSecond: number;
  /** Newest last, at most `eventsKept`. */
  readonly events: readonly string[];
}

export const eventsKept = 50;

export function startModel(scenario: string, startedAt: number): DrillModel {
  return {
    scenario,
    startedAt,
    elapsedSeconds: 0,
    speed: null,
    phase: "everything serves",
    branches: Object.fromEntries(
      lanes.map((lane) => [
        lane,
        { state: "waiting", note: "", sinceSeconds: 0, begunSeconds: null, endedSeconds: null },
      ]),
    ),
    traffic: [],
    failedPerSecond: 0,
    events: [],
  };
}

/** Requests a second at one instant, as the simulated world counts them. */
export interface TrafficSample {
  readonly servedByRegion: Readonly<Record<string, number>>;
  readonly failed: number;
}

export function withTraffic(model: DrillModel, sample: TrafficSample): DrillModel {
  const entries = Object.entries(sample.servedByRegion);
  const total = entries.reduce((sum, [, served]) => sum + served, sample.failed);
  const known = model.traffic.map(({ region }) => region);
  const order = [...new Set([...known, ...entries.map(([region]) => region).sort()])];
  return {
    ...model,
    traffic: order.map((region) => {
      const servedPerSecond = sample.servedByRegion[region] ?? 0;
      return { region, servedPerSecond, share: total > 0 ? servedPerSecond / total : 0 };
    }),
    failedPerSecond: sample.failed,
    phase: model.phase === "everything serves" && sample.failed > 0 ? "failing" : model.phase,
  };
}

export function withClock(model: DrillModel, elapsedSeconds: number, speed: number | null): DrillModel {
  return { ...model, elapsedSeconds: Math.max(model.elapsedSeconds, elapsedSeconds), speed };
}

/** The model after people were paged; a page is shown among the events. */
export function withPage(model: DrillModel, page: PageTold): DrillModel {
  const seconds = secondsInto(model, page);
  const line = `${offsetWords(seconds)} page, ${printable(page.from)}: ${printable(page.summary)}`;
  return {
    ...model,
    elapsedSeconds: Math.max(model.elapsedSeconds, seconds),
    events: [...model.events, line].slice(-eventsKept),
  };
}

/** Seconds from the drill's start to an event or a page; its last known time when the event has no readable one. */
export function secondsInto(
  model: Pick<DrillModel, "startedAt" | "elapsedSeconds">,
  { at }: { readonly at: string },
): number {
  const time = parseTime(at);
  return time === null ? model.elapsedSeconds : (time - model.startedAt) / 1_000;
}

/** The model after an event. */
export function reduceModel(model: DrillModel, event: TimelineEvent): DrillModel {
  const seconds = secondsInto(model, event);
  const line = `${offsetWords(seconds)} ${printable(event.step)}, ${printable(event.region)}: ${printable(event.summary)}`;
  const branches = { ...model.branches };
  if (isLane(event.step)) {
    const before = branches[event.step];
    const state = stateAfter(event, before?.state ?? "waiting");
    const sinceSeconds = before === undefined || before.state !== state ? seconds : before.sinceSeconds;
    // Work that begins anew, after a takeover or on a retry, is timed anew.
    const anew = before === undefined || (isOver(before.state) && !isOver(state));
    const begunSeconds = anew ? seconds : (before.begunSeconds ?? seconds);
    const endedSeconds = !isOver(state)
      ? null
      : isOver(before?.state ?? "waiting")
        ? (before?.endedSeconds ?? seconds)
        : seconds;
    branches[event.step] = { state, note: printable(event.summary), sinceSeconds, begunSeconds, endedSeconds };
  }
  if (event.kind === "takenOver") {
    for (const [name, branch] of Object.entries(branches)) {
      if (branch.state !== "running" || name === "assess") continue;
      branches[name] = {
        ...branch,
        state: "interrupted",
        note: "the run was taken over",
        sinceSeconds: seconds,
        endedSeconds: seconds,
      };
    }
  }
  return {
    ...model,
    elapsedSeconds: Math.max(model.elapsedSeconds, seconds),
    phase: phaseAfter(model.phase, event),
    branches,
    events: [...model.events, line].slice(-eventsKept),
  };
}

function isOver(state: BranchView["state"]): boolean {
  return state !== "waiting" && state !== "running";
}

function stateAfter(event: TimelineEvent, before: BranchView["state"]): BranchView["state"] {
  switch (event.kind) {
    case "stepEnded":
      return toneOf(textOf(detailOf(event), "result") ?? "done");
    case "approvalAnswered":
      return toneOf(answerOf(event));
    case "opened":
    case "takenOver":
    case "retried":
    case "closed":
      return "good";
    case "decision":
      return event.step === "assess" ? "good" : before;
    case "observed":
      return before === "waiting" || before === "interrupted" ? "running" : before;
    case "intent":
    case "confirmed":
    case "failed":
    case "approvalRequested":
      return "running";
    default:
      return keep(before, event.kind);
  }
}

/** A kind of a newer version changes nothing on the panel. */
function keep<State>(state: State, _kind: never): State {
  return state;
}

function phaseAfter(before: Phase, event: TimelineEvent): Phase {
  switch (event.kind) {
    case "decision":
      return before === "everything serves" || before === "failing" ? "deciding" : before;
    case "opened":
    case "takenOver":
    case "retried":
      return "failing over";
    case "approvalAnswered":
      // After a "no" to the whole run nothing follows but its closing.
      return toneOf(answerOf(event)) === "good" ? "failing over" : before;
    case "approvalRequested":
      return "waiting for approval";
    case "closed":
      return "closed";
    case "intent":
    case "confirmed":
    case "failed":
    case "observed":
    case "stepEnded":
      return event.step === "recovery" && before !== "closed" ? "verifying" : before;
    default:
      return keep(before, event.kind);
  }
}
