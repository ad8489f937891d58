import { type BranchName, branchNames } from "../../coordination/item.ts";
import { isoInstant } from "../../shared/clock.ts";
import type { TrafficEvidence } from "../../traffic/drain.ts";
import type { TimelineEvent } from "../event.ts";
import { type Action, actionsOf } from "./actions.ts";
import {
  type Approval,
  approvalsOf,
  type DecisionRecord,
  decisionOf,
  declinesToAct,
  mostTelling,
  observesOnly,
} from "./decisions.ts";
import {
  branchResults,
  contradictions,
  type DatabaseResult,
  type DataLoss,
  databaseResult,
  dataLoss,
  type ReadsServed,
  type RecoveryTime,
  type ReportPlan,
  readsServed,
  recoveryTime,
  tablesResult,
} from "./figures.ts";
import { type ChainCheck, checkChain, chronological, type Moment } from "./order.ts";
import { amountOf, childOf, type Detail, detailOf, instantOf, printable, recordOf, textOf, textsOf } from "./read.ts";
import { periodsOf, type StepSummary, summarizeSteps, toneOf } from "./steps.ts";

export type Outcome =
  | "recovered"
  | "degraded"
  | "stoodDown"
  | "observed"
  | "waitingForApproval"
  | "inProgress"
  /** The timeline is empty: nobody decided or changed anything. */
  | "nothingRecorded";

/** A page that people got (functions/escalation). The timeline does not have it: whoever heard the bus does. */
export interface PageTold {
  /** ISO 8601. */
  readonly at: string;
  /** The Region whose watch sent it. */
  readonly from: string;
  /** The incident that was in progress then. */
  readonly incident: string | null;
  /** The Region that people have to look at; null when it is about no single one. */
  readonly region: string | null;
  readonly reason: string;
  readonly summary: string;
  readonly whatToDo: string;
}

/** A Region that held the lease of the run. */
export interface ActingRegion {
  readonly region: string;
  readonly epoch: number;
  /** ISO 8601. */
  readonly since: string;
  /** How it came to hold the lease. */
  readonly how: "opened" | "takenOver" | "retried";
}

/** What a timeline says, and pages where they are known. Instants are ISO 8601 in UTC, durations are seconds. */
export interface IncidentSummary {
  readonly incident: string;
  readonly application: string;
  readonly failedRegion: string | null;
  /** Where nobody acted: every Region that looked as bad as `failedRegion`, in the order of the decisions about them. */
  readonly suspects: readonly string[];
  readonly survivors: readonly string[];
  /** In the order of the epochs; more than one after a takeover. */
  readonly acting: readonly ActingRegion[];
  readonly cause: string | null;
  readonly startedBy: string | null;
  readonly reason: string | null;
  readonly outcome: Outcome;
  /** Whether it is shown that traffic has left the failed Region; what a timeline does not say to be shown is not. */
  readonly evidence: TrafficEvidence;
  readonly reasons: readonly string[];
  readonly failingSince: string | null;
  readonly decidedAt: string | null;
  readonly trafficSwitchedAt: string | null;
  readonly servedSince: string | null;
  readonly verifiedAt: string | null;
  /** Where no writer was left to try: what was proven of reads. */
  readonly reads: ReadsServed | null;
  readonly closedAt: string | null;
  /** When a person had branches run again. */
  readonly retriedAt: readonly string[];
  /** The instant from which offsets count: the first failing probe, or the first event. */
  readonly origin: string | null;
  readonly lastEventAt: string | null;
  readonly recoveryTime: RecoveryTime;
  readonly dataLoss: DataLoss;
  readonly database: DatabaseResult | null;
  /** What may be missing in the tables of the survivors; null when the run did not say. */
  readonly tables: { readonly mayBeMissingSeconds: number | null } | null;
  readonly steps: readonly StepSummary[];
  readonly actions: readonly Action[];
  /** The decision to act; null when there was none. */
  readonly decision: DecisionRecord | null;
  /** The decision that the report explains: the one to act, or else the most telling one not to. */
  readonly explained: DecisionRecord | null;
  readonly notActed: readonly DecisionRecord[];
  readonly approvals: readonly Approval[];
  /** Pages about this incident, oldest first; empty where nobody listened. */
  readonly pages: readonly PageTold[];
  /** How often the run has been taken over since a person last started it. */
  readonly takeovers: number;
  readonly warnings: readonly string[];
  /** Branches that did not reach their end and can be retried in place. */
  readonly branchesToRetry: readonly BranchName[];
  readonly chain: ChainCheck;
}

