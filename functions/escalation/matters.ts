import { assess, confirmedFailure } from "../assess/assessment.ts";
import { decide } from "../assess/decide.ts";
import type { Decision } from "../assess/decision.ts";
import type { Evidence } from "../assess/evidence.ts";
import type { CoordinationItem, Incident } from "../coordination/item.ts";
import { parseInstant, secondsBetween } from "../shared/clock.ts";
import type { Plan } from "../shared/plan/plan.ts";
import { type Trouble, troubleOf } from "./trouble.ts";
import { type EscalationReason, type Stage, type Subject, words } from "./words.ts";

/** Something that people must hear of, as it stands now. */
export interface Matter {
  /** Names the matter among those of the application: a Region, or one of `sharedMatters`. */
  readonly key: string;
  /** Null when it is about no single Region. */
  readonly region: string | null;
  readonly stage: Stage;
  readonly reason: EscalationReason;
  /** ISO 8601. */
  readonly since: string;
  /** For how long it has been due by the evidence; 0 where only whoever watches it knows. */
  readonly dueForSeconds: number;
  readonly summary: string;
  readonly whatToDo: string;
  readonly incident: string | null;
}

/** Matters of no single Region. */
export const sharedMatters = {
  everything: "everything",
  vantages: "vantages",
  publicName: "publicName",
  switch: "switch",
} as const;

export interface EscalationInput {
  readonly plan: Plan;
  readonly evidence: Evidence;
  /** Null when the coordination table did not answer. */
  readonly item: CoordinationItem | null;
  readonly self: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** Since when people know of a matter, by its key; ISO 8601. Looks are not kept for so long. @default they know of none */
  readonly knownSince?: ReadonlyMap<string, string>;
}

/**
 * A run that is to open has opened this long after the confirmation window; whoever is told before hears of one thing twice.
 * Never so late that people hear later than promised, whatever the window of the plan.
 */
const graceSeconds = 45;
const longestWaitSeconds = 135;
/** Of what one vantage alone sees people hear later: it may be that vantage. */
const contradictedSeconds = 240;
const publicNameSeconds = 90;
/** A Region that fails more of the looks than this is none to send customers to. */
const lostShare = 0.5;

/**
 * What people must hear of. Pure; who tells it, and whether it has been told, is `telling.ts`.
 *
 * Holds: every Region in service whose customers fail, by the word of anybody who can be heard, is among it within
 * `longestWaitSeconds` of the first failing look (`contradictedSeconds` where one vantage alone has trouble with it), whatever its
 * assessment is called.
 */
export function mattersOf(input: EscalationInput): readonly Matter[] {
  const ofRegions = input.plan.regions.flatMap(({ name }) => matterOfRegion(input, name) ?? []);
  // All Regions at once are one matter.
  const everything = ofRegions.find(({ reason }) => reason === "everythingFailing");
  const single = ofRegions.filter(({ reason }) => reason !== "everythingFailing");
  const publicName = single.length > 0 ? null : matterOfPublicName(input);
  const shared = [everything, matterOfVantages(input), matterOfSwitch(input), publicName];
  return [...single, ...shared.flatMap((matter) => matter ?? [])];
}

function matterOfRegion(input: EscalationInput, region: string): Matter | null {
  const { plan, evidence, item, now } = input;
  const incident = item?.incident ?? null;
  const decision = item === null ? null : decideAsWatch({ ...input, item }, region);
  if (item !== null && incident?.failedRegion === region) {
    const reason = heldInIncident(decision) ?? (isAsking(plan, item, now) ? "questionOpen" : "runOpen");
    const dueForSeconds = reason === "runOpen" ? (now - parseInstant(incident.openedAt)) / 1_000 : 0;
    return regional(input, region, { reason, since: incident.openedAt, dueForSeconds, decision, trouble: null });
  }
  const trouble = troubleOf(plan, evidence, region);
  const isOut = !standsIn(item, region);
  if (trouble === null || (isOut && !mayBeSentCustomers(input, region))) return null;
  const found = isOut ? "outAndNotLeft" : reasonOf(input, region, decision, trouble);
  const reason =
    found === "otherIncidentInProgress" && isBeingGrown(input, region, trouble) ? "survivorFalters" : found;
  const isAlone = evidence.heard.every((name) => name === input.self);
  const patience =
    isAlone && reason === "observerIsSuspect"
      ? ordinaryPatience(plan)
      : patienceFor(plan, reason, confirmedFailure(assess(plan, evidence, region)) === "down");
  const dueForSeconds = trouble.lastsSeconds - patience;
  if (dueForSeconds < 0) return null;
  return regional(input, region, { reason, since: trouble.since, dueForSeconds, decision, trouble });
}

