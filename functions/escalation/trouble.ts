import type { CountedVote, Evidence, RegionEvidence } from "../assess/evidence.ts";
import { isoInstant, parseInstant } from "../shared/clock.ts";
import type { Plan } from "../shared/plan/plan.ts";
import { looksKept } from "../watch/streaks.ts";

/** That customers of a Region fail, as far as those who can be heard have seen it. */
export interface Trouble {
  /** ISO 8601; the first failing look of those that count. */
  readonly since: string;
  /** From the first failing look to the last. */
  readonly lastsSeconds: number;
  /** Share of the looks of the last minutes that failed, in (0, 1]. */
  readonly share: number;
  /** The same of the last minute's alone; 0 where there were none. */
  readonly lately: number;
  readonly seenBy: readonly string[];
  /** "contradicted": one vantage alone has seen a look fail, and others have seen so many pass that it is not the Region. */
  readonly word: "uncontradicted" | "contradicted";
}

/**
 * Over how long looks are counted, which share must have failed, and how long it must have lasted. The first finds a Region
 * that fails, or fails a share of its requests; the second one that is down for less than a minute again and again. A share
 * is lower than what people must hear of, a tenth, since few looks scatter. Assumption.
 */
const windows = [
  { seconds: 180, share: 0.06, lastsSeconds: 60 },
  { seconds: 360, share: 0.1, lastsSeconds: 150 },
] as const;
/** Others contradict where, if the Region failed the share that was seen, so few passes in a row would be this unlikely. */
const unlikely = 0.05;
/** What failed last so long ago may be over. */
const recentSeconds = 60;

/** What ails a Region, by looks and not by streaks: a vote that flips, or that one lucky look holds up, hides a share that fails. Pure. */
export function troubleOf(plan: Plan, evidence: Evidence, region: string): Trouble | null {
  const subject = evidence.regions.find((each) => each.region === region);
  if (subject === undefined) return null;
  const every = plan.detection.probeEverySeconds;
  const voices = voicesOn(subject).map((voice) => ({ ...voice, looks: looksOf(voice, every) }));
  for (const window of windows) {
    const count = Math.ceil(window.seconds / every);
    const recent = voices.map((voice) => ({ ...voice, looks: voice.looks.slice(-count) }));
    const all = recent.flatMap(({ looks }) => [...looks]).filter((look) => look !== "u");
    const failed = all.filter((look) => look === "f").length;
    if (failed === 0 || failed / all.length < window.share) continue;
    const { oldest, newest } = spanOf(recent, every);
    if (newest > recentSeconds || oldest - newest < window.lastsSeconds) continue;
    const seenBy = recent.filter(({ looks }) => looks.includes("f")).map(({ vantage }) => vantage);
    const isAlone = seenBy.length === 1 && isContradicted(recent.map(({ looks }) => looks));
    return {
      since: isoInstant(parseInstant(evidence.at) - oldest * 1_000),
      lastsSeconds: oldest - newest,
      share: failed / all.length,
      lately: shareOf(recent.flatMap(({ looks }) => [...looks.slice(-Math.ceil(recentSeconds / every))])),
      seenBy,
      word: isAlone ? "contradicted" : "uncontradicted",
    };
  }
  return null;
}

function shareOf(looks: readonly string[]): number {
  const seen = looks.filter((look) => look !== "u");
  return seen.length === 0 ? 0 : seen.filter((look) => look === "f").length / seen.length;
}

type Recent = Pick<CountedVote, "vantage" | "looks" | "vote" | "heldSeconds">;

/**
 * From how many seconds ago to how many it failed, as far as nobody can say that it was the vantage: what one saw alone, before
 * or after all others, is left out where these saw as many pass as contradicts it.
 */
function spanOf(recent: readonly Recent[], every: number): { readonly oldest: number; readonly newest: number } {
  const failing = recent.filter(({ looks }) => looks.includes("f"));
  const lasts = failing.map(({ looks }) => (looks.length - 1 - looks.lastIndexOf("f")) * every);
  const [last = 0, lastOfOthers = last] = lasts.toSorted((left, right) => left - right);
  const isOver = isContradicted(
    recent.map(({ looks }) => looks.slice(Math.max(0, looks.length - lastOfOthers / every))),
  );
  const firsts = failing.map(({ looks, vote, heldSeconds }) => {
    const first = (looks.length - 1 - looks.indexOf("f")) * every;
    // A streak is older than the looks that are kept of it.
    return Math.max(first, vote === "failing" ? last + heldSeconds : 0);
  });
  const [first = 0, firstOfOthers = first] = firsts.toSorted((left, right) => right - left);
  const kept = Math.ceil(firstOfOthers / every) + 1;
  const isEarly = isContradicted(recent.map(({ looks }) => looks.slice(0, Math.max(0, looks.length - kept))));
  return { oldest: isEarly ? firstOfOthers : first, newest: isOver ? lastOfOthers : last };
}

/** Whether so many passed that it is not the Region which failed, of looks all of whose failures one vantage has seen. */
function isContradicted(looksOfEach: readonly string[]): boolean {
  const looks = looksOfEach.join("").replaceAll("u", "");
  const failed = looks.replaceAll("p", "").length;
  const passedElsewhere = looksOfEach
    .filter((each) => !each.includes("f"))
    .join("")
    .replaceAll("u", "").length;
  return failed > 0 && (1 - failed / looks.length) ** passedElsewhere < unlikely;
}

/** Whether everybody who can be heard has seen it pass for `clearForSeconds`, or for as long as looks are kept. */
export function isClear(plan: Plan, evidence: Evidence, region: string): boolean {
  const subject = evidence.regions.find((each) => each.region === region);
  if (subject === undefined) return false;
  const { probeEverySeconds: every, clearForSeconds } = plan.detection;
  const count = Math.min(looksKept, Math.ceil(clearForSeconds / every));
  const recent = voicesOn(subject).map((voice) => looksOf(voice, every).slice(-count));
  return (
    recent.every((looks) => !looks.includes("f")) &&
    recent.some((looks) => looks.replaceAll("u", "").length >= count - 1)
  );
}

/** Whoever says something of the Region, its own vantage among them: at its own endpoint a Region may see itself fail. */
function voicesOn({ votes, ownVote }: RegionEvidence): readonly CountedVote[] {
  return [...votes, ...(ownVote === null ? [] : [ownVote])].filter(({ vote }) => vote !== "unknown");
}

/** A vote of an older writer has no looks: what its streak says stands in. */
function looksOf({ looks, vote, heldSeconds }: CountedVote, everySeconds: number): string {
  if (looks !== "") return looks;
  return (vote === "failing" ? "f" : "p").repeat(Math.min(looksKept, Math.floor(heldSeconds / everySeconds) + 1));
}
