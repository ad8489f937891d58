import { isoInstant } from "../../shared/clock.ts";
import type { TimelineEvent, TimelineStep } from "../event.ts";
import type { Moment } from "./order.ts";
import { type Detail, detailOf, printable, textOf } from "./read.ts";
import { offsetOf } from "./words.ts";

/** One change that the run made, tried or meant to make. */
export interface Action {
  readonly step: TimelineStep;
  /** The Region in which it changes something. */
  readonly region: string;
  readonly resource: string | null;
  readonly summary: string;
  /** The Region that made the call, and under which epoch. */
  readonly madeFrom: string;
  readonly epoch: number;
  /** ISO 8601; when the intent was written, null when none was. */
  readonly intendedAt: string | null;
  /** ISO 8601; when it was seen to hold, or seen not to. */
  readonly endedAt: string | null;
  readonly state: "confirmed" | "failed" | "unconfirmed";
}

type Draft = { -readonly [Key in keyof Action]: Action[Key] };

/** What was done where: each intent with what became of it, and confirmations that no intent announced. */
export function actionsOf(moments: readonly Moment[]): readonly Action[] {
  const drafts: Draft[] = [];
  for (const { event, time } of moments) {
    if (event.kind !== "intent" && event.kind !== "confirmed" && event.kind !== "failed") continue;
    const detail = detailOf(event);
    const resource = textOf(detail, "resource");
    const stated = regionOf(event, detail, resource);
    const at = isoInstant(time);
    if (event.kind !== "intent") {
      const waiting = drafts.filter((draft) => draft.endedAt === null && draft.step === event.step);
      const match =
        waiting.find((draft) => resource !== null && draft.resource === resource) ??
        waiting.find(
          (draft) => (resource === null || draft.resource === null) && (stated === null || draft.region === stated),
        );
      if (match !== undefined) {
        // What was meant is what was done; of a failure, its own words say why.
        const summary = event.kind === "failed" ? printable(event.summary) : match.summary;
        Object.assign(match, { endedAt: at, state: event.kind, summary });
        continue;
      }
    }
    drafts.push({
      step: event.step,
      region: stated ?? printable(event.region),
      resource,
      summary: printable(event.summary),
      madeFrom: printable(event.region),
      epoch: event.epoch,
      intendedAt: event.kind === "intent" ? at : null,
      endedAt: event.kind === "intent" ? null : at,
      state: event.kind === "intent" ? "unconfirmed" : event.kind,
    });
  }
  return drafts;
}

/** An action as the reader sees it, with how often the like was found. */
export interface ActionShown extends Action {
  readonly times: number;
  /** When it was last seen to hold; as `endedAt` where that was once. */
  readonly lastEndedAt: string | null;
}

/**
 * Each action once: whoever takes a run over finds every change already there and says so, which is worth one row and not
 * one for each takeover. Only what was found to hold and had not to be done is folded.
 */
export function foldActions(actions: readonly Action[]): readonly ActionShown[] {
  const shown: { -readonly [Key in keyof ActionShown]: ActionShown[Key] }[] = [];
  for (const action of actions) {
    const found = action.state === "confirmed" && action.intendedAt === null;
    const like = !found
      ? undefined
      : shown.find(
          (one) =>
            one.state === "confirmed" &&
            one.intendedAt === null &&
            one.step === action.step &&
            one.region === action.region &&
            one.resource === action.resource &&
            one.summary === action.summary,
        );
    if (like === undefined) shown.push({ ...action, times: 1, lastEndedAt: action.endedAt });
    else Object.assign(like, { times: like.times + 1, lastEndedAt: action.endedAt });
  }
  return shown;
}

/** ` (5 times)`; nothing for once. */
export function timesWords({ times }: ActionShown): string {
  return times === 1 ? "" : ` (${times} times)`;
}

/** `+01:18`, or `+01:18 to +10:32` where it was found more than once. */
export function endedWords({ endedAt, lastEndedAt, times }: ActionShown, origin: string | null): string {
  if (endedAt === null || lastEndedAt === null) return "";
  const first = offsetOf(endedAt, origin);
  return times === 1 ? first : `${first} to ${offsetOf(lastEndedAt, origin)}`;
}

/** Where an event changes something, as far as it says. */
function regionOf(event: TimelineEvent, detail: Detail, resource: string | null): string | null {
  const named = resource?.match(/@([a-z0-9-]+)$/)?.[1] ?? null;
  // The switch's `region` is the one that is taken out of DNS; what changes lies where the run acts.
  return named ?? (event.step === "traffic" ? null : textOf(detail, "region"));
}