/** Whether a Region falters as one does that gets the failed Region's customers before it has grown: it lives, and the run grows it. */
function isBeingGrown({ plan, evidence, item }: EscalationInput, region: string, { lately }: Trouble): boolean {
  const incident = item?.incident ?? null;
  if (incident?.stage !== "underWay" || !incident.branches.includes("capacity") || lately > lostShare) return false;
  return incident.survivors.includes(region) && assess(plan, evidence, region).kind !== "down";
}

/** Whether customers are, or may be, sent to a Region that is out of service: somebody is, or there is nowhere else to send them. */
function mayBeSentCustomers({ plan, evidence, item }: EscalationInput, region: string): boolean {
  if (evidence.servesCustomers.includes(region)) return true;
  const beingLeft = item?.incident?.stage === "underWay" ? item.incident.failedRegion : null;
  // Where none that DNS still hands out passes its check, DNS hands out all: the Region that a run leaves does not help.
  const inDns = plan.regions.map(({ name }) => name).filter((name) => standsIn(item, name) && name !== beingLeft);
  return inDns.every((name) => (troubleOf(plan, evidence, name)?.share ?? 0) > lostShare);
}

function decideAsWatch(input: EscalationInput & { readonly item: CoordinationItem }, region: string): Decision {
  return decide({ ...input, signal: { kind: "watch", region, source: `watch in ${input.self}` } });
}

/** Why an incident without a holder stays so; null where it has one, or is about to. */
function heldInIncident(decision: Decision | null): EscalationReason | null {
  if (decision === null || !("reason" in decision)) return null;
  const { reason } = decision;
  return reason === "takeoversExhausted" || reason === "paused" || reason === "planObserves" ? reason : null;
}

/** Whether the run waits for a person, which its lease outlasts. */
function isAsking(plan: Plan, { lease, incident }: CoordinationItem, now: number): boolean {
  if (incident?.stage === "asking") return true;
  return lease !== null && parseInstant(lease.expiresAt) - now > plan.coordination.leaseSeconds * 1_000;
}

function reasonOf(
  { plan, evidence, self }: EscalationInput,
  region: string,
  decision: Decision | null,
  trouble: Trouble,
): EscalationReason {
  if (trouble.word === "contradicted") return "oneVantageAlone";
  if (assess(plan, evidence, region).kind === "everythingFailing") return "everythingFailing";
  if (self === region) return "observerIsSuspect";
  if (evidence.observer === "isolated") return "observerIsolated";
  if (decision === null) return "leaseStoreUnreachable";
  if (!("reason" in decision)) return "runNotBegun";
  const others = evidence.heard.filter((name) => name !== region).length;
  switch (decision.reason) {
    case "serving":
    case "unknownEvidence":
    case "unconfirmed":
    case "flapping":
    case "incidentInProgress":
      if (others < plan.detection.quorum) return "quorumOutOfReach";
      return decision.reason === "unconfirmed" || decision.reason === "flapping" ? decision.reason : "shareFails";
    case "otherIncidentInProgress":
    case "takeoversExhausted":
    case "lastRegion":
    case "noHealthySurvivor":
    case "disputed":
    case "everythingFailing":
    case "observerIsolated":
    case "paused":
    case "cooldown":
    case "dailyLimit":
    case "overloadSuspected":
    case "planObserves":
    case "leaseStoreUnreachable":
      return decision.reason;
    case "observerIsSuspect":
    case "silencedEvent":
    case "staleEvent":
    case "recoveryEvent":
    case "unrelatedEvent":
    case "invalidInput":
    case "nothingToTakeOver":
    case "nothingToRetry":
    case "notInService":
    case "leaseRaceLost":
      return "unconfirmed";
  }
}

