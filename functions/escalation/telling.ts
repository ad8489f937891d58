import { parseInstant } from "../shared/clock.ts";
import { type Plan, vantagesOf } from "../shared/plan/plan.ts";
import { type EscalationInput, fewestHeard, type Matter, sharedMatters, standsIn } from "./matters.ts";
import { type Escalation, untoldSince } from "./records.ts";
import { isClear } from "./trouble.ts";
import { type EscalationReason, severity, words } from "./words.ts";

/** A vantage waits so long for each that comes before it: long enough for one to tell, and for its record to arrive. */
const turnSeconds = 15;
/** A matter that changes to and fro is told again no more often than this, unless it gets worse. */
const quietSeconds = 600;
/** Whoever has recorded what it is about to tell is given this long, however often it tries. */
const tellingSeconds = 20;
/**
 * The looks of the last minutes still remember how a Region faltered that has grown since; and by turns they let DNS hand out a
 * Region that is out of service, and not.
 */
const settlingSeconds = 300;
/** What it has been before within this time is no news. */
const newsSeconds = 900;

/** Which turn a vantage has to tell of a matter, from 0: the plan's order of those that are heard, the Region concerned last. */
export function turnOf(plan: Plan, heard: readonly string[], self: string, region: string | null): number {
  const order = vantagesOf(plan).filter((name) => (heard.includes(name) || name === self) && name !== region);
  const turn = order.indexOf(self);
  return turn < 0 ? order.length : turn;
}

/**
 * Whether this vantage is to tell people of a matter now. Pure.
 *
 * Holds: what no bus has taken is told, by the next vantage in turn where the one before has not; what has been told is told
 * again only where it changed.
 * @param forSeconds how long this vantage has known of the matter as it stands
 */
export function isToBeTold(
  matter: Matter,
  told: Escalation | null,
  {
    self,
    turn,
    forSeconds,
    now,
  }: { readonly self: string; readonly turn: number; readonly forSeconds: number; readonly now: number },
): boolean {
  const ago = (instant: string) => (now - parseInstant(instant)) / 1_000;
  if (told !== null && told.toldAt === null && told.from !== self && ago(untoldSince(told)) < tellingSeconds)
    return false;
  // What was recorded and taken by no bus is due, whatever this process has seen of it.
  const isRecorded =
    told !== null && told.toldAt === null && told.stage === matter.stage && told.reason === matter.reason;
  if (!isRecorded && forSeconds < words[matter.reason].afterSeconds + turn * turnSeconds) return false;
  if (matter.stage === "healed") return told !== null && (told.stage !== "healed" || told.toldAt === null);
  if (told === null || told.toldAt === null) return true;
  // What a vantage says that is cut off, or the Region itself, may not get out: whoever is not says it again.
  if (isAloneWord(told.reason) && !isAloneWord(matter.reason)) return true;
  const isOfRun = matter.stage === "acting" || matter.stage === "waiting";
  // The run has told of its end before the coordination item does.
  if (told.stage === "healed") return !(isOfRun && told.incident === matter.incident);
  const isSame = told.stage === matter.stage && told.reason === matter.reason;
  // A run tells of itself by its own events; people hear of the matter's run only where none of them was taken.
  if (matter.stage === "acting") return told.incident !== matter.incident && matter.reason === "runOpen";
  if (matter.stage === "waiting") return told.incident !== matter.incident || told.stage === "acting";
  const isSettling = told.reason === "survivorFalters" && ago(told.toldAt) < settlingSeconds;
  if (isSettling && matter.stage === "unsteady") return false;
  // Two vantages may see a matter differently: whoever is first in turn says how it stands.
  if (isSame || turn > 0) return false;
  const isNews = !told.changes.some(({ stage, at }) => stage === matter.stage && ago(at) < newsSeconds);
  return (severity[matter.stage] > severity[told.stage] && isNews) || ago(told.toldAt) >= quietSeconds;
}

function isAloneWord(reason: EscalationReason): boolean {
  return reason === "observerIsolated" || reason === "observerIsSuspect";
}

/** Whether a matter that is none any more has ended, and not only paused. Pure. */
export function hasEnded(input: EscalationInput, told: Escalation): boolean {
  const { plan, evidence, item } = input;
  const isOut = (region: string) => !standsIn(item, region);
  if (item === null) return false;
  const isJustTold = told.toldAt !== null && (input.now - parseInstant(told.toldAt)) / 1_000 < settlingSeconds;
  if (told.reason === "outAndNotLeft" && isJustTold) return false;
  switch (told.matter) {
    case sharedMatters.everything:
      return plan.regions.every(({ name }) => isOut(name) || isClear(plan, evidence, name));
    case sharedMatters.vantages:
      // What people have been told to expect is no longer so only where more are heard, or nobody is silent.
      return evidence.silent.length === 0 || (fewestHeard(input) ?? 0) > plan.detection.quorum;
    case sharedMatters.switch:
      return evidence.refusedSwitches.length === 0;
    case sharedMatters.publicName:
      return evidence.publicNameFailing.length === 0;
    default:
      return told.region === null || isOut(told.region) || isClear(plan, evidence, told.region);
  }
}
