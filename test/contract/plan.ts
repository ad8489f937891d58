import type { Run } from "../../functions/coordination/item.ts";
import { examplePlan } from "../fakes/plans.ts";
import { cloudRegions } from "./backend.ts";

/** The plan of every case; those that need names of their own change them. */
export const storefront = examplePlan("storefront");

/** A run that evacuates a Region. */
export function evacuationOf(failedRegion: string): Run {
  return {
    incident: `storefront-${failedRegion}-e1`,
    epoch: 1,
    execution: "execution-1",
    failedRegion,
    cause: "down",
    failingSince: "2026-11-02T11:58:00.000Z",
    survivors: cloudRegions.filter((region) => region !== failedRegion),
    authority: "automation",
  };
}
