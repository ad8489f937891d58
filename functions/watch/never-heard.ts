import type { Dependencies } from "../shared/dependencies.ts";
import { vantagesOf } from "../shared/plan/plan.ts";
import type { Observation } from "./observation.ts";

/**
 * An observation with what its vantage remembers of those it never heard: a vantage that does not work from its first day
 * falls silent for nobody, and is missing all the same. A round that could not read the others changes nothing.
 */
export function carryNeverHeard(
  { plan, region }: Pick<Dependencies, "plan" | "region">,
  seen: Observation,
  { last, others }: { readonly last: Observation | null; readonly others: readonly Observation[] | null },
): Observation {
  const before = last?.neverHeardSince ?? {};
  const missing =
    others === null
      ? Object.keys(before)
      : vantagesOf(plan).filter((name) => name !== region && !others.some(({ vantage }) => vantage === name));
  if (missing.length === 0) return seen;
  return { ...seen, neverHeardSince: Object.fromEntries(missing.map((name) => [name, before[name] ?? seen.at])) };
}
