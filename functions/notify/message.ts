import { howToAnswer } from "../approval/question.ts";
import { parseInstant } from "../shared/clock.ts";
import type { Plan } from "../shared/plan/plan.ts";
import * as z from "../shared/zod.ts";
import type { Json } from "../timeline/event.ts";
import { fitText, shortenText } from "./fit.ts";
import { heardDecisions, heardOfRuns, heardReasons, heardSignals } from "./heard.ts";
import type { NamedRecord } from "./named-record.ts";

/** A message for a topic. */
export interface Message {
  /** One line, for whoever reads mail. */
  readonly subject: string;
  /** JSON. */
  readonly text: string;
  /** The same for every repeat, so that paging tools can fold them into one. */
  readonly dedupKey: string;
}

export type Judged =
  | {
      readonly kind: "told";
      readonly message: Message;
      /** ISO 8601; when the record came to say what it says. */
      readonly at: string;
    }
  /** Nobody is told: the record does not warrant it. */
  | { readonly kind: "untold"; readonly reason: string };

/** For how long a rule tries to deliver an event, and for how long Lambda then keeps it. */
export const deliverySeconds = 3_600;
/** An event that was long on its way still counts; an old record that somebody names again is no news. */
export const freshForSeconds = 2 * deliverySeconds;

/** SNS takes 256 KiB, attributes included, and subjects below 100 characters ("Publish" in its API reference). */
const mostTextBytes = 255 * 1_024;
const mostSubjectCharacters = 99;
const mostKeyCharacters = 250;

const entrySchema = z.looseObject({
  incident: z.nonEmpty,
  epoch: z.int(),
  seq: z.int(),
  at: z.nonEmpty,
  kind: z.nonEmpty,
  summary: z.string(),
});
const decisionSchema = z.looseObject({
  at: z.nonEmpty,
  kind: z.literal("decision"),
  summary: z.string(),
  detail: z.looseObject({
    decision: z.nonEmpty,
    reason: z.optional(z.string()),
    signal: z.optional(z.looseObject({ kind: z.string() })),
  }),
});
const questionSchema = z.looseObject({
  application: z.nonEmpty,
  incident: z.nonEmpty,
  epoch: z.int(),
  covers: z.enum(["run", "promotion", "dataLoss"]),
  region: z.nonEmpty,
  askedAt: z.nonEmpty,
  summary: z.string(),
});
const escalationSchema = z.looseObject({
  application: z.nonEmpty,
  at: z.nonEmpty,
  dedupKey: z.nonEmpty,
  summary: z.string(),
});

/**
 * What people are told of a record of the controller's: what it says, whole, but for the token that answers a question. Or
 * why nobody is told. Pure.
 * @param record without its key; null: there is none
 */
export function judgeRecord(
  { kind, pk, sk }: NamedRecord,
  record: Readonly<Record<string, Json>> | null,
  { plan, now }: { readonly plan: Plan; readonly now: number },
): Judged {
  if (record === null) return untold(`there is no record ${pk} ${sk}`);
  switch (kind) {
    case "timeline": {
      const { data } = entrySchema.safeParse(record);
      if (data === undefined) return malformed(pk, sk);
      if (!(heardOfRuns as readonly string[]).includes(data.kind)) return untold(`nobody is told of ${data.kind}`);
      return tell(plan, now, data.at, data.summary, `${data.incident}/e${data.epoch}/${data.seq}`, record);
    }
    case "decision": {
      const { data } = decisionSchema.safeParse(record);
      if (data === undefined) return malformed(pk, sk);
      const { decision, reason = "", signal } = data.detail;
      const isHeard =
        (heardReasons as readonly string[]).includes(reason) ||
        ((heardDecisions as readonly string[]).includes(decision) &&
          (heardSignals as readonly string[]).includes(signal?.kind ?? ""));
      if (!isHeard) return untold(`nobody is told that a run ${decision} for ${reason}`);
      return tell(plan, now, data.at, data.summary, sk, record);
    }
    case "question": {
      const { data } = questionSchema.safeParse(record);
      if (data === undefined) return malformed(pk, sk);
      if (data.application !== plan.application) return untold(`the question is of application ${data.application}`);
      const { token: _token, region: _region, ...said } = record;
      const { incident, covers, epoch } = data;
      const answerBy = howToAnswer({ incident, covers, region: data.region, recordsTable: plan.recordsTable });
      const content = { ...said, answerIn: data.region, answerBy };
      return tell(plan, now, data.askedAt, data.summary, `${incident}/e${epoch}/${covers}`, content);
    }
    case "escalation": {
      const { data } = escalationSchema.safeParse(record);
      if (data === undefined) return malformed(pk, sk);
      if (data.application !== plan.application) return untold(`the matter is of application ${data.application}`);
      return tell(plan, now, data.at, data.summary, data.dedupKey, record);
    }
  }
}

function tell(
  plan: Plan,
  now: number,
  at: string,
  summary: string,
  key: string,
  content: Readonly<Record<string, Json>>,
): Judged {
  const ageSeconds = Math.round((now - parseInstant(at)) / 1_000);
  if (ageSeconds > freshForSeconds) return untold(`the record is ${ageSeconds} s old`);
  const dedupKey = shortenText(key, mostKeyCharacters);
  return {
    kind: "told",
    at,
    message: {
      // A line break, or another control character, is refused in a subject; the text has it.
      subject: shortenText(`${plan.application}: ${summary.replaceAll(/\p{C}+/gu, " ")}`, mostSubjectCharacters),
      text: fitText({ ...content, dedupKey }, mostTextBytes),
      dedupKey,
    },
  };
}

function untold(reason: string): Judged {
  return { kind: "untold", reason };
}

function malformed(pk: string, sk: string): Judged {
  return untold(`the record ${pk} ${sk} is not of a form that is known`);
}
