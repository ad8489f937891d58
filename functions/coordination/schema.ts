import * as z from "../shared/zod.ts";
import { branchNames, type CoordinationItem, type Run, regionStates } from "./item.ts";

const instant = z.iso.datetime();

const cause = z.enum(["down", "gray", "requested"]);

const authority = z.enum(["automation", "person"]);

const incident = z.object({
  id: z.nonEmpty,
  failedRegion: z.nonEmpty,
  cause,
  failingSince: instant,
  openedAt: instant,
  survivors: z.array(z.nonEmpty).check(z.minLength(1)),
  branches: z.array(z.enum(branchNames)).check(z.minLength(1)),
  question: z.nullable(z.string()),
  asks: z.optional(z.object({ about: z.enum(["failure", "dispute", "serving"]), since: instant })),
  withdrawn: z.optional(z.string()),
  promotionAskedAt: z.optional(instant),
  stage: z.enum(["asking", "underWay"]),
  authority,
  startedBy: z.string(),
  reason: z.string(),
  takeovers: z.int().check(z.minimum(0)),
  paged: z.array(z.string()),
});

/** What is read back from the table is checked before anything rests on it. */
export const coordinationItemSchema: z.ZodMiniType<CoordinationItem> = z.object({
  application: z.nonEmpty,
  version: z.int().check(z.minimum(0)),
  epoch: z.int().check(z.minimum(0)),
  lease: z.nullable(z.object({ region: z.string(), execution: z.string(), expiresAt: instant })),
  regions: z.record(
    z.string(),
    z.object({
      state: z.enum(regionStates),
      since: instant,
      incident: z.nullable(z.string()),
    }),
  ),
  incident: z.nullable(incident),
  completed: z.array(
    z.object({
      incident: z.string(),
      region: z.string(),
      outcome: z.enum(["recovered", "degraded", "stoodDown"]),
      endedAt: instant,
      record: incident,
    }),
  ),
  pause: z.nullable(
    z.object({ until: z.iso.datetime({ offset: true, local: false }), by: z.string(), reason: z.string() }),
  ),
  writtenBy: z.string(),
});

/** The identity of a run as it travels through the state machine. */
export const runSchema: z.ZodMiniType<Run> = z.strictObject({
  incident: z.nonEmpty,
  epoch: z.int().check(z.minimum(1)),
  execution: z.nonEmpty,
  failedRegion: z.nonEmpty,
  cause,
  failingSince: instant,
  survivors: z.array(z.nonEmpty).check(z.minLength(1)),
  authority,
});
