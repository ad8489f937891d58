import { describeSeconds } from "../../shared/plan/duration.ts";
import type { TimelineKind } from "../event.ts";
import type { DecisionRecord } from "./decisions.ts";
import type { Verdict } from "./figures.ts";
import { parseTime } from "./read.ts";
import type { Period, Tone } from "./steps.ts";
import type { IncidentSummary } from "./summary.ts";

/** `["a", "b", "c"]` → `a, b and c`. */
export function listWords(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** A summary as a sentence: events leave out the full stop. */
export function sentence(text: string): string {
  return text === "" || /[.?…]$/.test(text) ? text : `${text}.`;
}

/** Seconds as a person says them; a negative figure keeps its sign. */
export function durationWords(seconds: number): string {
  const rounded = Math.abs(seconds) < 60 ? Math.round(Math.abs(seconds) * 10) / 10 : Math.abs(seconds);
  return `${seconds < 0 ? "−" : ""}${describeSeconds(rounded)}`;
}

/** Seconds as an offset on the report's clock: `72` → `+01:12`, `3700` → `+1:01:40`. */
export function offsetWords(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60), whole % 60];
  const clock = hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`;
  return `${seconds < 0 && whole > 0 ? "−" : "+"}${clock}`;
}

/** The offset of an instant from the summary's origin; "" when either is unknown. */
export function offsetOf(at: string, origin: string | null): string {
  const [time, start] = [parseTime(at), parseTime(origin)];
  return time === null || start === null ? "" : offsetWords((time - start) / 1_000);
}

/** What offsets count from. */
export function originWords(summary: IncidentSummary): string {
  return summary.failingSince === null ? "the first event" : "the first failing probe";
}

/** `2026-03-14T09:01:12.000Z` → `09:01:12`; the text itself when it is no instant. */
export function clockWords(at: string): string {
  return parseTime(at) === null ? at : at.slice(11, 19);
}

/** `2026-03-14T09:01:12.000Z` → `2026-03-14 09:01:12 UTC`. */
export function instantWords(at: string | null): string {
  if (at === null) return "unknown";
  return parseTime(at) === null ? at : `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}

export function outcomeTitle({ outcome, evidence }: Pick<IncidentSummary, "outcome" | "evidence">): string {
  switch (outcome) {
    case "recovered":
      return evidence === "shown" ? "Recovered" : "Recovered, traffic not shown to have left";
    case "degraded":
      return "Degraded";
    case "stoodDown":
      return "Stood down";
    case "observed":
      return "Observed";
    case "waitingForApproval":
      return "Waiting for approval";
    case "inProgress":
      return "In progress";
    case "nothingRecorded":
      return "Stood down";
  }
}

/** The report's first sentence. */
export function headline(summary: IncidentSummary): string {
  const { application } = summary;
  const region = summary.failedRegion ?? "a Region";
  const to = summary.survivors.length > 0 ? listWords(summary.survivors) : "the survivors";
  const { seconds } = summary.recoveryTime;
  const time = seconds === null ? "" : ` in ${durationWords(seconds)}`;
  switch (summary.outcome) {
    case "recovered":
      return `${application} recovered from the loss of ${region}${time}; ${to} ${summary.survivors.length === 1 ? "serves" : "serve"} its customers.${unshownWords(summary)}`;
    case "degraded": {
      const parts = summary.branchesToRetry;
      if (isGivenUp(summary)) {
        return `${summary.trafficSwitchedAt === null ? `${application} did not leave ${region}` : `${application} was switched away from ${region}`}, but the run could not be closed: automation gave it up after ${summary.takeovers} takeovers, and people were paged.`;
      }
      const short = parts.length === 0 ? "recovery could not be shown" : `${listWords(parts)} fell short`;
      return summary.trafficSwitchedAt === null
        ? `${application} did not recover from the loss of ${region}: ${short}.`
        : summary.evidence === "shown"
          ? `${application} left ${region} but did not recover in full: ${short}.`
          : `${application} was switched away from ${region}, and is not shown to have left it: ${short}.`;
    }
    case "stoodDown":
      return `Nothing was changed for ${application}: the controller stood down.`;
    case "observed":
      return `Nothing was changed for ${application}: its plan lets the controller observe only.`;
    case "waitingForApproval":
      return summary.trafficSwitchedAt === null
        ? `Nothing has been changed yet: ${application} waits for a person to agree before it leaves ${region}.`
        : summary.evidence === "shown"
          ? `Traffic has left ${region}, but ${application} waits for a person's answer before it goes on.`
          : `Traffic was switched away from ${region}, and is not shown to have left it; ${application} waits for a person's answer before it goes on.`;
    case "inProgress":
      return `${application} is leaving ${region}: the timeline has no closing event yet.`;
    case "nothingRecorded":
      return `Nothing was changed for ${application}: nobody had anything to decide, so nothing is recorded.`;
  }
}

