import type { Plan } from "../../functions/shared/plan/plan.ts";
import { timelineEventSource } from "../../functions/timeline/event.ts";
import { defaultBusArn, type Place, tableArn } from "../names.ts";

/** One statement of a function's policy. */
export interface Permission {
  /** `service:Action`; never with a wildcard. */
  readonly actions: readonly string[];
  /** ARNs; "*" only where the API knows no other, and then the reason says so. */
  readonly resources: readonly string[];
  /** IAM condition operators by name. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  /** What the function needs it for. */
  readonly reason: string;
}

/** Whose permissions: the plan, and the Region in which the function runs. */
export interface Subject {
  readonly plan: Plan;
  readonly place: Place;
}

export type Rule = (subject: Subject) => readonly Permission[];

/** Only the application's own items, also where a table holds those of others. */
export function itemsUnder(...partitionKeys: readonly string[]): NonNullable<Permission["conditions"]> {
  return { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": partitionKeys } };
}

/** Partition keys of all incidents there may be: an incident is named after application, Region and epoch. */
export function ofAnyIncident(plan: Plan, kind: "incident" | "approval"): readonly string[] {
  return plan.regions.map(({ name }) => `${kind}#${plan.application}-${name}-e*`);
}

export function coordinationTable({ plan, place }: Subject): readonly string[] {
  return plan.coordination.regions.map((region) => tableArn(plan.coordination.table, { ...place, region }));
}

export function recordsTable({ plan, place }: Subject): readonly string[] {
  return [tableArn(plan.recordsTable, place)];
}

export function sends({ place }: Subject, detailType: string, reason: string): Permission {
  return {
    actions: ["events:PutEvents"],
    resources: [defaultBusArn(place)],
    // A request carries several events, so that the keys have several values: each of them must be as said.
    conditions: {
      "ForAllValues:StringEquals": { "events:source": timelineEventSource, "events:detail-type": detailType },
    },
    reason,
  };
}
