import type { Covers } from "./answer.ts";

/** Something that a person is asked, once an incident and subject. */
export interface Question {
  readonly covers: Covers;
  /** One sentence that can be answered by yes or no. */
  readonly summary: string;
  readonly detail: string;
  /** Given where the question stands and falls with the primary giving no sign of life. @default it rests on more than that */
  readonly ground?: "silentPrimary";
}

/** Where a question waits, so that tools can find it. */
export interface QuestionPlace {
  readonly incident: string;
  readonly covers: Covers;
  /** The Region whose execution waits: the answer must be sent there. */
  readonly region: string;
  readonly recordsTable: string;
}

/** The key under which the question and its task token are kept in the records table. */
export function questionKey(place: Pick<QuestionPlace, "incident" | "covers">): { pk: string; sk: string } {
  return { pk: `approval#${place.incident}`, sk: place.covers };
}

/**
 * The commands that answer, without the token itself: whoever reads an event or the timeline may not answer for that
 * alone, it takes the right to read the records table and states:SendTaskSuccess.
 */
export function howToAnswer(place: QuestionPlace): readonly string[] {
  const { pk, sk } = questionKey(place);
  const key = JSON.stringify({ pk: { S: pk }, sk: { S: sk } });
  const output = JSON.stringify({ approved: true, by: "…", reason: "…" });
  return [
    `token=$(aws dynamodb get-item --region ${place.region} --table-name ${place.recordsTable} --key '${key}' --query Item.token.S --output text)`,
    `aws stepfunctions send-task-success --region ${place.region} --task-token "$token" --task-output '${output}'`,
  ];
}
