import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { type Json, timelineEventSource } from "../timeline/event.ts";
import { retryRead } from "./backoff.ts";
import type { Dependencies } from "./dependencies.ts";
import { FailoverError } from "./errors.ts";

/**
 * Sends an event for people to this Region's bus. Sent twice it is a reminder, so a lost answer is simply tried again.
 * @throws FailoverError "Transient" when the bus did not take it; else the call's own error
 */
export async function tellPeople(
  deps: Dependencies<"eventBridge">,
  type: string,
  detail: Readonly<Record<string, Json>>,
): Promise<void> {
  await retryRead(deps, async () => {
    const answer = await deps.aws.eventBridge(deps.region).send(
      new PutEventsCommand({
        Entries: [{ Source: timelineEventSource, DetailType: type, Detail: JSON.stringify(detail) }],
      }),
    );
    if ((answer.FailedEntryCount ?? 0) === 0) return;
    const entry = answer.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
    throw new FailoverError(
      "Transient",
      `EventBridge did not take the event: ${entry?.ErrorCode} ${entry?.ErrorMessage}`,
    );
  });
}