/**
 * Reads a timeline. It needs nothing but the events: `plan` only gives the names and objectives that the closing event
 * does not state, and may be null. It never throws, whatever the details hold.
 * @param heard pages from the bus, of this incident and others
 */
export function summarize(
  events: readonly TimelineEvent[],
  plan: ReportPlan | null,
  heard: readonly PageTold[] = [],
): IncidentSummary {
  const moments = chronological(events);
  const opening = moments.filter(({ event }) => startsWork(event));
  const opened = mergeDetails(opening);
  const closing = closingOf(moments);
  const closed: Detail = closing === null ? {} : detailOf(closing.event);
  const [first, last] = [moments[0], moments.at(-1)];
  const lastEventAt = last === undefined ? null : isoInstant(last.time);

  const decisions = moments.filter(({ event }) => event.kind === "decision");
  const acted = opening.length > 0;
  const deciding = acted
    ? decisions.findLast(({ event, time }) => !declinesToAct(event) && time <= (opening[0]?.time ?? time))
    : decisions.findLast(({ event }) => !declinesToAct(event));
  const decision = deciding === undefined ? null : decisionOf(deciding);
  const decidedAt = decision?.at ?? (opening[0] === undefined ? null : isoInstant(opening[0].time));
  const notActed = decisions.filter((moment) => moment !== deciding && declinesToAct(moment.event)).map(decisionOf);
  const telling = mostTelling(notActed);
  const explained = decision ?? telling.at(-1) ?? null;
  const suspects = acted ? [] : [...new Set(telling.flatMap(({ about }) => about ?? []))];
  const failingSince = instantOf(opened, "failingSince") ?? firstInstant(decisions, "failingSince");

  const proof = moments.findLast(({ event }) => isProof(event));
  const recovery: Detail = proof === undefined ? {} : detailOf(proof.event);
  const { servedSince, verifiedAt } = recoveryOf(moments);
  const switched = moments.find(({ event }) => event.step === "traffic" && event.kind === "confirmed");

  const steps = summarizeSteps(periodsOf(moments));
  const actions = actionsOf(moments);
  const database = databaseResult(moments);
  const approvals = approvalsOf(moments);
  const chain = checkChain(events);
  const incident = printable((opening[0] ?? first)?.event.incident ?? "unknown");
  const pages = acted ? heard.filter((page) => page.incident === incident) : [];
  const takeovers = amountOf(detailOfLast(opening), "takeovers") ?? 0;
  const givenUp = closing === null ? pages.find(({ reason }) => reason === "takeoversExhausted") : undefined;
  // Whoever was paged knows that nothing will close the run; how far it came is what is left to say.
  const outcome = givenUp === undefined ? outcomeOf(moments, closing, approvals, acted) : "degraded";
  const changing = acted && outcome !== "stoodDown" && outcome !== "observed";
  const ends = { opened, closed };
  const run = { failingSince, servedSince, verifiedAt, lastEventAt } as const;
  const state = closing === null ? "open" : "closed";

  return {
    incident,
    application: textOf(closed, "application") ?? textOf(opened, "application") ?? plan?.application ?? "application",
    failedRegion: textOf(opened, "failedRegion") ?? textOf(closed, "failedRegion") ?? explained?.about ?? null,
    suspects,
    survivors: opening.map(({ event }) => textsOf(detailOf(event), "survivors")).findLast(named) ?? [],
    acting: actingOf(opening),
    cause: causeOf(opening) ?? explained?.assessment ?? null,
    startedBy: textOf(opened, "startedBy"),
    reason: textOf(opened, "reason"),
    outcome,
    evidence: evidenceOf(moments, closing),
    reasons:
      givenUp !== undefined
        ? [givenUp.summary]
        : textsOf(closed, "reasons").length > 0
          ? textsOf(closed, "reasons")
          : (explained?.reasons ?? []),
    failingSince,
    decidedAt,
    trafficSwitchedAt: switched === undefined ? null : isoInstant(switched.time),
    servedSince,
    verifiedAt,
    reads: readsServed(recovery, failingSince),
    closedAt: closing === null ? null : isoInstant(closing.time),
    retriedAt: opening.flatMap(({ event, time }) => (event.kind === "retried" ? [isoInstant(time)] : [])),
    origin: failingSince ?? (first === undefined ? null : isoInstant(first.time)),
    lastEventAt,
    recoveryTime: changing
      ? recoveryTime(ends, { ...run, state }, plan)
      : { ...recoveryTime(ends, { ...run, state }, plan), seconds: null, verdict: "notApplicable" },
    dataLoss: changing
      ? dataLoss(ends, database, plan)
      : { ...dataLoss(ends, null, plan), seconds: null, verdict: "notApplicable" },
    database,
    tables: tablesResult(moments),
    steps,
    actions,
    decision,
    explained,
    notActed,
    approvals,
    pages,
    takeovers,
    warnings: [...warningsOf(moments), ...lateWriters(moments), ...contradictions(closed, run, database)],
    // Only a run that was closed can be retried; one that was given up has to be started by hand.
    branchesToRetry: outcome === "degraded" && givenUp === undefined ? toRetry(closed, steps) : [],
    chain,
  };
}

