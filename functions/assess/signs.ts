import { isoInstant, parseInstant } from "../shared/clock.ts";
import { type Plan, regionNamed, vantagesOf } from "../shared/plan/plan.ts";
import type { Observation } from "../watch/observation.ts";

/** That a Region lived at an instant, as somebody noticed. */
export interface Sign {
  /** "heartbeat": its own controller wrote one. "served": somebody was served by it. */
  readonly kind: "heartbeat" | "served";
  /** ISO 8601; when the Region gave it. */
  readonly at: string;
  /** The vantage that noticed. */
  readonly seenFrom: string;
}

/**
 * The signs of life of a Region that anybody has noticed, the youngest first. What this Region's copy of the records table
 * has of the Region itself is one word among several: behind a link that is cut it is old, while other vantages have heard
 * the Region a moment ago and say so in observations that arrive here (FM73). A sign stays true however old the observation
 * that tells of it; whether it is young enough is for the reader to judge.
 *
 * @param reader the Region whose copy of the records table `observations` are
 */
export function signsOfLife(
  plan: Plan,
  reader: string,
  observations: readonly Observation[],
  region: string,
): readonly Sign[] {
  const vantages = vantagesOf(plan);
  return observations
    .filter(({ vantage }) => vantages.includes(vantage))
    .flatMap((observation): readonly Sign[] => {
      const { vantage, at, votes, customers, heartbeatAgeSeconds } = observation;
      if (vantage === region) return [{ kind: "heartbeat", at, seenFrom: reader }];
      const age = heartbeatAgeSeconds[region];
      const word = votes.find((each) => each.region === region);
      // What an older version wrote says only of a vote that passes when it did so last.
      const passedAt = word?.passedAt ?? (word?.vote === "passing" ? word.until : undefined);
      const isServed = customers.vote === "passing" && regionNamed(plan, customers.servedBy) === region;
      return [
        ...(age === undefined ? [] : [heartbeat(isoInstant(parseInstant(at) - age * 1_000), vantage)]),
        ...(passedAt === undefined ? [] : [served(passedAt, vantage)]),
        ...(isServed ? [served(at, vantage)] : []),
      ];
    })
    .toSorted((left, right) => parseInstant(right.at) - parseInstant(left.at));
}

function heartbeat(at: string, seenFrom: string): Sign {
  return { kind: "heartbeat", at, seenFrom };
}

function served(at: string, seenFrom: string): Sign {
  return { kind: "served", at, seenFrom };
}
