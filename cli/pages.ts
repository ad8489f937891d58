import { isoInstant } from "../functions/shared/clock.ts";
import type { PageTold } from "../functions/timeline/report/summary.ts";
import type { World } from "../simulator/world.ts";

/** What people were paged about in a drill. The timeline does not have it: a drill listens to the buses. */
export function pagesOf(world: Pick<World, "pages">): readonly PageTold[] {
  return world.pages.map(({ at, from, incident, region, reason, summary, whatToDo }) => ({
    at: isoInstant(at),
    from,
    incident,
    region,
    reason,
    summary,
    whatToDo,
  }));
}