function isProof(event: TimelineEvent): boolean {
  return event.step === "recovery" && event.kind === "stepEnded";
}

/** Since when customers have been served, and by when that was proven: by the first run of the incident to close with it. */
function recoveryOf(moments: readonly Moment[]): {
  readonly servedSince: string | null;
  readonly verifiedAt: string | null;
} {
  const shown = moments.findIndex(
    ({ event }) => event.kind === "closed" && amountOf(detailOf(event), "rtoSeconds") !== null,
  );
  const proof = moments.slice(0, shown < 0 ? undefined : shown).findLast(({ event }) => isProof(event));
  if (proof === undefined) return { servedSince: null, verifiedAt: null };
  const detail = detailOf(proof.event);
  const servedWell = toneOf(textOf(detail, "result") ?? "done") === "good";
  return {
    servedSince: instantOf(detail, "servedSince"),
    verifiedAt: instantOf(detail, "verifiedAt") ?? (servedWell ? isoInstant(proof.time) : null),
  };
}

/** What the closing event says of traffic; before it, what the last of its steps has found. */
function evidenceOf(moments: readonly Moment[], closing: Moment | null): TrafficEvidence {
  const ended = moments.findLast(({ event }) => event.step === "traffic" && event.kind === "stepEnded");
  const said = closing ?? ended;
  if (said === undefined) return "notShown";
  return textOf(childOf(detailOf(said.event), "evidence"), "traffic") === "shown" ? "shown" : "notShown";
}

function detailOfLast(moments: readonly Moment[]): Detail {
  const last = moments.at(-1);
  return last === undefined ? {} : detailOf(last.event);
}

function named(regions: readonly string[]): boolean {
  return regions.length > 0;
}

function startsWork(event: TimelineEvent): boolean {
  return event.kind === "opened" || event.kind === "takenOver" || event.kind === "retried";
}

/** The last closing event, unless work began anew after it. */
function closingOf(moments: readonly Moment[]): Moment | null {
  const index = moments.findLastIndex(({ event }) => event.kind === "closed");
  const begun = moments.findLastIndex(({ event }) => startsWork(event));
  return index > begun || (index >= 0 && begun < 0) ? (moments[index] ?? null) : null;
}

