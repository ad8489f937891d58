import { placesKnown } from "../distance.ts";
import { type Plan, vantagesOf } from "./plan.ts";

/** Regions that an account has only once it has enabled them (docs.aws.amazon.com/global-infrastructure, "opt-in"). */
const toBeEnabled = new Set(["af-south-1", "eu-south-1", "me-south-1"]);

/**
 * The Regions in which a plan may have another witness: every account has them, and they neither serve nor watch yet. None for a
 * plan with a Region whose place is not known, which may be of another partition.
 */
export function possibleWitnesses(plan: Plan): readonly string[] {
  const taken = vantagesOf(plan);
  if (!taken.every((name) => placesKnown.includes(name))) return [];
  return placesKnown.filter((place) => !taken.includes(place) && !toBeEnabled.has(place));
}