/** What a claim of recovery must not leave out; empty where it is shown that traffic has left. */
function unshownWords({ evidence, failedRegion }: Pick<IncidentSummary, "evidence" | "failedRegion">): string {
  return evidence === "shown" ? "" : ` That traffic has left ${failedRegion ?? "the failed Region"} is not shown.`;
}

/** Whether people were told that automation goes on with the run no more. */
export function isGivenUp({ closedAt, pages }: Pick<IncidentSummary, "closedAt" | "pages">): boolean {
  return closedAt === null && pages.some(({ reason }) => reason === "takeoversExhausted");
}

/** Whether the run changed anything, or meant to and did not. */
function acted({ outcome, acting }: IncidentSummary): boolean {
  return acting.length > 0 && outcome !== "stoodDown" && outcome !== "observed";
}

/** A decision that opened no incident has no name of its own. */
export function incidentWords({ incident, acting }: IncidentSummary): string {
  return acting.length === 0 ? "no incident was opened" : `incident ${incident}`;
}

export function regionTitle(summary: IncidentSummary): string {
  return acted(summary) ? "Failed Region" : summary.suspects.length > 1 ? "Suspected Regions" : "Suspected Region";
}

/** The Region that failed, or each that was suspected; null when there is none. */
export function regionWords(summary: IncidentSummary): string | null {
  return !acted(summary) && summary.suspects.length > 1 ? listWords(summary.suspects) : summary.failedRegion;
}

export function causeTitle(summary: IncidentSummary): string {
  return acted(summary) ? "Cause" : "Seen as";
}

export function evidenceTitle(summary: IncidentSummary): string {
  if (summary.decision === null) return "Why it did not act";
  return acted(summary) ? "Why it acted" : "Why it wanted to act";
}

