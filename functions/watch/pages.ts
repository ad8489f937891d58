import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { Page } from "../assess/page.ts";
import { notePage } from "../coordination/rules.ts";
import { createCoordinationStore } from "../coordination/store.ts";
import { type Escalation, escalationKey } from "../notify/escalation.ts";
import { toAttributes } from "../shared/attributes.ts";
import { retryRead } from "../shared/backoff.ts";
import { tellPeople } from "../shared/bus.ts";
import { isoInstant } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";

/** The type of the event that pages people; its source is that of the timeline's events. */
export const pageEventType = "Attention Needed";

/**
 * Pages people once about a matter, and remembers it in the coordination item, where every vantage sees it. First the
 * record, which is what people are told, then the event that names it, and then the note: two vantages that notice in the
 * same moment page twice, but nobody dies in between and leaves it unsaid.
 */
export async function sendPage(deps: Dependencies<"dynamoDB" | "eventBridge">, page: Page): Promise<void> {
  const store = createCoordinationStore(deps, `watch in ${deps.region}`);
  // Looked at anew: the vantage may have read the item seconds ago, and another one may have been quicker.
  const { incident, lease } = await store.read();
  if (incident?.id !== page.incident || incident.paged.includes(page.about)) return;
  const { application } = deps.plan;
  const matter = `${page.incident}/${page.about}`;
  const at = isoInstant(deps.clock.now());
  const escalation: Escalation = {
    application,
    matter,
    incident: page.incident,
    region: page.region,
    stage: "noticed",
    reason: page.reason,
    summary: page.summary,
    whatToDo: page.whatToDo,
    heldBy: lease?.execution ?? null,
    since: at,
    at,
    from: deps.region,
    dedupKey: `${application}/${matter}`,
  };
  await keepEscalation(deps, escalation);
  await tellPeople(deps, pageEventType, escalation);
  await store.change((item) => notePage(item, page));
  deps.logger.warn(page.summary, { reason: page.reason, suspect: page.region });
}

/** Keeps the newest word of a matter in this Region's copy of the records table. */
async function keepEscalation(deps: Dependencies<"dynamoDB">, escalation: Escalation): Promise<void> {
  const key = escalationKey(escalation.application, escalation.matter);
  await retryRead(deps, () =>
    deps.aws
      .dynamoDB(deps.region)
      .send(new PutItemCommand({ TableName: deps.plan.recordsTable, Item: toAttributes({ ...key, ...escalation }) })),
  );
}