/** The details of opening, takeovers and retries as one; the first to state a value is believed. */
function mergeDetails(moments: readonly Moment[]): Detail {
  const entries = moments.toReversed().flatMap(({ event }) => Object.entries(detailOf(event)));
  return Object.fromEntries(entries);
}

function actingOf(opening: readonly Moment[]): readonly ActingRegion[] {
  return opening.map(({ event, time }) => ({
    region: textOf(detailOf(event), "actingRegion") ?? printable(event.region),
    epoch: event.epoch,
    since: isoInstant(time),
    how: event.kind === "takenOver" || event.kind === "retried" ? event.kind : "opened",
  }));
}

function firstInstant(moments: readonly Moment[], key: string): string | null {
  return moments.map(({ event }) => instantOf(detailOf(event), key)).find((instant) => instant !== null) ?? null;
}

const closedOutcomes: Readonly<Record<string, Outcome>> = {
  recovered: "recovered",
  degraded: "degraded",
  stooddown: "stoodDown",
  observed: "observed",
  waitingforapproval: "waitingForApproval",
};

/** As whoever leads it now sees it. Automation that asked about a dispute was not asked by a person. */
function causeOf(opening: readonly Moment[]): string | null {
  const detail = detailOfLast(opening);
  const cause = textOf(detail, "cause");
  return cause === "requested" && textOf(detail, "authority") === "automation" ? "disputed" : cause;
}

function outcomeOf(
  moments: readonly Moment[],
  closing: Moment | null,
  approvals: readonly Approval[],
  acted: boolean,
): Outcome {
  if (closing !== null) {
    const stated = (textOf(detailOf(closing.event), "outcome") ?? "").toLowerCase().replace(/[^a-z]/g, "");
    // A closing event that does not say "recovered" in words known here is not believed to mean it.
    return Object.hasOwn(closedOutcomes, stated) ? (closedOutcomes[stated] as Outcome) : "degraded";
  }
  if (moments.length === 0) return "nothingRecorded";
  if (approvals.some((approval) => approval.answer === null)) return "waitingForApproval";
  const decisions = moments.filter(({ event }) => event.kind === "decision");
  const last = decisions.at(-1);
  if (acted || last === undefined || !declinesToAct(last.event)) return "inProgress";
  // Other Regions' decisions stand beside: what the plan alone held back is what a person has to know.
  return decisions.some(({ event }) => observesOnly(event)) ? "observed" : "stoodDown";
}

function warningsOf(moments: readonly Moment[]): readonly string[] {
  const stated = moments.flatMap(({ event }) => {
    const detail = detailOf(event);
    return [...textsOf(detail, "warning"), ...textsOf(detail, "warnings")];
  });
  return [...new Set(stated)];
}

/** A holder that wrote after another had taken over (FM24). */
function lateWriters(moments: readonly Moment[]): readonly string[] {
  let epoch = 0;
  const late = new Map<number, { region: string; events: number }>();
  for (const { event } of moments) {
    epoch = Math.max(epoch, event.epoch);
    if (event.epoch === 0 || event.epoch === epoch) continue;
    const seen = late.get(event.epoch);
    late.set(event.epoch, { region: printable(event.region), events: (seen?.events ?? 0) + 1 });
  }
  return [...late].map(
    ([old, { region, events }]) =>
      `${region} wrote ${events === 1 ? "an event" : `${events} events`} under epoch ${old} after a newer epoch had begun.`,
  );
}

function toRetry(closed: Detail, steps: readonly StepSummary[]): readonly BranchName[] {
  const stated = branchResults(recordOf(closed));
  const results = stated.length > 0 ? stated : steps.map(({ step, result }) => ({ branch: step as string, result }));
  return branchNames.filter((name) =>
    results.some(({ branch, result }) => branch === name && !["good", "skipped"].includes(toneOf(result))),
  );
}
