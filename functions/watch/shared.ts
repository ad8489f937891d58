import { gatherEvidence, knowingStates } from "../assess/evidence.ts";
import { rememberShared } from "../assess/shared.ts";
import type { CoordinationItem } from "../coordination/item.ts";
import { secondsBetween } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import type { Observation } from "./observation.ts";

/** What else a round has read; null where it could not be. */
interface Read {
  readonly last: Observation | null;
  readonly others: readonly Observation[] | null;
  readonly item: CoordinationItem | null;
}

/**
 * An observation with what its vantage remembers of shared trouble. No Region can have been steady unseen in a silence
 * shorter than it takes to be; after a longer one a vantage begins with what the others remember. A round that could not
 * read them, or who is in service, changes nothing.
 */
export function carryShared({ plan, region }: Dependencies, seen: Observation, read: Read): Observation {
  const { last, others, item } = read;
  const goesOn = last !== null && secondsBetween(last.at, seen.at) < plan.detection.clearForSeconds;
  const before = goesOn ? (last?.sharedSince ?? null) : null;
  const carried = before === null ? seen : { ...seen, sharedSince: before };
  if (others === null || item === null) return carried;
  const evidence = knowingStates(gatherEvidence(plan, region, [...others, carried], seen.at), item);
  const sharedSince = rememberShared(plan, evidence, region, before);
  return sharedSince === null ? seen : { ...seen, sharedSince };
}
