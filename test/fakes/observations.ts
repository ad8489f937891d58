import { type Evidence, gatherEvidence } from "../../functions/assess/evidence.ts";
import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";
import { type Plan, vantagesOf } from "../../functions/shared/plan/plan.ts";
import type { Observation, Vote } from "../../functions/watch/observation.ts";

/** What a vantage says of a Region: how it votes, for how many seconds, and how many seconds ago it changed its mind. */
export interface Word {
  readonly vote: Vote;
  readonly forSeconds: number;
  /** Seconds since the last look that agreed with the vote; its last round's when left out. */
  readonly seenAgo?: number;
  readonly changesAgo?: readonly number[];
  /** Seconds since its last look that passed; nobody knows when left out. */
  readonly passedAgo?: number;
}

/** What one vantage says; what is left out is "passing for an hour". */
export interface Voice {
  /** Seconds since it was last heard; null when never, 0 when left out. */
  readonly age?: number | null;
  readonly words?: Readonly<Record<string, Word>>;
  /** Seconds since the others' signs of life, as it saw them; 5 for all that were heard since when left out. */
  readonly hears?: Readonly<Record<string, number>>;
  readonly servedBy?: string | null;
  readonly customers?: Vote;
  /** For how many seconds it has judged the trouble to be shared; it does not when left out. */
  readonly sharedFor?: number;
  /** For how many seconds it has listened for vantages that it never heard; for none when left out. */
  readonly neverHeard?: Readonly<Record<string, number>>;
}

export const failing = (forSeconds: number): Word => ({ vote: "failing", forSeconds });
export const passing = (forSeconds: number): Word => ({ vote: "passing", forSeconds });

/** One observation for each vantage of the plan that was ever heard. */
export function observe(plan: Plan, now: string, voices: Readonly<Record<string, Voice>> = {}): Observation[] {
  const ago = (seconds: number) => isoInstant(parseInstant(now) - seconds * 1_000);
  const vantages = vantagesOf(plan);
  /** Whoever has fallen silent was heard by nobody since. */
  const hearsFrom = (age: number, others: readonly string[]) =>
    Object.fromEntries(
      others.flatMap((other) => {
        const silentFor = voices[other]?.age === undefined ? 0 : voices[other].age;
        return silentFor === null ? [] : [[other, Math.max(5, silentFor - age)]];
      }),
    );
  return vantages.flatMap((vantage) => {
    const {
      age = 0,
      words = {},
      hears,
      servedBy = null,
      customers = "passing",
      sharedFor,
      neverHeard,
    } = voices[vantage] ?? {};
    if (age === null) return [];
    const others = vantages.filter((other) => other !== vantage);
    return {
      vantage,
      at: ago(age),
      votes: plan.regions.map(({ name }) => {
        const { vote, forSeconds, seenAgo = age, changesAgo = [], passedAgo } = words[name] ?? passing(3_600);
        return {
          region: name,
          vote,
          since: ago(forSeconds),
          until: ago(Math.min(seenAgo, forSeconds)),
          changes: changesAgo.map(ago),
          passesInARow: 0,
          ...(passedAgo === undefined ? {} : { passedAt: ago(passedAgo) }),
          reason: vote,
        };
      }),
      customers: { vote: customers, since: ago(3_600), servedBy },
      heartbeatAgeSeconds: hears ?? hearsFrom(age, others),
      capacity: null,
      lag: null,
      ...(sharedFor === undefined ? {} : { sharedSince: ago(sharedFor) }),
      ...(neverHeard === undefined
        ? {}
        : {
            neverHeardSince: Object.fromEntries(
              Object.entries(neverHeard).map(([name, seconds]) => [name, ago(age + seconds)]),
            ),
          }),
    };
  });
}

/** The same as evidence, gathered by `observer`. */
export function evidenceFrom(
  plan: Plan,
  observer: string,
  now: string,
  voices: Readonly<Record<string, Voice>> = {},
): Evidence {
  return gatherEvidence(plan, observer, observe(plan, now, voices), now);
}

/** Voices in which every vantage but `region`'s own sees it failing for `seconds`, and it gives no sign of life. */
export function regionDown(plan: Plan, region: string, seconds = 120): Record<string, Voice> {
  return Object.fromEntries(
    vantagesOf(plan).map((vantage) => [
      vantage,
      vantage === region ? { age: seconds } : { words: { [region]: failing(seconds) } },
    ]),
  );
}
