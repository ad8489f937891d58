import { roundTripMs } from "../distance.ts";
import { customerSubnets } from "./customer-subnets.ts";
import type { Plan } from "./plan.ts";
import { possibleWitnesses } from "./possible-witnesses.ts";

/** A Region for whose customers nobody stands: after a failover it could not be shown that traffic has left it (FM62). */
export interface Unshowable {
  readonly region: string;
  /** Whether the zone's name servers could not be asked, or there is nobody to ask them about. */
  readonly because: "privateZone" | "noSubnets";
  /** A witness there would be sent to the Region, as its customers are; null where none is known. */
  readonly witness: string | null;
}

/**
 * The Regions of a plan for whose customers nobody stands, as far as a plan can tell: neither is there a network of theirs
 * about which public name servers can be asked, nor a witness that latency routing sends there. The Region's own vantage
 * counts for nothing: it may be gone with it.
 */
export function findUnshowable(plan: Plan): readonly Unshowable[] {
  return plan.regions.flatMap(({ name }) => {
    const isPrivate = plan.traffic.zone === "private";
    const canBeAsked = !isPrivate && customerSubnets(plan, name).length > 0;
    if (canBeAsked || plan.detection.witnesses.some((witness) => nearestServing(plan, witness) === name)) return [];
    return [
      { region: name, because: isPrivate ? "privateZone" : "noSubnets", witness: witnessFor(plan, name) } as const,
    ];
  });
}

/** One line for whoever synthesises, deploys or drills. */
export function describeUnshowable({ region, because, witness }: Unshowable): string {
  const why =
    because === "privateZone"
      ? "the zone is private, and no witness is sent there"
      : "no network of theirs is known, and no witness is sent there";
  const cure =
    witness === null
      ? "name networks of theirs in the plan"
      : `a witness in ${witness} (detection.witnesses) would cure it`;
  return `Warning: nobody stands where the customers of ${region} are: ${why}. A failover could not show that traffic has left it; ${cure}`;
}

/** Of the Regions that serve the nearest one: where latency routing sends who is there, as far as distance tells. */
function nearestServing(plan: Plan, place: string): string | null {
  const byDistance = plan.regions
    .map(({ name }) => name)
    .toSorted((one, other) => roundTripMs(place, one) - roundTripMs(place, other));
  return byDistance[0] ?? null;
}

/** The nearest Region that may have a witness, and whose customers are sent to `region`. */
function witnessFor(plan: Plan, region: string): string | null {
  const able = possibleWitnesses(plan).filter((place) => nearestServing(plan, place) === region);
  return able.toSorted((one, other) => roundTripMs(one, region) - roundTripMs(other, region))[0] ?? null;
}
