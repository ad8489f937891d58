import { roundTripMs } from "../distance.ts";
import { type Plan, vantagesOf } from "./plan.ts";
import { possibleWitnesses } from "./possible-witnesses.ts";

/** A plan that is one loss from blind when nothing is lost yet: once any vantage is silent, no quorum of others is left for some Region (FM59). */
export interface OneLossFromBlind {
  readonly quorum: number;
  /** How many others see each Region while all are heard. */
  readonly others: number;
  /** One witness more would cure it: a Region that fits; null where none is known to. */
  readonly witness: string | null;
}

/**
 * Whether a plan can lose no vantage, as far as a plan can tell: nobody pages for it in calm times, for that is how it was
 * chosen. Null where it can lose one.
 */
export function findOneLossFromBlind(plan: Plan): OneLossFromBlind | null {
  const { quorum } = plan.detection;
  // Of a Region, its own vantage has no vote.
  const others = vantagesOf(plan).length - 1;
  return others > quorum ? null : { quorum, others, witness: witnessFor(plan) };
}

/** One line for whoever synthesises, deploys or drills. */
export function describeOneLossFromBlind({ quorum, others, witness }: OneLossFromBlind): string {
  const seenBy = others === 1 ? "1 other vantage sees" : `${others} other vantages see`;
  const cure =
    witness === null
      ? "another witness (detection.witnesses) would cure it"
      : `another witness, in ${witness} for instance (detection.witnesses), would cure it`;
  return `Warning: one loss and automation is blind: ${seenBy} each Region, and detection.quorum is ${quorum}, so that a Region that fails once any vantage is silent is left to people; ${cure}`;
}

/** The Region farthest from all that serve or watch: what takes one of them, or the way to it, is least likely to take that one too. */
function witnessFor(plan: Plan): string | null {
  const nearest = (place: string) => Math.min(...vantagesOf(plan).map((name) => roundTripMs(place, name)));
  return possibleWitnesses(plan).toSorted((one, other) => nearest(other) - nearest(one))[0] ?? null;
}
