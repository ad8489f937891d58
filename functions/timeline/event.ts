import { hash as digest } from "node:crypto";
import { ForeignValue } from "../shared/attributes.ts";

/** The source and type of the events that go out for every timeline event. */
export const timelineEventSource = "region-failover";
export const timelineEventType = "Failover Timeline";

/** Which part of a run an event speaks of; the report has one lane for each. */
export type TimelineStep =
  | "assess"
  | "approval"
  | "traffic"
  | "capacity"
  | "database"
  | "tables"
  | "recovery"
  | "timeline";

/** What kind of thing happened. */
export type TimelineKind =
  /** A decision, also every decision not to act. */
  | "decision"
  /** The lease was taken and an incident opened, taken over from a dead holder, or re-opened for a retry. */
  | "opened"
  | "takenOver"
  | "retried"
  /** About to change something; written before the change. */
  | "intent"
  /** The change was seen to hold in the real resource. */
  | "confirmed"
  /** The change was not made, or was not seen to hold. */
  | "failed"
  /** Something measured or noticed on the way; changes nothing. */
  | "observed"
  /** A step ended; `detail.result` says how. */
  | "stepEnded"
  | "approvalRequested"
  | "approvalAnswered"
  /** The last event: outcome, recovery time, data loss. */
  | "closed";

/** Anything that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What a step hands to the journal. */
export interface TimelineEntry {
  readonly step: TimelineStep;
  readonly kind: TimelineKind;
  /** One sentence for a person. */
  readonly summary: string;
  readonly detail?: Readonly<Record<string, Json>>;
}

/** One event as stored and sent out. */
export interface TimelineEvent {
  readonly incident: string;
  /** The epoch under which it was written; 0 for a decision record outside any incident. */
  readonly epoch: number;
  /** Place in the chain of this incident and epoch, from 1. */
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The Region that wrote it. */
  readonly region: string;
  readonly step: TimelineStep;
  readonly kind: TimelineKind;
  readonly summary: string;
  readonly detail: Readonly<Record<string, Json>>;
  /** Hash of the event before it, "" where none was known. An epoch's first event links to the last known of the epoch before. */
  readonly previousHash: string;
  /** SHA-256 over the canonical JSON of all other fields. */
  readonly hash: string;
}

/**
 * JSON with sorted keys: the same value gives the same bytes on every machine. What JSON cannot carry is left out, as a
 * version that stores such a thing beside an event must leave it out of the event's hash.
 */
export function canonicalJson(value: Json): string {
  if (value instanceof ForeignValue) return "null";
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item as Json)).join(",")}]`;
  const entries = Object.entries(value as Record<string, Json>)
    .filter(([, item]) => !((item as unknown) instanceof ForeignValue))
    .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
  return `{${entries.join(",")}}`;
}

/** Completes an event with its hash. */
export function sealEvent(event: Omit<TimelineEvent, "hash">): TimelineEvent {
  return { ...event, hash: digest("sha256", canonicalJson(event as unknown as Json), "hex") };
}

/** Where a chain of events is broken, or null when it holds: each hash recomputed, each link followed, no gap in a chain. */
export function findBreak(
  events: readonly TimelineEvent[],
): { readonly index: number; readonly reason: string } | null {
  const here = new Set(events.map(({ hash }) => hash));
  for (const [index, event] of events.entries()) {
    const { hash, ...rest } = event;
    if (sealEvent(rest).hash !== hash) return { index, reason: "the event does not match its hash" };
    const previous = events[index - 1];
    if (previous !== undefined && previous.epoch === event.epoch) {
      if (event.seq !== previous.seq + 1)
        return { index, reason: `sequence ${previous.seq} is followed by ${event.seq}` };
      if (event.previousHash !== previous.hash)
        return { index, reason: "the event does not link to the one before it" };
    } else {
      if (event.seq !== 1) return { index, reason: `epoch ${event.epoch} begins at sequence ${event.seq}` };
      if (previous !== undefined && event.epoch < previous.epoch) {
        return { index, reason: `epoch ${previous.epoch} is followed by ${event.epoch}` };
      }
      // A holder that took over before anything had been replicated to it could link to nothing, and one that woke late to
      // an event of its successor. What it links to it has seen: in its Region's copy it must be there, in another one it
      // may be late.
      if (event.previousHash !== "" && !here.has(event.previousHash)) {
        return {
          index,
          reason: `epoch ${event.epoch} links to an event that is not here: it was removed, or has not arrived in this copy yet`,
        };
      }
    }
  }
  return null;
}
