import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { type Json, timelineEventSource } from "../timeline/event.ts";
import { retryRead } from "./backoff.ts";
import type { Dependencies } from "./dependencies.ts";
import { FailoverError } from "./errors.ts";

/**
 * Sends an event for people to this Region's bus. Sent twice it is a reminder, so a lost answer is simply tried again.
 * @param tries how often the bus is asked at most
 * @throws FailoverError "Transient" when the bus did not take it; else the call's own error
 */
export async function tellPeople(
  deps: Dependencies<"eventBridge">,
  type: string,
  detail: Readonly<Record<string, Json>>,
  tries = 4,
): Promise<void> {
  await retryRead(deps, () => sendEvent(deps, type, detail), tries);
}

/**
 * One try. An answer of 200 says nothing yet: each entry has a result of its own, and may have failed (FM60).
 * @throws FailoverError "Transient" when the bus did not take it; else the call's own error
 */
export async function sendEvent(
  deps: Dependencies<"eventBridge">,
  type: string,
  detail: Readonly<Record<string, Json>>,
): Promise<void> {
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
}
