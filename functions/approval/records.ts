import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { toAttributes } from "../shared/attributes.ts";
import { retryRead } from "../shared/backoff.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { type Question, questionKey } from "./question.ts";

/**
 * A question that waits for its answer, as kept for the tools that answer it. It is written whole by whoever asks, and read
 * by tools of other versions too: what is added is optional, and what is not known is passed over.
 */
export interface PendingQuestion extends Question {
  readonly application: string;
  readonly incident: string;
  readonly epoch: number;
  readonly execution: string;
  /** The Region whose execution waits. */
  readonly region: string;
  /** Step Functions' task token: who has it, and the permission, can answer. */
  readonly token: string;
  /** ISO 8601. */
  readonly askedAt: string;
  readonly deadlineAt: string;
}

/** Keeps a question; a newer one of the same incident and subject replaces it. Writing it twice is the same as once. */
export async function keepQuestion(deps: Dependencies<"dynamoDB">, question: PendingQuestion): Promise<void> {
  await retryRead(deps, () =>
    deps.aws.dynamoDB(deps.region).send(
      new PutItemCommand({
        TableName: deps.plan.recordsTable,
        Item: toAttributes({ ...questionKey(question), ...question }),
      }),
    ),
  );
}
