import * as z from "../shared/zod.ts";
import { completeItem } from "./defaults.ts";
import { branchNames, type CoordinationItem, questionSubjects, type Run, regionStates } from "./item.ts";

const instant = z.iso.datetime();

const cause = z.enum(["down", "gray", "requested"]);

const authority = z.enum(["automation", "person"]);

const incident = z.looseObject({
  id: z.nonEmpty,
  failedRegion: z.nonEmpty,
  cause,
  failingSince: instant,
  openedAt: instant,
  survivors: z.array(z.nonEmpty).check(z.minLength(1)),
  branches: z.array(z.enum(branchNames)).check(z.minLength(1)),
  question: z.nullable(z.string()),
  asks: z.optional(z.looseObject({ about: z.enum(questionSubjects), since: instant })),
  withdrawn: z.optional(z.string()),
  promotionAskedAt: z.optional(instant),
  promotionTarget: z.optional(z.nonEmpty),
  stage: z.enum(["asking", "underWay"]),
  authority,
  startedBy: z.string(),
  reason: z.string(),
  takeovers: z.int().check(z.minimum(0)),
  paged: z.array(z.string()),
});

const item = z.looseObject({
  application: z.nonEmpty,
  format: z.int().check(z.minimum(1)),
  version: z.int().check(z.minimum(0)),
  epoch: z.int().check(z.minimum(0)),
  lease: z.nullable(z.looseObject({ region: z.string(), execution: z.string(), expiresAt: instant })),
  regions: z.record(
    z.string(),
    z.looseObject({
      state: z.enum(regionStates),
      since: instant,
      incident: z.nullable(z.string()),
    }),
  ),
  incident: z.nullable(incident),
  completed: z.array(
    z.looseObject({
      incident: z.string(),
      region: z.string(),
      outcome: z.enum(["recovered", "degraded", "stoodDown"]),
      endedAt: instant,
      record: incident,
    }),
  ),
  pause: z.nullable(
    z.looseObject({ until: z.iso.datetime({ offset: true, local: false }), by: z.string(), reason: z.string() }),
  ),
  writtenBy: z.string(),
});

/**
 * What is read back from the table is checked before anything rests on it. What an older version did not write yet gets
 * its default; what only a newer one knows is kept as it is, at every level, and so written back (FM57).
 */
export const coordinationItemSchema: z.ZodMiniType<CoordinationItem> = z.pipe(z.transform(completeItem), item);

/**
 * The identity of a run as it travels through the state machine. One function makes it and others take it, and in the
 * middle of a deployment they are of two versions: what only a newer one knows is passed over (FM57).
 */
export const runSchema: z.ZodMiniType<Run> = z.object({
  incident: z.nonEmpty,
  epoch: z.int().check(z.minimum(1)),
  execution: z.nonEmpty,
  failedRegion: z.nonEmpty,
  cause,
  failingSince: instant,
  survivors: z.array(z.nonEmpty).check(z.minLength(1)),
  authority,
  promotionTarget: z.optional(z.nonEmpty),
});
