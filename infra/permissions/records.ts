import { timelineEventType } from "../../functions/timeline/event.ts";
import { reportBucketName } from "../names.ts";
import {
  coordinationTable,
  itemsUnder,
  ofAnyIncident,
  type Permission,
  recordsTable,
  sends,
  type Subject,
} from "./statement.ts";

export function readsTheCoordinationItem(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:GetItem"],
      resources: coordinationTable(subject),
      conditions: itemsUnder(`coordination#${subject.plan.application}`),
      reason: "Reads the coordination item at whichever replica answers",
    },
  ];
}

export function changesTheCoordinationItem(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:GetItem", "dynamodb:PutItem"],
      resources: coordinationTable(subject),
      conditions: itemsUnder(`coordination#${subject.plan.application}`),
      reason: "Proves and renews the lease by compare-and-set, at whichever replica answers",
    },
  ];
}

export function readsObservations(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:Query"],
      resources: recordsTable(subject),
      conditions: itemsUnder("observations"),
      reason: "Reads what every vantage saw, from its own Region's copy",
    },
  ];
}

export function writesObservations(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:PutItem"],
      resources: recordsTable(subject),
      conditions: itemsUnder("observations"),
      reason: "Writes what this vantage saw, which is its heartbeat too",
    },
  ];
}

export function keepsTheTimeline(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:PutItem", "dynamodb:Query"],
      resources: recordsTable(subject),
      conditions: itemsUnder(...ofAnyIncident(subject.plan, "incident")),
      reason: "Appends to the timeline of the incident and reads it back",
    },
    sends(subject, timelineEventType, "Tells listeners of what the timeline says"),
  ];
}

export function readsTheTimeline(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:Query"],
      resources: recordsTable(subject),
      conditions: itemsUnder(...ofAnyIncident(subject.plan, "incident")),
      reason: "Reads the timeline of the incident that has closed",
    },
  ];
}

export function keepsReports({ plan, place }: Subject): readonly Permission[] {
  const bucket = `arn:${place.partition}:s3:::${reportBucketName(plan, place)}`;
  return [
    {
      actions: ["s3:PutObject"],
      resources: plan.regions.map(({ name }) => `${bucket}/${plan.application}-${name}-e*`),
      reason: "Keeps reports, each in a folder of its incident",
    },
  ];
}

export function recordsDecisions(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:PutItem"],
      resources: recordsTable(subject),
      conditions: itemsUnder(`decisions#${subject.plan.application}`),
      reason: "Records decisions that open no incident",
    },
  ];
}

export function keepsQuestions(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:PutItem"],
      resources: recordsTable(subject),
      conditions: itemsUnder(...ofAnyIncident(subject.plan, "approval")),
      reason: "Keeps the question and its task token, so that it can be answered",
    },
  ];
}
