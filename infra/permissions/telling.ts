import { approvalEventType } from "../../functions/approval/events.ts";
import { escalationEventType, escalationPartition } from "../../functions/escalation/records.ts";
import { deadLettersArn, topicArn } from "../names.ts";
import { itemsUnder, ofAnyIncident, type Permission, recordsTable, sends, type Subject } from "./statement.ts";

export function sendsQuestions(subject: Subject): readonly Permission[] {
  return [sends(subject, approvalEventType, "Tells people that they are asked")];
}

export function readsWhatPeopleHear(subject: Subject): readonly Permission[] {
  const { plan } = subject;
  return [
    {
      actions: ["dynamodb:GetItem"],
      resources: recordsTable(subject),
      conditions: itemsUnder(
        ...ofAnyIncident(plan, "incident"),
        ...ofAnyIncident(plan, "approval"),
        `decisions#${plan.application}`,
        escalationPartition(plan.application),
      ),
      reason: "Reads the record that an event names, which is what people are told",
    },
  ];
}

export function tellsPeople({ plan, place }: Subject): readonly Permission[] {
  return [
    {
      actions: ["sns:Publish"],
      resources: [topicArn(plan, place)],
      reason: "Tells people; that SNS may encrypt it is in the policy of the topic's key",
    },
  ];
}

export function leavesDeadLetters({ plan, place }: Subject): readonly Permission[] {
  return [
    {
      actions: ["sqs:SendMessage"],
      resources: [deadLettersArn(plan, place)],
      reason: "Lambda leaves an event there, in the function's name, with which every try failed",
    },
  ];
}

export function notesWhatPeopleHeard(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:PutItem"],
      resources: recordsTable(subject),
      conditions: itemsUnder(escalationPartition(subject.plan.application)),
      reason: "Notes that people have heard of a run, so that the watch does not tell them again",
    },
  ];
}

/** A witness as well: with every Region gone that serves it is the only one left to tell. */
export function escalates(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:PutItem", "dynamodb:Query"],
      resources: recordsTable(subject),
      conditions: itemsUnder(escalationPartition(subject.plan.application)),
      reason: "Remembers what people have heard of, and tells again what no bus has taken",
    },
    sends(subject, escalationEventType, "Tells people of every Region that fails"),
  ];
}
