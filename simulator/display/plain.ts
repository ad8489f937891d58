import type { TimelineEvent } from "../../functions/timeline/event.ts";
import { printable } from "../../functions/timeline/report/read.ts";
import type { PageTold } from "../../functions/timeline/report/summary.ts";
import { offsetWords } from "../../functions/timeline/report/words.ts";
import { percentWords } from "./live.ts";
import { type DrillModel, secondsInto } from "./model.ts";
import { widthOf } from "./screen.ts";

/** How much of all requests must go elsewhere before a new traffic line is worth reading. */
const noticeable = 0.05;

/** How often the same observation is worth a line. */
const mostRepeats = 3;

function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}

/** `[+01:12] database   eu-west-1       Promote eu-west-1 to writer.` */
export function plainLine(seconds: number, subject: string, place: string, text: string): string {
  return `[${offsetWords(seconds)}] ${pad(subject, 9)}  ${pad(place, 14)}  ${text}`;
}

export function plainEvent(model: DrillModel, event: TimelineEvent): string {
  const [step, region, summary] = [event.step, event.region, event.summary].map(printable);
  return plainLine(secondsInto(model, event), step ?? "", region ?? "", summary ?? "");
}

/** Phases that the event which brings them already tells. */
const toldByEvent: ReadonlySet<DrillModel["phase"]> = new Set(["deciding", "waiting for approval", "closed"]);

/** How requests are spread, in [0, 1] of all of them. */
type Shares = Readonly<Record<string, number>>;

function sharesOf(model: DrillModel): Shares {
  const served = model.traffic.reduce((sum, { share }) => sum + share, 0);
  const shares = Object.fromEntries(model.traffic.map(({ region, share }) => [region, share]));
  return model.traffic.length === 0 ? {} : { ...shares, failed: model.failedPerSecond > 0 ? 1 - served : 0 };
}

function differs(before: Shares, after: Shares): boolean {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].some((name) => {
    const [was, is] = [before[name] ?? 0, after[name] ?? 0];
    // The first failure and the last one are worth a line however small.
    return Math.abs(was - is) >= noticeable || (name === "failed" && was > 0 !== is > 0);
  });
}

function trafficWords(shares: Shares): string {
  return Object.entries(shares)
    .filter(([name, share]) => share > 0 || name === "failed")
    .map(([name, share]) => `${printable(name)} ${percentWords(share)}`)
    .join(", ");
}

/** Turns successive models into lines; it remembers only what it last said. */
export function createPlainLines(): {
  /** Lines for the model that an event led to. */
  event(model: DrillModel, event: TimelineEvent): readonly string[];
  /** Lines for a page, and the model that it led to. */
  page(model: DrillModel, page: PageTold): readonly string[];
  /** Lines for a model whose traffic or clock moved. */
  model(model: DrillModel): readonly string[];
} {
  let phase: DrillModel["phase"] | null = null;
  let shares: Shares = {};
  const said = new Map<string, number>();
  /** What each step last said: the end of a step often repeats the observation that led to it. */
  const lastOf = new Map<string, string>();

  /** An observation that comes back again and again is said a few times; the reports have every one. */
  function told(model: DrillModel, event: TimelineEvent): readonly string[] {
    const line = plainEvent(model, event);
    const repeats = lastOf.get(event.step) === `${event.region}: ${event.summary}`;
    lastOf.set(event.step, `${event.region}: ${event.summary}`);
    if (event.kind === "stepEnded" && repeats) return [];
    if (event.kind !== "observed") return [line];
    const what = `${event.step}: ${event.summary}`;
    const times = (said.get(what) ?? 0) + 1;
    said.set(what, times);
    if (times > mostRepeats) return [];
    return [times === mostRepeats ? `${line} (not repeated from here on)` : line];
  }

  function changes(model: DrillModel): readonly string[] {
    const lines: string[] = [];
    if (model.phase !== phase) {
      if (!toldByEvent.has(model.phase)) {
        lines.push(plainLine(model.elapsedSeconds, "drill", printable(model.scenario), `Phase: ${model.phase}.`));
      }
      phase = model.phase;
    }
    const now = sharesOf(model);
    if (differs(shares, now)) {
      lines.push(plainLine(model.elapsedSeconds, "traffic", "", `${trafficWords(now)}.`));
      shares = now;
    }
    return lines;
  }

  return {
    event: (model, event) => [...told(model, event), ...changes(model)],
    page: (model, page) => [
      plainLine(secondsInto(model, page), "page", printable(page.from), `To people: ${printable(page.summary)}`),
      ...changes(model),
    ],
    model: changes,
  };
}
