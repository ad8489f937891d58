import type { CoordinationItem } from "../../functions/coordination/item.ts";
import { newerField } from "../random-formats.ts";
import type { Violation } from "../result.ts";

/**
 * Watches that what a newer version noted in the coordination item stays there, whoever writes it: in the item, with each
 * Region, and in the records of runs for as long as they are kept.
 */
export class Formats {
  #item: CoordinationItem | null = null;
  readonly #noted = new Map<string, string>();

  judge(item: CoordinationItem | null): readonly Violation[] {
    if (item === null || item === this.#item) return [];
    this.#item = item;
    const present = noteHolders(item);
    const lost = [...this.#noted].filter(([holder, note]) => present.has(holder) && present.get(holder) !== note);
    for (const [holder, note] of present) if (note !== undefined) this.#noted.set(holder, note);
    return lost.map(([holder]) => ({
      invariant: "newerFieldsKept",
      message: `What a newer version noted of ${holder} is gone after ${item.writtenBy.split("#")[0]} wrote`,
    }));
  }
}

/** Everything in the item that a newer version may note something of, with what is noted. */
function noteHolders(item: CoordinationItem): ReadonlyMap<string, string | undefined> {
  const noteOf = (holder: object) => JSON.stringify((holder as Readonly<Record<string, unknown>>)[newerField]);
  return new Map([
    ["the item", noteOf(item)],
    ...Object.entries(item.regions).map(([region, entry]) => [region, noteOf(entry)] as const),
    ...item.completed.map((run) => [`${run.incident} of ${run.endedAt}`, noteOf(run.record)] as const),
  ]);
}
