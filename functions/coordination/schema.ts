import * as z from "zod";
import { branchNames, type CoordinationItem, type Run, regionStates } from "./item.ts";

const instant = z.iso.datetime();

const cause = z.enum(["down", "gray", "requested"]);

const authority = z.enum(["automation", "person"]);

const incident = z.object({
  id: z.string().min(1),
  failedRegion: z.string().min(1),
  cause,
  failingSince: instant,
  openedAt: instant,
  survivors: z.array(z.string().min(1)).min(1),
  branches: z.array(z.enum(branchNames)).min(1),
  question: z.string().nullable(),
  authority,
  startedBy: z.string(),
  reason: z.string(),
});

/** What is read back from the table is checked before anything rests on it. */
export const coordinationItemSchema: z.ZodType<CoordinationItem> = z.object({
  application: z.string().min(1),
  version: z.int().min(0),
  epoch: z.int().min(0),
  lease: z.object({ region: z.string(), execution: z.string(), expiresAt: instant }).nullable(),
  regions: z.record(
    z.string(),
    z.object({
      state: z.enum(regionStates),
      since: instant,
      incident: z.string().nullable(),
    }),
  ),
  incident: incident.nullable(),
  completed: z.array(
    z.object({
      incident: z.string(),
      region: z.string(),
      outcome: z.enum(["recovered", "degraded", "stoodDown"]),
      endedAt: instant,
      record: incident,
    }),
  ),
  pause: z
    .object({ until: z.iso.datetime({ offset: true, local: false }), by: z.string(), reason: z.string() })
    .nullable(),
  writtenBy: z.string(),
});

/** The identity of a run as it travels through the state machine. */
export const runSchema: z.ZodType<Run> = z.strictObject({
  incident: z.string().min(1),
  epoch: z.int().min(1),
  execution: z.string().min(1),
  failedRegion: z.string().min(1),
  cause,
  failingSince: instant,
  survivors: z.array(z.string().min(1)).min(1),
  authority,
});
