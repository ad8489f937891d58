import { findBreak, type TimelineEvent } from "../event.ts";
import { parseTime } from "./read.ts";

/** An event and the time at which the report places it, in milliseconds since the Unix epoch. */
export interface Moment {
  readonly event: TimelineEvent;
  readonly time: number;
}

/** Whether the chain of hashes holds, and where it does not. */
export type ChainCheck =
  | { readonly state: "holds"; readonly events: number; readonly lastHash: string }
  | { readonly state: "broken"; readonly events: number; readonly at: string; readonly reason: string }
  | { readonly state: "empty"; readonly events: 0 };

/** By epoch, then by place in the chain: the order in which the hashes link. */
export function chainOrder(events: readonly TimelineEvent[]): readonly TimelineEvent[] {
  return [...events].sort((left, right) => left.epoch - right.epoch || left.seq - right.seq);
}

/**
 * In the order of time. Within an epoch the chain's order wins over the clock, and an event without a readable time
 * stands with the one before it.
 */
export function chronological(events: readonly TimelineEvent[]): readonly Moment[] {
  const latest = new Map<number, number>();
  const ordered = chainOrder(events);
  const first = ordered.map((event) => parseTime(event.at)).find((time) => time !== null) ?? 0;
  const moments = ordered.map((event): Moment => {
    const before = latest.get(event.epoch);
    const time = Math.max(parseTime(event.at) ?? before ?? first, before ?? Number.NEGATIVE_INFINITY);
    latest.set(event.epoch, time);
    return { event, time };
  });
  return moments.sort(
    (left, right) => left.time - right.time || left.event.epoch - right.event.epoch || left.event.seq - right.event.seq,
  );
}

/** A decision record outside any incident: a chain of one. */
function standsAlone(event: TimelineEvent): boolean {
  return event.epoch === 0 && event.seq === 1 && event.previousHash === "";
}

/** Recomputes every hash and follows every link. */
export function checkChain(events: readonly TimelineEvent[]): ChainCheck {
  const ordered = chainOrder(events);
  const last = ordered.at(-1);
  if (last === undefined) return { state: "empty", events: 0 };
  try {
    const linked = ordered.filter((event) => !standsAlone(event));
    for (const chain of [...ordered.filter(standsAlone).map((event) => [event]), linked]) {
      const found = findBreak(chain);
      if (found === null) continue;
      const event = chain[found.index] ?? last;
      const at = `epoch ${event.epoch}, event ${event.seq}`;
      return { state: "broken", events: ordered.length, at, reason: found.reason };
    }
    return { state: "holds", events: ordered.length, lastHash: last.hash };
  } catch {
    return { state: "broken", events: ordered.length, at: "an unknown place", reason: "an event cannot be read" };
  }
}
