import { tellPeople } from "../shared/bus.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import type { Json } from "../timeline/event.ts";

/** The type of the event that asks a person; its source is that of the timeline's events. */
export const approvalEventType = "Approval Requested";

/** Sends the question to the acting Region's bus. */
export function sendQuestion(deps: Dependencies<"eventBridge">, detail: Readonly<Record<string, Json>>): Promise<void> {
  return tellPeople(deps, approvalEventType, detail);
}
