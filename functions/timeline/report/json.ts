import type { Json, TimelineEvent } from "../event.ts";
import { nextSteps } from "./next.ts";
import { chainOrder } from "./order.ts";
import type { IncidentSummary } from "./summary.ts";

/** Grows when a reader of the JSON report must change. */
export const reportVersion = 1;

/** The report for machines: sorted keys, so that the same timeline gives the same bytes. */
export function renderJson(summary: IncidentSummary, events: readonly TimelineEvent[]): string {
  const report = { version: reportVersion, summary, nextSteps: nextSteps(summary), events: chainOrder(events) };
  return `${JSON.stringify(sorted(report as unknown as Json), null, 2)}\n`;
}

function sorted(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item: Json) => sorted(item));
  const entries = Object.entries(value as Record<string, Json>);
  return Object.fromEntries(
    entries.sort(([left], [right]) => (left < right ? -1 : 1)).map(([key, item]) => [key, sorted(item)]),
  );
}
