import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { retryRead } from "../shared/backoff.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { FailoverError } from "../shared/errors.ts";
import type { Json } from "../timeline/event.ts";
import { timelineEventSource } from "../timeline/journal.ts";

/** The type of the event that asks a person; its source is that of the timeline's events. */
export const approvalEventType = "Approval Requested";

/** Sends the question to the acting Region's bus. Sent twice it is a reminder, so a lost answer is simply tried again. */
export async function sendQuestion(
  deps: Dependencies<"eventBridge">,
  detail: Readonly<Record<string, Json>>,
): Promise<void> {
  await retryRead(deps, async () => {
    const answer = await deps.aws.eventBridge(deps.region).send(
      new PutEventsCommand({
        Entries: [{ Source: timelineEventSource, DetailType: approvalEventType, Detail: JSON.stringify(detail) }],
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
