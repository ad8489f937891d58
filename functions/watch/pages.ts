import type { Page } from "../assess/page.ts";
import { notePage } from "../coordination/rules.ts";
import { createCoordinationStore } from "../coordination/store.ts";
import { tellPeople } from "../shared/bus.ts";
import type { Dependencies } from "../shared/dependencies.ts";

/** The type of the event that pages people; its source is that of the timeline's events. */
export const pageEventType = "Attention Needed";

/**
 * Pages people once about a matter, and remembers it in the coordination item, where every vantage sees it. First the event
 * and then the note: two vantages that notice in the same moment page twice, but nobody dies in between and leaves it
 * unsaid.
 */
export async function sendPage(deps: Dependencies<"dynamoDB" | "eventBridge">, page: Page): Promise<void> {
  const store = createCoordinationStore(deps, `watch in ${deps.region}`);
  // Looked at anew: the vantage may have read the item seconds ago, and another one may have been quicker.
  const { incident, lease } = await store.read();
  if (incident?.id !== page.incident || incident.paged.includes(page.about)) return;
  await tellPeople(deps, pageEventType, {
    application: deps.plan.application,
    incident: page.incident,
    region: page.region,
    reason: page.reason,
    summary: page.summary,
    whatToDo: page.whatToDo,
    heldBy: lease?.execution ?? null,
  });
  await store.change((item) => notePage(item, page));
  deps.logger.warn(page.summary, { reason: page.reason, suspect: page.region });
}