/** The reasons of a decision that its own sentence does not give already. */
export function unsaid({ summary, reasons }: DecisionRecord): readonly string[] {
  return reasons.filter((reason) => !summary.includes(reason));
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Why the Region was left, or was not. */
export function causeWords(cause: string): string {
  switch (cause) {
    case "gray":
      return "gray: customers fail while the Region's own controller is still heard";
    case "requested":
      return "a person asked for it";
    case "disputed":
      return "some vantages saw it fail and some did not";
    case "unconfirmed":
      return "failing, but not confirmed";
    case "everythingFailing":
      return "every Region looks bad at once";
    case "observerIsolated":
      return "the controller hears nobody else";
    default:
      return resultWords(cause);
  }
}

/** `objective 8 min: met`. */
export function againstObjective(verdict: Verdict, objectiveSeconds: number | null, over: number | null): string {
  if (objectiveSeconds === null) return "no objective known";
  const objective = `objective ${durationWords(objectiveSeconds)}`;
  switch (verdict) {
    case "met":
      return `${objective}: met`;
    case "missed":
      return over === null || over <= 0 ? `${objective}: missed` : `${objective}: missed by ${durationWords(over)}`;
    case "unknown":
      return `${objective}: not known yet`;
    case "notApplicable":
      return objective;
  }
}

/** A figure for the eye, and the sentence that says how it stands. */
export interface FigureWords {
  readonly value: string;
  readonly verdict: string;
}

/** Why writes are not shown to be served where reads are. */
export function writesWords({ database }: Pick<IncidentSummary, "database">): string {
  if ((database?.rivals.length ?? 0) > 1) return "writes go to more than one writer";
  return (database?.mayWrite.length ?? 0) > 0
    ? "writes may go to more than one writer, or to none"
    : "writes are not served: no writer";
}

export function recoveryTimeWords({
  recoveryTime,
  outcome,
  reads,
  database,
}: Pick<IncidentSummary, "recoveryTime" | "outcome" | "reads" | "database">): FigureWords {
  const { seconds, objectiveSeconds, verdict } = recoveryTime;
  const over = seconds === null || objectiveSeconds === null ? null : seconds - objectiveSeconds;
  if (verdict === "notApplicable") return { value: "none", verdict: "no failover was made" };
  const against = againstObjective(verdict, objectiveSeconds, over);
  const open = outcome === "waitingForApproval" || outcome === "inProgress";
  if (seconds === null && reads !== null && !open) {
    const after = reads.seconds === null ? "" : ` after ${durationWords(reads.seconds)}`;
    return { value: "not recovered", verdict: `reads served${after}; ${writesWords({ database })}; ${against}` };
  }
  if (seconds === null) return { value: open ? "not recovered yet" : "not recovered", verdict: against };
  // The clock stops when customers are served; what fell short is not in the figure.
  const until = outcome === "degraded" ? "until customers were served; " : "";
  return { value: durationWords(seconds), verdict: `${until}${against}` };
}

/** A result as the reader sees it: `waitingForApproval` → `waiting for approval`. */
export function resultWords(result: string): string {
  return /^[a-z]+(?:[A-Z][a-z]+)*$/.test(result)
    ? result.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    : result;
}

export function toneWords(tone: Tone): string {
  switch (tone) {
    case "good":
      return "done";
    case "skipped":
      return "not needed";
    case "degraded":
      return "degraded";
    case "failed":
      return "failed";
    case "running":
      return "still running";
    case "interrupted":
      return "interrupted";
    case "other":
      return "ended otherwise";
  }
}

export function kindWords(kind: TimelineKind): string {
  switch (kind) {
    case "decision":
      return "decision";
    case "opened":
      return "opened";
    case "takenOver":
      return "taken over";
    case "retried":
      return "retried";
    case "intent":
      return "about to change";
    case "confirmed":
      return "confirmed";
    case "failed":
      return "failed";
    case "observed":
      return "observed";
    case "stepEnded":
      return "step ended";
    case "approvalRequested":
      return "approval asked";
    case "approvalAnswered":
      return "approval answered";
    case "closed":
      return "closed";
    default:
      return String(kind satisfies never);
  }
}

/** `done in 1 min 12 s`, `running since 09:01:12`. */
export function periodWords(period: Pick<Period, "step" | "from" | "to" | "result" | "tone">): string {
  const state = period.step === "approval" ? "waiting for an answer" : "running";
  if (period.to === null) return `${state} since ${clockWords(period.from)}`;
  const seconds = ((parseTime(period.to) ?? 0) - (parseTime(period.from) ?? 0)) / 1_000;
  const result = resultWords(period.result);
  return seconds < 1 ? result : `${result} ${period.tone === "good" ? "in" : "after"} ${durationWords(seconds)}`;
}

/** One sentence on the chain of hashes. */
export function chainWords({ chain, acting }: IncidentSummary): string {
  switch (chain.state) {
    case "holds": {
      if (chain.events === 1) return `Yes. The hash of its only event was recomputed and holds: ${chain.lastHash}.`;
      // Decisions not to act belong to no incident, and to no chain.
      const links = acting.length === 0 ? "each holds by itself" : "each event links to the one before it";
      return `Yes. All ${chain.events} hashes were recomputed and ${links}. The last hash is ${chain.lastHash}.`;
    }
    case "broken":
      return `No. The chain breaks at ${chain.at}: ${chain.reason}. Events from there on may have been changed or removed.`;
    case "empty":
      return "There are no events.";
  }
}

/** `eu-west-1 (epoch 7), then eu-central-1 (epoch 8) from 09:04:00`. */
export function actingWords(summary: IncidentSummary): string {
  const [first, ...others] = summary.acting;
  if (first === undefined) return "none";
  const rest = others.map(
    ({ region, epoch, since }) => `, then ${region} (epoch ${epoch}) from ${clockWords(since)} UTC`,
  );
  return `${first.region} (epoch ${first.epoch})${rest.join("")}`;
}
