import type { CoordinationItem, Incident, IncidentQuestion } from "../coordination/item.ts";
import { describeInstant, parseInstant, secondsBetween } from "../shared/clock.ts";
import { describeSeconds } from "../shared/plan/duration.ts";
import type { Plan } from "../shared/plan/plan.ts";
import { assess, describeTrouble } from "./assessment.ts";
import { type Evidence, heartbeatFreshSeconds } from "./evidence.ts";
import { whyNotByEvidence, whyNotByOverload, whyNotByPause, whyNotByPlan } from "./objections.ts";
import { othersInDns, rankSurvivors } from "./survivors.ts";

/** What a question rests on, and what has become of it. */
export interface GroundInput {
  readonly plan: Plan;
  readonly evidence: Evidence;
  readonly item: CoordinationItem;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** What silence means where the plan takes it for a yes: the evacuation goes on, with these survivors, or it does not. */
export type SilenceMeans =
  | { readonly kind: "yes"; readonly survivors: readonly string[] }
  | { readonly kind: "no"; readonly because: string };

/**
 * The question about the run as a whole; null where nobody need be asked. What an older version put, or wrote back, has
 * only its words to tell what it asks (FM57).
 */
export function openQuestionOf({ question, asks, openedAt }: Incident): IncidentQuestion | null {
  if (question === null) return null;
  return asks ?? { about: question.endsWith(servesAgain) ? "serving" : "failure", since: openedAt };
}

/** How a question ends that says itself that the Region serves: its words are read back, so they stay as they are. */
const servesAgain = "is seen to serve again. Evacuate it all the same?";

/** What is asked of a Region that has come back while nobody led its run. */
export function askOfServing(region: string): string {
  return `The run for ${region} lost its holder, and ${region} ${servesAgain}`;
}

/**
 * Whether silence may stand for a yes to evacuating the Region of an incident (FM68). Pure.
 *
 * A person who says nothing has looked at nothing, so silence says yes only to what automation would begin by itself, on the
 * evidence of now and not on that of the question: the Region is confirmed to fail, nobody who can be heard disputes it, and
 * there is somewhere to go. A question that says that the Region serves is never answered by silence, and what a person
 * started needs no evidence but theirs.
 */
export function judgeSilence(input: GroundInput, incident: Incident): SilenceMeans {
  const { plan, evidence } = input;
  const { failedRegion: region, authority } = incident;
  if (openQuestionOf(incident)?.about === "serving") {
    return no(`silence never evacuates a Region that the question itself says to serve, as this one says of ${region}`);
  }
  const assessment = assess(plan, evidence, region);
  const { inDns: others } = othersInDns(input, region);
  if (others.length === 0) return no(`${region} is the last Region in service by now, which is never evacuated`);
  const survivors = rankSurvivors(input, others);
  if (survivors.length === 0) return no("no other Region is seen to serve customers by now");
  if (authority === "person") return { kind: "yes", survivors };
  if (assessment.kind === "disputed")
    return no(`${describeTrouble(region, assessment)}, which silence does not settle`);
  const objection =
    whyNotByEvidence(plan, region, assessment) ??
    whyNotByPause(input) ??
    whyNotByOverload(input, region, assessment) ??
    whyNotByPlan(plan, `${region} would be evacuated`);
  if (objection !== null && "reason" in objection) return no(objection.explanation);
  return { kind: "yes", survivors };
}

function no(because: string): SilenceMeans {
  return { kind: "no", because };
}

/**
 * Why the question of an incident need not be answered any more, or null while it does (FM69). Pure.
 *
 * Its ground is gone when everybody who can be heard has seen the Region pass for `clearFor`, without a break. Where the
 * question itself says that the Region serves, a person has had at least as long to say otherwise. What a person started
 * rests on their word and not on evidence.
 */
export function whyGroundIsGone({ plan, evidence, now }: Omit<GroundInput, "item">, incident: Incident): string | null {
  const asks = openQuestionOf(incident);
  if (asks === null || incident.authority === "person") return null;
  const { failedRegion: region } = incident;
  const { clearForSeconds } = plan.detection;
  if (asks.about === "serving" && now - parseInstant(asks.since) < clearForSeconds * 1_000) return null;
  const since = servingSince(plan, evidence, region);
  if (since === null || secondsBetween(since, evidence.at) < clearForSeconds) return null;
  return `all who can be heard have seen ${region} serve since ${describeInstant(since)}, for longer than ${describeSeconds(clearForSeconds)}: what was asked about is over`;
}

/**
 * Why a person need not be asked any more to give up a primary that gives no sign of life, or null while they do (FM69): its
 * Region serves steadily, and is heard. Pure. The database step then looks anew: a primary that lives is switched over.
 */
export function whyPrimaryIsBack(input: GroundInput, incident: Incident): string | null {
  const { plan, evidence } = input;
  const { failedRegion: region, promotionAskedAt, authority } = incident;
  if (promotionAskedAt === undefined || authority === "person") return null;
  // Its holder is there, and waits: what holds automation back leaves the question to people, as it is.
  if (plan.automation.traffic === "observe" || whyNotByPause(input) !== null) return null;
  const heardAgo = evidence.regions.find((each) => each.region === region)?.heartbeatAgeSeconds ?? null;
  if (heardAgo === null || heardAgo > heartbeatFreshSeconds) return null;
  const since = servingSince(plan, evidence, region);
  if (since === null || secondsBetween(since, evidence.at) < plan.detection.clearForSeconds) return null;
  return `${region} has served again since ${describeInstant(since)} and is heard, so its primary is asked once more before anybody gives it up`;
}

/** Since when all other vantages that can be heard have seen a Region pass; null where one does not, or none is heard. */
function servingSince(plan: Plan, evidence: Evidence, region: string): string | null {
  const assessment = assess(plan, evidence, region);
  if (assessment.kind !== "serving") return null;
  const votes = evidence.regions.find((each) => each.region === region)?.votes ?? [];
  const since = votes.flatMap((each) => (each.vote === "passing" ? [each.since ?? evidence.at] : []));
  return since.toSorted().at(-1) ?? null;
}
