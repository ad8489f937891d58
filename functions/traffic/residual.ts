import { parseInstant } from "../shared/clock.ts";
import { type Plan, vantagesOf } from "../shared/plan/plan.ts";
import type { Observation, Vote } from "../watch/observation.ts";

/** Where one vantage's customers are sent. A type, not an interface, so that it can go into the timeline as it is. */
export type ServedView = {
  readonly vantage: string;
  readonly vote: Vote;
  readonly servedBy: string | null;
};

export type TrafficView =
  | { readonly kind: "gone"; readonly customers: readonly ServedView[] }
  /** `vantages` are still sent to the failed Region. */
  | { readonly kind: "residual"; readonly vantages: readonly string[]; readonly customers: readonly ServedView[] };

/** A vantage's word counts while it is younger than this many probe rounds. */
const roundsAVoteLasts = 3;

/**
 * So long after the switch was thrown its effect is in DNS: three looks of Route 53's checkers, ten seconds apart, and
 * their status's way to the answers. Assumption.
 */
const switchedAfterMs = 60_000;

/**
 * What the vantages that can be heard say of where customers are sent. Their word counts only if they looked after
 * `since`, the moment the switch was thrown; the failed Region's own vantage is not asked. With nobody else to ask, the
 * acting Region's own look must do. The silent one may be the only one that is sent to the failed Region: while any is
 * silent, what the others say shows nothing before the switch has had its time.
 */
export function judgeTraffic(input: {
  readonly plan: Plan;
  readonly failedRegion: string;
  readonly observations: readonly Observation[];
  readonly here: ServedView;
  readonly now: number;
  readonly since: number;
}): TrafficView {
  const { plan, failedRegion, observations, here, now, since } = input;
  const live = observations.filter(
    ({ vantage, at }) =>
      vantage !== failedRegion &&
      vantage !== here.vantage &&
      now - parseInstant(at) <= plan.detection.probeEverySeconds * roundsAVoteLasts * 1_000,
  );
  const customers: ServedView[] = [
    here,
    ...live.map((each) => ({ vantage: each.vantage, vote: each.customers.vote, servedBy: each.customers.servedBy })),
  ];
  const lookedSince = live.every(({ at }) => parseInstant(at) >= since);
  const residual = customers.filter(({ servedBy, vote }) => servedBy === failedRegion || vote !== "passing");
  const silent = vantagesOf(plan).some(
    (vantage) => vantage !== failedRegion && !customers.some((each) => each.vantage === vantage),
  );
  const hasHadItsTime = !silent || now - since >= switchedAfterMs;
  if (lookedSince && hasHadItsTime && residual.length === 0) return { kind: "gone", customers };
  return { kind: "residual", vantages: residual.map(({ vantage }) => vantage), customers };
}