/** For how many seconds a Region must have failed before people hear of it for this reason. */
function patienceFor(plan: Plan, reason: EscalationReason, isDown: boolean): number {
  switch (reason) {
    case "oneVantageAlone":
      return contradictedSeconds;
    case "runNotBegun":
    // Another Region tells of it before, and says what automation makes of it.
    case "observerIsSuspect":
      return longestWaitSeconds;
    // While a run grows the survivors, one that lives but falters most likely lacks just that.
    case "otherIncidentInProgress":
      return isDown ? 0 : longestWaitSeconds;
    case "lastRegion":
    case "noHealthySurvivor":
    case "paused":
    case "cooldown":
    case "dailyLimit":
    case "overloadSuspected":
    case "planObserves":
    case "takeoversExhausted":
    case "everythingFailing":
      return 0;
    default:
      return ordinaryPatience(plan);
  }
}

function ordinaryPatience(plan: Plan): number {
  return Math.min(longestWaitSeconds, plan.detection.confirmForSeconds + graceSeconds);
}

/** How many others are heard of the Region in service of which the fewest are; null where none is in service. */
export function fewestHeard({ plan, evidence, item, self }: EscalationInput): number | null {
  // Whoever says so is not silent, however long its round took.
  const vantages = [...new Set([...evidence.heard, self])];
  const counts = plan.regions
    .filter(({ name }) => standsIn(item, name))
    .map((region) => vantages.filter((name) => name !== region.name).length);
  return counts.length === 0 ? null : Math.min(...counts);
}

/** That no more vantages are heard than the quorum: one more loss, and nothing can be confirmed about some Region. */
function matterOfVantages(input: EscalationInput): Matter | null {
  const { plan, evidence, item, self } = input;
  const silent = evidence.silent.filter(({ vantage }) => vantage !== self);
  const heard = fewestHeard(input);
  const { quorum } = plan.detection;
  if (silent.length === 0 || heard === null || heard > quorum) return null;
  // A Region that fails, or is out of service, is silent for a reason of which people hear anyway.
  const isExplained = (name: string) =>
    plan.regions.some((region) => region.name === name) &&
    (!standsIn(item, name) || item?.incident?.failedRegion === name || troubleOf(plan, evidence, name) !== null);
  // Of the last Region in service nothing need be confirmed: it is never evacuated.
  const isLast = plan.regions.filter(({ name }) => standsIn(item, name)).length === 1;
  if ((heard === quorum || isLast) && silent.every(({ vantage }) => isExplained(vantage))) return null;
  const reason = heard < quorum ? "vantagesLost" : "oneLossFromBlind";
  const names = silent.map(({ vantage }) => vantage).join(", ");
  const matter = shared(input, sharedMatters.vantages, reason, { what: names, since: evidence.at });
  return { ...matter, dueForSeconds: Math.min(...silent.map(({ forSeconds }) => forSeconds)) };
}

/** That an evacuation written to a bucket of the switch would take nobody out of DNS (FM66). */
function matterOfSwitch(input: EscalationInput): Matter | null {
  const { refusedSwitches } = input.evidence;
  const [first] = refusedSwitches.toSorted((left, right) => parseInstant(left.since) - parseInstant(right.since));
  if (first === undefined) return null;
  const what = refusedSwitches.map(({ region }) => region).join(", ");
  const seenBy = [...new Set(refusedSwitches.flatMap(({ vantages }) => vantages))];
  return shared(input, sharedMatters.switch, "switchUnreadable", { what, since: first.since, seenBy });
}

