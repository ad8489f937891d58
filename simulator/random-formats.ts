import type { CoordinationItem } from "../functions/coordination/item.ts";
import { seededRandom } from "../functions/shared/random.ts";
import type { Action } from "./scenario.ts";

/** What a version of the controller that is yet to be written notes wherever it may add a field. */
export const newerField = "notedByNewerVersion";

/** After the past (random-past.ts), before anything goes wrong. */
const rolledBackAt = -235;

/** In one world of five a newer version has been at work before and was rolled back: its fields are there (FM57). */
export function drawNewerVersion(seed: number, add: (at: number, action: Action) => void): void {
  const random = seededRandom(Math.imul(seed + 1, 0xd3a2646d));
  if (random.next() < 0.2) add(rolledBackAt, { kind: "coordination", change: withNewerFields });
}

function withNewerFields(item: CoordinationItem): CoordinationItem {
  const noted = { [newerField]: { wave: 2, regions: Object.keys(item.regions) } };
  const regions = Object.entries(item.regions).map(([name, entry]) => [name, { ...entry, ...noted }] as const);
  const completed = item.completed.map((run) => ({ ...run, record: { ...run.record, ...noted } }));
  return { ...item, ...noted, regions: Object.fromEntries(regions), completed };
}
