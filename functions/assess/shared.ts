import { parseInstant } from "../shared/clock.ts";
import type { Plan } from "../shared/plan/plan.ts";
import { type CountedVote, type Evidence, heartbeatFreshSeconds, type RegionEvidence } from "./evidence.ts";

/**
 * Trouble that is no one Region's own: every Region in service looks bad, so the observers are at fault, or something that
 * all of them need. Pure.
 *
 * Holds: once a quorum of the vantages that can be heard has judged it shared, it stays so until one Region in service
 * has been steady for `clearFor`. Where all fail, a lucky pass here or there is no news of the others (FM70). Whatever one
 * vantage remembers alone holds nobody back; what a quorum remembers outlasts the restart of any of them. A Region
 * that falters under another's customers is no evidence of it (FM71), and one out of service is none either way.
 *
 * @returns since when (ISO 8601); null when the trouble is not shared
 */
export function findSharedSince(plan: Plan, evidence: Evidence): string | null {
  const remembered = Object.values(evidence.sharedSince).toSorted(byInstant)[plan.detection.quorum - 1];
  if (doesEverythingFail(plan, evidence)) return remembered ?? evidence.at;
  return remembered === undefined || isOver(plan, evidence) ? null : remembered;
}

/** Whether others remember what is past, for they hear or read less than is known here: a Region is steady. */
function isOver(plan: Plan, evidence: Evidence): boolean {
  return inService(plan, evidence).some((subject) => isSteady(plan, subject));
}

/** What a person goes by: what is seen now holds them back from what is no better, what was seen before does not. */
export function withoutMemory(evidence: Evidence): Evidence {
  return { ...evidence, sharedSince: {} };
}

/**
 * What a vantage remembers after a round. It begins to where everything fails by its own evidence, or where so many of the
 * others remember it as would be believed; as many as there are, where fewer can be heard: whoever was restarted must not
 * make the others' memory too small. It forgets when one Region has been steady. Isolated it learns nothing, either way.
 *
 * @param before what it remembered after its last round; null when nothing, or when it has been silent since
 */
export function rememberShared(plan: Plan, evidence: Evidence, self: string, before: string | null): string | null {
  if (evidence.observer === "isolated") return before;
  if (isOver(plan, evidence)) return null;
  if (before !== null) return before;
  const others = evidence.heard.filter((vantage) => vantage !== self);
  const remembered = others.flatMap((vantage) => evidence.sharedSince[vantage] ?? []).toSorted(byInstant);
  const adopted = remembered[Math.min(plan.detection.quorum, others.length) - 1];
  return adopted ?? (doesEverythingFail(plan, evidence) ? evidence.at : null);
}

/**
 * Whether a Region falters, but is heard and has passed lately for somebody else, while it carries the customers of another
 * one (FM71). To itself a Region may look well that serves nobody.
 */
export function isOverburdened(plan: Plan, evidence: Evidence, region: string): boolean {
  const subject = evidence.regions.find((each) => each.region === region);
  if (subject === undefined || !carriesOthers(plan, evidence, subject)) return false;
  const { confirmForSeconds } = plan.detection;
  return subject.votes.some(
    ({ vote, passedSecondsAgo }) =>
      vote !== "unknown" && passedSecondsAgo !== null && passedSecondsAgo <= confirmForSeconds,
  );
}

/**
 * Every Region in service looks bad at this moment, and not because some are gone and all that are heard carry their
 * customers: one that lives and fails by itself is enough for it.
 */
function doesEverythingFail(plan: Plan, evidence: Evidence): boolean {
  const subjects = inService(plan, evidence);
  if (subjects.length < 2) return false;
  if (!subjects.every((subject) => looksBad(plan, subject))) return false;
  const alive = subjects.filter(isAlive);
  return alive.length === 0 || alive.some((subject) => !carriesOthers(plan, evidence, subject));
}

function inService(plan: Plan, { regions, outOfService }: Evidence): readonly RegionEvidence[] {
  const names = new Set(plan.regions.map(({ name }) => name));
  return regions.filter(({ region }) => names.has(region) && !outOfService.includes(region));
}

/**
 * Whether those who can be heard see a Region failing: a quorum of them, or all there are. What another Region sees pass
 * does not look bad, whatever witnesses say: customers are where Regions are (FM72).
 */
function looksBad(plan: Plan, { votes }: RegionEvidence): boolean {
  const passing = votes.filter(({ vote }) => vote === "passing");
  const isRegion = ({ vantage }: CountedVote) => plan.regions.some(({ name }) => name === vantage);
  if (passing.some(isRegion)) return false;
  const failing = votes.filter(({ vote }) => vote === "failing").length;
  return failing >= plan.detection.quorum || (failing > 0 && passing.length === 0);
}

/**
 * Whether a Region that is heard has the customers of another: of one that a run took out of service, or of one that fell silent and was
 * failing for two rounds before this one did. Customers need that long to be sent on; who failed first, or at once, did
 * not fail under them.
 */
function carriesOthers(plan: Plan, { regions, outOfService, drained }: Evidence, subject: RegionEvidence): boolean {
  if (!isAlive(subject)) return false;
  const leadSeconds = 2 * plan.detection.probeEverySeconds;
  const since = firstFailing(subject);
  return regions.some((other) => {
    if (other.region === subject.region) return false;
    if (outOfService.includes(other.region) && !drained.includes(other.region)) return true;
    const isSilent = (other.heartbeatAgeSeconds ?? Number.POSITIVE_INFINITY) > 3 * plan.detection.probeEverySeconds;
    return isSilent && looksBad(plan, other) && firstFailing(other) + leadSeconds * 1_000 <= since;
  });
}

function isAlive({ heartbeatAgeSeconds }: RegionEvidence): boolean {
  return heartbeatAgeSeconds !== null && heartbeatAgeSeconds <= heartbeatFreshSeconds;
}

/** Milliseconds since the Unix epoch; the end of time where nobody sees it failing. */
function firstFailing({ votes }: RegionEvidence): number {
  const begun = votes.flatMap(({ vote, since }) => (vote === "failing" && since !== null ? [parseInstant(since)] : []));
  return Math.min(Number.POSITIVE_INFINITY, ...begun);
}

/** Somebody else has seen it pass for the clearing window without a break; its own word counts where nobody else is heard. */
function isSteady(plan: Plan, subject: RegionEvidence): boolean {
  if (looksBad(plan, subject)) return false;
  const heard = subject.votes.filter(({ vote }) => vote !== "unknown");
  const words = heard.length > 0 || subject.ownVote === null ? heard : [subject.ownVote];
  return words.some(({ vote, heldSeconds }) => vote === "passing" && heldSeconds >= plan.detection.clearForSeconds);
}

function byInstant(left: string, right: string): number {
  return parseInstant(left) - parseInstant(right);
}