/** That the public name fails at a vantage, and no Region's endpoint does. */
function matterOfPublicName(input: EscalationInput): Matter | null {
  const { plan, evidence, item } = input;
  const isTroubled = plan.regions.some(({ name }) => standsIn(item, name) && troubleOf(plan, evidence, name) !== null);
  if (isTroubled || item?.incident != null) return null;
  const failing = evidence.publicNameFailing.filter(
    ({ since }) => secondsBetween(since, evidence.at) >= publicNameSeconds,
  );
  const [first] = failing.toSorted((left, right) => parseInstant(left.since) - parseInstant(right.since));
  if (first === undefined) return null;
  const seenBy = failing.map(({ vantage }) => vantage);
  const about = { what: "the public name", since: first.since, seenBy };
  return shared(input, sharedMatters.publicName, "publicNameFails", about);
}

/** The end of a matter that people have heard of, or should have. */
export function endOf(
  { item, self }: Pick<EscalationInput, "item" | "self">,
  told: Pick<Matter, "key" | "region" | "stage" | "since" | "incident">,
): Matter {
  const isRun = (told.stage === "acting" || told.stage === "waiting") && told.incident !== null;
  const isLeft = told.region !== null && item !== null && !standsIn(item, told.region);
  const isOver = isRun && item?.incident?.id !== told.incident;
  const reason = isOver ? "runClosed" : isLeft ? "outAndLeft" : "passesAgain";
  const names: Readonly<Record<string, string>> = {
    everything: "Every Region",
    vantages: "The quorum of vantages",
    publicName: "The public name",
    switch: "The switch",
  };
  return compose(reason, told.key, told.region, {
    ...nobody,
    self,
    what: told.region ?? names[told.key] ?? told.key,
    since: told.since,
    incident: told.incident,
  });
}

/** A run's matter, for whoever has just told of it. */
export function matterOfRun(
  reason: "runOpen" | "questionOpen" | "runClosed",
  { id, failedRegion, failingSince }: Pick<Incident, "id" | "failedRegion" | "failingSince">,
): Matter {
  const about = { what: failedRegion, since: failingSince, self: "", incident: id };
  return compose(reason, failedRegion, failedRegion, { ...nobody, ...about });
}

/** Whether a Region is in service, or still on its way out, by the book. */
export function standsIn(item: CoordinationItem | null, region: string): boolean {
  const state = item?.regions[region]?.state ?? "inService";
  return state === "inService" || state === "evacuating";
}

const nobody = {
  decision: "",
  incident: null,
  incidentOf: null,
  answerIn: null,
  seenBy: [],
  failedPercent: 0,
} as const;

function regional(
  { plan, item, self, now, knownSince }: EscalationInput,
  region: string,
  found: {
    readonly reason: EscalationReason;
    readonly since: string;
    readonly dueForSeconds: number;
    readonly decision: Decision | null;
    readonly trouble: Trouble | null;
  },
): Matter {
  const { reason, dueForSeconds, decision, trouble } = found;
  const isEverything = reason === "everythingFailing";
  const key = isEverything ? sharedMatters.everything : region;
  const known = knownSince?.get(key) ?? found.since;
  const since = parseInstant(known) < parseInstant(found.since) ? known : found.since;
  const matter = compose(reason, key, isEverything ? null : region, {
    what: region,
    since,
    self,
    decision: decision?.explanation ?? "",
    incident: item?.incident?.id ?? null,
    incidentOf: item?.incident?.failedRegion ?? null,
    answerIn: item !== null && isAsking(plan, item, now) ? (item.lease?.region ?? null) : null,
    seenBy: trouble?.seenBy ?? [],
    failedPercent: Math.round(Math.max(trouble?.share ?? 0, trouble?.lately ?? 0) * 100),
  });
  return { ...matter, dueForSeconds };
}

function shared(
  { self }: EscalationInput,
  key: string,
  reason: EscalationReason,
  about: Partial<Subject> & Pick<Subject, "what" | "since">,
): Matter {
  return compose(reason, key, null, { ...nobody, self, ...about });
}

function compose(reason: EscalationReason, key: string, region: string | null, subject: Subject): Matter {
  const { stage, says, whatToDo } = words[reason];
  return {
    key,
    region,
    stage,
    reason,
    since: subject.since,
    dueForSeconds: 0,
    summary: says(subject),
    whatToDo: whatToDo(subject),
    incident: subject.incident,
  };
}
