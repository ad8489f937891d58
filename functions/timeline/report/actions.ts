import { isoInstant } from "../../shared/clock.ts";
import type { TimelineEvent, TimelineStep } from "../event.ts";
import type { Moment } from "./order.ts";
import { type Detail, detailOf, printable, textOf } from "./read.ts";

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

/** Where an event changes something, as far as it says. */
function regionOf(event: TimelineEvent, detail: Detail, resource: string | null): string | null {
  const named = resource?.match(/@([a-z0-9-]+)$/)?.[1] ?? null;
  // The switch's `region` is the one that is taken out of DNS; what changes lies where the run acts.
  return named ?? (event.step === "traffic" ? null : textOf(detail, "region"));
}
