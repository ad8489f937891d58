import type { Group } from "./autoscaling.ts";
import { shorten } from "./launches.ts";
import { growthLimit, type Portion, type RaiseMaximum, redistribute } from "./sizing.ts";
import { type CapacityTarget, cannotLaunch, needsAPerson, type Problem } from "./target.ts";

/**
 * Whether the survivors carry the demand yet, and who takes over from one that cannot grow.
 *
 * What holds: no target falls; what all targets carry and are short of, together, stays the same; "ready" is said only
 * when every survivor has in service what it carries and nothing is short. One that carries nothing any more, because the
 * others took its part, is waited for no longer, dead or alive.
 */

/** One look at a survivor. */
export interface Look {
  readonly target: CapacityTarget;
  /** Null when it could not be read; `problem` says why. */
  readonly group: Group | null;
  /** What stands in the way now. */
  readonly problem: Problem | null;
}

/** The targets anew: what a survivor cannot launch or cannot be set to moves to those that can still grow (FM48). */
export function reassign(
  looks: readonly Look[],
  share: (region: string) => number,
  raiseMaximum: RaiseMaximum,
): readonly CapacityTarget[] {
  const portions = looks.map((look): Portion => {
    const { region, carries, shortfall } = look.target;
    return { region, weight: share(region), carries, shortfall, room: roomOf(look, raiseMaximum) };
  });
  return redistribute(portions).map(({ carries, shortfall }, index) => {
    const { target, group, problem } = looks[index] as Look;
    const inService = group?.inService ?? target.inService;
    return { ...target, carries, shortfall, target: Math.max(target.target, carries), inService, problem };
  });
}

function roomOf({ target, group, problem }: Look, raiseMaximum: RaiseMaximum): number {
  if (group === null && problem?.kind === "blocked") return 0;
  // One that cannot be seen may be growing all the same: it keeps its part and is given no more.
  if (group === null || problem?.kind === "noAnswer") return target.carries;
  if (problem !== null) return group.inService + group.pending;
  return growthLimit(group, raiseMaximum);
}

export type Progress =
  | { readonly result: "ready"; readonly reason: string | null }
  | { readonly result: "waiting" | "short"; readonly reason: string };

/**
 * How it stands. "short" comes before the deadline when everything that time can bring is there: MaxSize, a permission
 * and a missing group do not change by waiting.
 */
export function progressOf(looks: readonly Look[], time: "left" | "over"): Progress {
  const incomplete = looks.filter((look) => isComing(look));
  const short = looks.filter(({ target }) => target.shortfall > 0);
  const broken = looks.filter((look) => look.target.carries > 0 && (look.group === null || needsAPerson(look.problem)));
  if (incomplete.length === 0 && short.length === 0 && broken.length === 0) {
    const moved = looks.filter(({ problem }) => problem !== null);
    return { result: "ready", reason: moved.length === 0 ? null : moved.map(sentence).join("; ") };
  }
  const mayStillCome =
    incomplete.length > 0 || (looks.some(({ problem }) => cannotLaunch(problem)) && short.length > 0);
  const named = looks.filter((look) => isComing(look) || look.target.shortfall > 0 || look.problem !== null);
  const reason = named.map(sentence).join("; ");
  return { result: mayStillCome && time === "left" ? "waiting" : "short", reason };
}

/** Not there yet, as far as one knows. */
function isComing({ target, group, problem }: Look): boolean {
  if (group === null) return !needsAPerson(problem) && target.carries > 0;
  return group.inService < target.carries;
}

/** The whole of a message stands in the event of its own; a list of survivors has to be read at a glance. */
const longestProblem = 160;

/** "eu-west-1: 5 of 8 in service, 3 short (no instances: …)". */
function sentence({ target, group, problem }: Look): string {
  if (target.carries === 0 && target.shortfall === 0 && problem !== null) {
    return `${target.region}: carries nothing (${shorten(problem.message, longestProblem)})`;
  }
  const there = group === null ? "not known" : String(group.inService);
  const missing = target.shortfall > 0 ? `, ${target.shortfall} short with no room anywhere` : "";
  const because = problem === null ? "" : ` (${shorten(problem.message, longestProblem)})`;
  return `${target.region}: ${there} of ${target.carries} in service${missing}${because}`;
}
