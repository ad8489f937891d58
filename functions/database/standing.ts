import { assess, confirmedFailure } from "../assess/assessment.ts";
import { type Evidence, gatherEvidence, knowingStates } from "../assess/evidence.ts";
import type { CoordinationItem, RegionState } from "../coordination/item.ts";
import { signsOfLife } from "../assess/signs.ts";
import { createCoordinationStore } from "../coordination/store.ts";
import { isoInstant } from "../shared/clock.ts";
import type { Plan } from "../shared/plan/plan.ts";
import type { StepContext } from "../shared/step.ts";
import { readObservations } from "../watch/observations.ts";
import { whyCutOff } from "./life.ts";

/** How a Region stands besides this run. */
export interface Standing {
  /** By the controller's book. */
  readonly state: RegionState;
  /** The incident that brought it there; null when none did. */
  readonly incident: string | null;
  /** By the evidence of now: confirmed to give no sign of life, confirmed to fail its customers, or neither. */
  readonly health: "down" | "gray" | "notConfirmedToFail";
  /** Why what the failed Region's primary writes does not reach it, after its name. Absent where that is not known. */
  readonly cutOff?: string;
}

/** The standings of the plan's Regions, by name. */
export type Standings = Readonly<Record<string, Standing>>;

/** How each Region of the plan stands now, in the book and to those who look at it. */
export async function readStandings({ deps, run }: Pick<StepContext, "run" | "deps">): Promise<Standings> {
  const [observations, item] = await Promise.all([
    readObservations(deps),
    createCoordinationStore(deps, run.execution).read(),
  ]);
  const { plan, region, clock } = deps;
  const now = clock.now();
  const standings = judgeStandings(plan, gatherEvidence(plan, region, observations, isoInstant(now)), item);
  const { probeEverySeconds } = plan.detection;
  const signs = signsOfLife(plan, region, observations, run.failedRegion);
  return Object.fromEntries(
    Object.entries(standings).map(([name, standing]) => {
      const cutOff =
        name === run.failedRegion ? null : whyCutOff(signs, name, run.failedRegion, { now, probeEverySeconds });
      return [name, cutOff === null ? standing : { ...standing, cutOff }];
    }),
  );
}

export function judgeStandings(plan: Plan, given: Evidence, item: CoordinationItem): Standings {
  const evidence = knowingStates(given, item);
  const { regions } = item;
  return Object.fromEntries(
    plan.regions.map(({ name }): [string, Standing] => {
      const { state, incident } = regions[name] ?? { state: "inService", incident: null };
      return [
        name,
        { state, incident, health: confirmedFailure(assess(plan, evidence, name)) ?? "notConfirmedToFail" },
      ];
    }),
  );
}
