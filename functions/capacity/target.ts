import * as z from "../shared/zod.ts";

/** Why a survivor did not grow as intended. */
export type ProblemKind =
  /** EC2 has no more instances of this kind there (FM48). */
  | "capacityShortage"
  /** The account's quota is used up (FM48). */
  | "quotaReached"
  /** Launches fail for a reason of their own: a launch template, an image, a subnet. */
  | "launchFailed"
  /** The group's Launch process is suspended. */
  | "launchSuspended"
  /** AWS refused the change for lack of permission (FM34). */
  | "accessDenied"
  /** The group cannot be changed: it does not exist, or AWS refuses what is asked. */
  | "blocked"
  /** No answer, or none in time. */
  | "noAnswer";

// Types, not interfaces: only those count as JSON, and both travel through the state machine.

export type Problem = {
  readonly kind: ProblemKind;
  /** For people. */
  readonly message: string;
};

/** What a survivor's group is to become, as it travels from Raise to Await and through its repetitions. */
export type CapacityTarget = {
  readonly region: string;
  readonly group: string;
  /** What it ran before the incident, in capacity units; null when that was never read. */
  readonly before: number | null;
  /** What of the whole demand falls to it: it is ready when so much is in service. */
  readonly carries: number;
  /** What its group is set to. */
  readonly target: number;
  /** What falls to it and fits nowhere. */
  readonly shortfall: number;
  /** What was in service when last seen; null when that was never read. */
  readonly inService: number | null;
  readonly problem: Problem | null;
};

export const capacityTargetSchema: z.ZodMiniType<CapacityTarget> = z.strictObject({
  region: z.nonEmpty,
  group: z.nonEmpty,
  before: z.nullable(z.int().check(z.minimum(0))),
  carries: z.int().check(z.minimum(0)),
  target: z.int().check(z.minimum(0)),
  shortfall: z.int().check(z.minimum(0)),
  inService: z.nullable(z.int().check(z.minimum(0))),
  problem: z.nullable(
    z.strictObject({
      kind: z.enum([
        "capacityShortage",
        "quotaReached",
        "launchFailed",
        "launchSuspended",
        "accessDenied",
        "blocked",
        "noAnswer",
      ]),
      message: z.string(),
    }),
  ),
});

/** How the timeline names a group. */
export function resourceOf(region: string, group: string): string {
  return `autoScalingGroup/${group}@${region}`;
}

/** What the timeline says of a target: the convention for all events of this step. */
export function detailOf(target: CapacityTarget) {
  const { region, group, before, inService } = target;
  return { region, group, before, target: target.target, inService };
}

/** Whether a person must act before the group can be changed: no retry, no time mends it. */
export function needsAPerson(problem: Problem | null): boolean {
  return problem?.kind === "accessDenied" || problem?.kind === "blocked";
}

/** Whether the group is set as intended and no instances come. */
export function cannotLaunch(problem: Problem | null): boolean {
  switch (problem?.kind) {
    case "capacityShortage":
    case "quotaReached":
    case "launchFailed":
    case "launchSuspended":
      return true;
    case "accessDenied":
    case "blocked":
    case "noAnswer":
    case undefined:
      return false;
  }
}
