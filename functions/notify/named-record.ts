import { coversSchema } from "../approval/answer.ts";
import { approvalEventType } from "../approval/events.ts";
import { questionKey } from "../approval/question.ts";
import { escalationEventType, escalationPartition } from "../escalation/records.ts";
import type { Plan } from "../shared/plan/plan.ts";
import * as z from "../shared/zod.ts";
import { timelineEventType } from "../timeline/event.ts";
import { decisionKey, timelineKey } from "../timeline/keys.ts";

/** Which kind of record an event of the controller's bus names, and where it lies in the records table. */
export interface NamedRecord {
  readonly kind: "timeline" | "decision" | "question" | "escalation";
  readonly pk: string;
  readonly sk: string;
}

/** A sort key takes 1,024 bytes, and a character at most four ("Quotas in Amazon DynamoDB"). */
const name = z.string().check(z.minLength(1), z.maxLength(250));
const counter = z.int().check(z.minimum(1), z.maximum(999_999));

const envelope = z.looseObject({ "detail-type": z.string(), detail: z.looseObject({}) });
const timelineDetail = z.looseObject({ incident: name, epoch: counter, seq: counter });
const decisionDetail = z.looseObject({ epoch: z.literal(0), detail: z.looseObject({ execution: name }) });
const questionDetail = z.looseObject({ incident: name, covers: coversSchema });
const escalationDetail = z.looseObject({ matter: name });

/**
 * The record that an event names; null where it names none of this application's. Of the event nothing but names is read:
 * whoever may put events on the bus can make it say anything (FM58).
 */
export function recordNamedBy(event: unknown, plan: Plan): NamedRecord | null {
  const parsed = envelope.safeParse(event);
  if (!parsed.success) return null;
  const { detail } = parsed.data;
  switch (parsed.data["detail-type"]) {
    case timelineEventType: {
      const decision = decisionDetail.safeParse(detail);
      if (decision.success)
        return { kind: "decision", ...decisionKey(plan.application, decision.data.detail.execution) };
      const entry = timelineDetail.safeParse(detail);
      if (!entry.success || !isIncidentOf(plan, entry.data.incident)) return null;
      return { kind: "timeline", ...timelineKey(entry.data.incident, entry.data.epoch, entry.data.seq) };
    }
    case approvalEventType: {
      const question = questionDetail.safeParse(detail);
      if (!question.success || !isIncidentOf(plan, question.data.incident)) return null;
      return { kind: "question", ...questionKey(question.data) };
    }
    case escalationEventType: {
      const escalation = escalationDetail.safeParse(detail);
      return escalation.success
        ? { kind: "escalation", pk: escalationPartition(plan.application), sk: escalation.data.matter }
        : null;
    }
    default:
      return null;
  }
}

/** An incident is named after application, Region and epoch. */
function isIncidentOf({ application, regions }: Plan, incident: string): boolean {
  return regions.some(({ name }) => {
    const prefix = `${application}-${name}-e`;
    return incident.startsWith(prefix) && /^\d+$/.test(incident.slice(prefix.length));
  });
}
