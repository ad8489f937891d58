import { parseInstant } from "../shared/clock.ts";
import type { Plan } from "../shared/plan/plan.ts";
import type { Observation } from "../watch/observation.ts";

/** The switch is read once a minute: a word that is older than some readings counts no longer. */
const wordLastsSeconds = 300;
/** A vantage is heard every few rounds; one that is silent for longer says nothing of now. */
const heardWithinSeconds = 60;

/**
 * Regions that the plan's switch holds out of DNS, as those vantages have read it that are heard. Pure.
 *
 * With the `healthCheck` switch each vantage speaks of its own bucket, and all of their words together are the truth: what
 * a bucket says that nobody can reach keeps no Region out. The other two have one state for all, and the newest reading of
 * it counts; where that of `record` is old, its control plane is away, and nobody can have changed it since.
 */
export function takenOutOfDns(plan: Plan, observations: readonly Observation[], now: number): readonly string[] {
  const { kind } = plan.traffic.switch;
  const ageSeconds = (instant: string) => Math.abs(now - parseInstant(instant)) / 1_000;
  const words = observations
    .filter(({ at }) => ageSeconds(at) <= heardWithinSeconds)
    .flatMap(({ takenOut }) => (takenOut == null ? [] : [takenOut]))
    .filter(({ at }) => kind === "record" || ageSeconds(at) <= wordLastsSeconds)
    .toSorted((left, right) => parseInstant(right.at) - parseInstant(left.at));
  const counted = kind === "healthCheck" ? words : words.slice(0, 1);
  const out = new Set(counted.flatMap(({ regions }) => regions));
  return plan.regions.map(({ name }) => name).filter((name) => out.has(name));
}

/** Of those that the book has in service: a person has drained them by hand (FM67). */
export function describeTakenOut(regions: readonly string[]): string {
  return `${regions.join(", ")} ${regions.length === 1 ? "is" : "are"} out of DNS by the switch although the book has ${regions.length === 1 ? "it" : "them"} in service`;
}
