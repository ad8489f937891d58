import type { CoordinationItem } from "../coordination/item.ts";
import { regionsInService } from "../coordination/rules.ts";
import { findRegion, type Plan } from "../shared/plan/plan.ts";
import { assess } from "./assessment.ts";
import { type Evidence, heartbeatFreshSeconds } from "./evidence.ts";
import { findSharedSince, isOverburdened } from "./shared.ts";

interface SurvivorInput {
  readonly plan: Plan;
  readonly evidence: Evidence;
}

/**
 * The Regions that the book has in service besides `region`: those that DNS hands out, and those that a person has drained
 * by the plan's switch, to which no customer comes and on which nothing may rest (FM67).
 */
export function othersInDns(
  { item, evidence }: { readonly item: CoordinationItem; readonly evidence: Evidence },
  region: string,
): { readonly inDns: readonly string[]; readonly drained: readonly string[] } {
  const others = regionsInService(item).filter((name) => name !== region);
  return {
    inDns: others.filter((name) => !evidence.takenOut.includes(name)),
    drained: others.filter((name) => evidence.takenOut.includes(name)),
  };
}

/**
 * Those of the candidates that can take over, best first: those seen to serve steadily, those seen to serve, then those
 * whose customers fail now and then while the Region lives. The last kind is what a survivor looks like that gets the
 * failed Region's customers before it has grown: it must be grown, not given up. Never one that is confirmed to fail, but
 * under another's customers (FM71); none of the last kind while the trouble is shared (FM70); and none at all unless
 * somebody is seen to be served in one of them (FM20).
 */
export function rankSurvivors(input: SurvivorInput, candidates: readonly string[]): readonly string[] {
  const fit = rankFit(input, candidates);
  return fit.some((name) => isSeenToServe(input.plan, input.evidence, name)) ? fit : [];
}

/** The same, whether anybody is seen to be served there or not. */
export function rankFit({ plan, evidence }: SurvivorInput, candidates: readonly string[]): readonly string[] {
  return candidates
    .map((name) => ({ name, rank: rankOf(plan, evidence, name) }))
    .filter(({ rank }) => rank < unfit)
    .toSorted(
      (left, right) =>
        left.rank - right.rank ||
        (findRegion(plan, right.name)?.demandShare ?? 0) - (findRegion(plan, left.name)?.demandShare ?? 0),
    )
    .map(({ name }) => name);
}

/** Somebody sees it pass, and no quorum sees it fail; or it passes now and then under the customers of others. */
function isSeenToServe(plan: Plan, evidence: Evidence, region: string): boolean {
  if (isOverburdened(plan, evidence, region)) return true;
  const subject = evidence.regions.find((each) => each.region === region);
  const heard = [...(subject?.votes ?? []), subject?.ownVote];
  const failing = subject?.votes.filter(({ vote }) => vote === "failing").length ?? 0;
  return heard.some((vote) => vote?.vote === "passing") && failing < plan.detection.quorum;
}

const unfit = 3;

function rankOf(plan: Plan, evidence: Evidence, region: string): number {
  const assessment = assess(plan, evidence, region);
  switch (assessment.kind) {
    case "serving":
      return assessment.steadiness === "steady" ? 0 : 1;
    case "unconfirmed":
    case "flapping":
    case "disputed": {
      const age = evidence.regions.find((each) => each.region === region)?.heartbeatAgeSeconds ?? null;
      const isHeard = age !== null && age <= heartbeatFreshSeconds;
      return isHeard && findSharedSince(plan, evidence) === null ? 2 : unfit;
    }
    case "gray":
      return isOverburdened(plan, evidence, region) ? 2 : unfit;
    case "unknown":
    case "down":
    case "everythingFailing":
    case "observerIsolated":
      return unfit;
  }
}
