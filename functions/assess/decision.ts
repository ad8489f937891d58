import {
  type Authority,
  type BranchName,
  branchNames,
  type Cause,
  type CoordinationItem,
  type Incident,
} from "../coordination/item.ts";
import { activePause, areTakeoversExhausted, isExpired, regionsInService } from "../coordination/rules.ts";
import { describeInstant, isoInstant, parseInstant } from "../shared/clock.ts";
import { describeSeconds } from "../shared/plan/duration.ts";
import type { Plan } from "../shared/plan/plan.ts";
import { type Assessment, assess } from "./assessment.ts";
import { type Evidence, heartbeatFreshSeconds } from "./evidence.ts";
import type { Signal } from "./signal.ts";
import { rankFit, rankSurvivors } from "./survivors.ts";

/** Why nothing is done. Closed: each has a sentence, and the record carries both. */
export type NoReason =
  | "silencedEvent"
  | "staleEvent"
  | "recoveryEvent"
  | "unrelatedEvent"
  | "invalidInput"
  | "observerIsSuspect"
  | "incidentInProgress"
  | "otherIncidentInProgress"
  | "nothingToTakeOver"
  | "takeoversExhausted"
  | "nothingToRetry"
  | "notInService"
  | "lastRegion"
  | "noHealthySurvivor"
  | "serving"
  | "unknownEvidence"
  | "unconfirmed"
  | "flapping"
  | "disputed"
  | "everythingFailing"
  | "observerIsolated"
  | "paused"
  | "cooldown"
  | "dailyLimit"
  | "overloadSuspected"
  | "planObserves"
  | "leaseStoreUnreachable"
  | "leaseRaceLost";

export type Decision =
  | {
      readonly kind: "act";
      readonly incident: Omit<Incident, "id"> & { readonly id: string | null };
      readonly warnings: readonly string[];
      readonly explanation: string;
    }
  | {
      readonly kind: "takeOver";
      readonly incident: string;
      readonly epoch: number;
      readonly holderRegion: "down" | "notKnownToBeDown";
      /** Regions that take over now; the holder's own may have died since. */
      readonly survivors: readonly string[];
      readonly authority: Authority;
      /** What to ask before anything more is changed; null leaves it at what the incident asks. */
      readonly question: string | null;
      readonly explanation: string;
    }
  | { readonly kind: "observed" | "stoodDown" | "refused"; readonly reason: NoReason; readonly explanation: string };

export interface DecisionInput {
  readonly plan: Plan;
  readonly signal: Signal;
  readonly evidence: Evidence;
  readonly item: CoordinationItem;
  /** The Region in which the decision is made. */
  readonly self: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** Decides what follows from a signal, given the evidence and the coordination item as they are now. Pure. */
export function decide(input: DecisionInput): Decision {
  const { signal } = input;
  switch (signal.kind) {
    case "alarm":
    case "health":
      return refuseSignal(input, signal) ?? decideForRegion(input, signal.region, "automation");
    case "request":
      return refuseSignal(input, signal) ?? decideForRegion(input, signal.region, "person");
    case "watch":
      return decideForRegion(input, signal.region, "automation");
    case "takeover":
      return decideTakeover(input, signal.incident, signal.epoch, "automation");
    case "retry":
      return decideRetry(input, signal);
  }
}

/** Why an event is no reason even to look, or null. */
function refuseSignal(
  { plan, now }: DecisionInput,
  signal: Extract<Signal, { kind: "alarm" | "health" | "request" }>,
): Decision | null {
  if (signal.silenced !== null) {
    return stoodDown("silencedEvent", `The event was ${signal.silenced}, so it is recorded and not acted on`);
  }
  if (signal.at !== null) {
    const ageSeconds = (now - signal.at) / 1_000;
    if (ageSeconds > plan.detection.maximumEventAgeSeconds) {
      return stoodDown(
        "staleEvent",
        `The event is ${describeSeconds(ageSeconds)} old; the plan allows ${describeSeconds(plan.detection.maximumEventAgeSeconds)}`,
      );
    }
  }
  if (signal.kind === "alarm" && signal.state === "OK") return stoodDown("recoveryEvent", "The alarm returned to OK");
  if (signal.kind === "health" && signal.state !== "open") {
    return stoodDown("recoveryEvent", `The AWS Health event is ${signal.state}`);
  }
  return null;
}

function decideForRegion(input: DecisionInput, region: string, authority: Authority): Decision {
  const { plan, item, self, evidence } = input;
  if (self === region) {
    return stoodDown("observerIsSuspect", `A controller in ${region} does not evacuate ${region}; a survivor does`);
  }
  if (item.incident !== null) return decideDuringIncident(input, region, authority);

  const state = item.regions[region]?.state ?? "inService";
  if (state === "evacuated" || state === "returning") {
    return stoodDown(
      "notInService",
      `${region} is ${state} already, since ${describeInstant(item.regions[region]?.since ?? "an unknown time")}`,
    );
  }
  const assessment = assess(plan, evidence, region);
  if (authority === "automation") {
    const no = whyNotByEvidence(region, assessment);
    if (no !== null) return no;
  }
  const others = regionsInService(item).filter((name) => name !== region);
  if (others.length === 0) {
    return refused(
      "lastRegion",
      `${region} is the last Region in service and is never evacuated; return another one to service first`,
    );
  }
  const survivors = rankSurvivors(input, others);
  if (survivors.length === 0) {
    return refused(
      "noHealthySurvivor",
      `No other Region is seen to serve customers, so evacuating ${region} would move customers to something worse`,
    );
  }
  if (authority === "automation") {
    const no =
      whyNotByPause(input) ??
      whyNotByHistory(input, region) ??
      whyNotByOverload(input, region, assessment) ??
      whyNotByPlan(plan, `${describeTrouble(region, assessment)}. It would be evacuated`);
    if (no !== null) return no;
  }
  return act(input, { region, authority, assessment, survivors });
}

/** One incident at a time: join it, wait for it, or take it over from a holder that is gone (FM1, FM12). */
function decideDuringIncident(input: DecisionInput, region: string, authority: Authority): Decision {
  const { item } = input;
  const incident = item.incident as Incident;
  const takeover = decideTakeover(input, incident.id, item.epoch, authority);
  if (takeover.kind === "takeOver") return takeover;
  if ("reason" in takeover && leavesItToPeople(takeover.reason)) return takeover;
  return incident.failedRegion === region
    ? stoodDown("incidentInProgress", `${incident.id} is in progress for ${region}`)
    : stoodDown("otherIncidentInProgress", `${incident.id} is in progress for ${incident.failedRegion}`);
}

/** Whether an incident without a holder stays so, for a reason that people have to know of. */
function leavesItToPeople(reason: NoReason): boolean {
  return reason === "takeoversExhausted" || reason === "paused" || reason === "planObserves";
}

function decideTakeover(input: DecisionInput, incident: string, epoch: number, authority: Authority): Decision {
  const { plan, item, evidence, self, now } = input;
  if (item.incident?.id !== incident || item.epoch !== epoch || item.lease === null) {
    return stoodDown("nothingToTakeOver", `${incident} under epoch ${epoch} is no longer in progress`);
  }
  if (self === item.incident.failedRegion) {
    return stoodDown("observerIsSuspect", `A controller in ${self} does not evacuate ${self}`);
  }
  const holder = item.lease.region;
  const holderIsDown = holder !== self && isGone(plan, evidence, holder);
  const expired = isExpired(item.lease, now);
  if (!expired && !holderIsDown) {
    return stoodDown(
      "nothingToTakeOver",
      `${item.lease.execution} holds ${incident} until ${describeInstant(item.lease.expiresAt)}`,
    );
  }
  if (authority === "automation" && item.incident.authority === "automation") {
    const no = whyNotByPause(input) ?? whyNotByPlan(plan, `${incident} has lost its holder. It would be taken over`);
    if (no !== null) return no;
  }
  const { failedRegion, takeovers } = item.incident;
  if (authority === "automation" && areTakeoversExhausted(item.incident)) {
    return refused(
      "takeoversExhausted",
      `${incident} has been taken over ${takeovers} times and never ended; a person must find out why, and may start it by hand`,
    );
  }
  // The evacuation is under way, so whoever lives must take over, seen to serve or not.
  const fit = rankFit(
    input,
    regionsInService(item).filter((name) => name !== failedRegion),
  );
  return {
    kind: "takeOver",
    incident,
    epoch,
    survivors: fit.length > 0 ? fit : item.incident.survivors,
    holderRegion: holderIsDown ? "down" : "notKnownToBeDown",
    authority,
    question: authority === "automation" ? askAgain(plan, evidence, item.incident) : null,
    explanation: holderIsDown
      ? `${holder}, which ran ${incident}, is itself down`
      : `The lease of ${incident} expired at ${describeInstant(item.lease.expiresAt)} without renewal from ${holder}`,
  };
}

/**
 * What to ask where a run of automation lost its holder before it moved traffic, and its Region has come back meanwhile:
 * what was decided then would not be decided now, and nobody knows how much has been changed. Null where the run simply
 * goes on: where the evidence would call for it now, where nobody sees the Region pass, where its customers have been moved
 * already, and where a person started it, whose word needs no evidence.
 */
function askAgain(plan: Plan, evidence: Evidence, { failedRegion, authority }: Incident): string | null {
  if (authority === "person") return null;
  const subject = evidence.regions.find(({ region }) => region === failedRegion);
  if (subject === undefined) return null;
  const heard = subject.votes.filter(({ vote }) => vote !== "unknown");
  // Its own word counts where nobody else's is there: to itself a Region may look well.
  const words = heard.length > 0 ? heard : [subject.ownVote];
  if (!words.some((word) => word?.vote === "passing")) return null;
  switch (assess(plan, evidence, failedRegion).kind) {
    case "down":
    case "gray":
      return null;
    case "disputed":
    case "serving":
    case "unknown":
    case "unconfirmed":
    case "flapping":
    case "everythingFailing":
    case "observerIsolated":
      break;
  }
  const { customersServedBy } = subject;
  const isMoved = customersServedBy !== null && !evidence.servesCustomers.includes(failedRegion);
  if (isMoved) return null;
  return `The run for ${failedRegion} lost its holder, and ${failedRegion} is seen to serve again. Evacuate it all the same?`;
}

/**
 * Whether a holder's Region is gone. When every Region looks bad nobody is evacuated, but a run under way must not wait
 * for a holder that has also fallen silent: taking over is safe in any case, since the epoch fences it.
 */
function isGone(plan: Plan, evidence: Evidence, region: string): boolean {
  const { kind } = assess(plan, evidence, region);
  if (kind === "down") return true;
  const age = evidence.regions.find((each) => each.region === region)?.heartbeatAgeSeconds ?? null;
  return kind === "everythingFailing" && age !== null && age > 2 * heartbeatFreshSeconds;
}

/** Retries named branches of a run that ended degraded, without repeating the others. */
function decideRetry(input: DecisionInput, signal: Extract<Signal, { kind: "retry" }>): Decision {
  const { item, now } = input;
  if (item.incident !== null) {
    return stoodDown(
      "incidentInProgress",
      `${item.incident.id} is in progress; it must end before anything is retried`,
    );
  }
  const run = item.completed.find((each) => each.incident === signal.incident);
  if (run === undefined || run.outcome !== "degraded") {
    return refused(
      "nothingToRetry",
      `${signal.incident} is not a degraded run: received ${run?.outcome ?? "an unknown incident"}`,
    );
  }
  if (input.self === run.region) {
    return stoodDown("observerIsSuspect", `A controller in ${run.region} does not evacuate ${run.region}`);
  }
  if (item.regions[run.region]?.incident !== signal.incident) {
    return refused("nothingToRetry", `${run.region} has changed hands since ${signal.incident}`);
  }
  const survivors = rankSurvivors(
    input,
    regionsInService(item).filter((name) => name !== run.region),
  );
  if (survivors.length === 0) return refused("noHealthySurvivor", "No other Region is seen to serve customers");
  return {
    kind: "act",
    incident: {
      ...run.record,
      survivors,
      branches: signal.branches,
      question: null,
      stage: "underWay",
      takeovers: 0,
      paged: [],
      authority: "person",
      startedBy: signal.source,
      reason: signal.reason,
      openedAt: isoInstant(now),
    },
    warnings: [],
    explanation: `${signal.source} retries ${signal.branches.join(", ")} of ${signal.incident}: ${signal.reason}`,
  };
}

/** Why the evidence does not call for automation, or null when it does. */
function whyNotByEvidence(region: string, assessment: Assessment): Decision | null {
  switch (assessment.kind) {
    case "down":
    case "gray":
      return null;
    case "disputed":
      // Somebody still sees it: after a bounded wait a person decides (FM18).
      return assessment.dispute === "lasting"
        ? null
        : stoodDown("disputed", `A quorum sees ${region} failing, but not everybody does; waiting`);
    case "serving":
      return stoodDown("serving", `${region} serves: no vantage that can be heard sees it failing`);
    case "unknown":
      return stoodDown("unknownEvidence", `Too few vantages can be heard to say anything of ${region}`);
    case "unconfirmed":
      return stoodDown(
        "unconfirmed",
        `${region} has been seen failing since ${describeInstant(assessment.failingSince)}, but not yet by enough vantages for long enough`,
      );
    case "flapping":
      return stoodDown("flapping", `${region} fails and passes by turns; a person should look`);
    case "everythingFailing":
      return stoodDown(
        "everythingFailing",
        "Every Region looks bad at once, which points at the observers or something shared; a person should look",
      );
    case "observerIsolated":
      return stoodDown("observerIsolated", "This controller hears no other vantage, so it may itself be cut off");
  }
}

function whyNotByPause({ item, now }: DecisionInput): Decision | null {
  const pause = activePause(item, now);
  if (pause === null) return null;
  return stoodDown("paused", `${pause.by} paused automation until ${describeInstant(pause.until)}: ${pause.reason}`);
}

function whyNotByHistory({ plan, item, now }: DecisionInput, region: string): Decision | null {
  const { cooldownSeconds, maximumRunsPerDay } = plan.detection;
  // Only finished runs count: one that was begun and never ended must not hold back the real failover (FM12).
  const cooling = item.completed.find(
    (run) => run.region === region && now - parseInstant(run.endedAt) < cooldownSeconds * 1_000,
  );
  if (cooling !== undefined) {
    return stoodDown(
      "cooldown",
      `${cooling.incident} ended at ${describeInstant(cooling.endedAt)}; automation leaves ${region} alone for ${describeSeconds(cooldownSeconds)}. A person may start a run`,
    );
  }
  const today = item.completed.filter(
    (run) => run.record.authority === "automation" && now - parseInstant(run.endedAt) < 86_400_000,
  );
  if (today.length >= maximumRunsPerDay) {
    return stoodDown("dailyLimit", `${today.length} automatic runs in 24 hours; the plan allows ${maximumRunsPerDay}`);
  }
  return null;
}

/**
 * With a Region out of service, or down, the others carry its customers, and one that fails them but lives is most likely
 * overloaded. Sending its customers on would overload the next (FM20, FM52): only a Region that gives no sign of life is
 * evacuated then, unless a person says so.
 */
function whyNotByOverload(input: DecisionInput, region: string, assessment: Assessment): Decision | null {
  if (assessment.kind === "down") return null;
  const { plan, evidence, item } = input;
  const isOut = (name: string) =>
    (item.regions[name]?.state ?? "inService") !== "inService" || assess(plan, evidence, name).kind === "down";
  const out = plan.regions.map(({ name }) => name).filter((name) => name !== region && isOut(name));
  if (out.length === 0) return null;
  return stoodDown(
    "overloadSuspected",
    `${region} lives and carries the customers of ${out.join(", ")}; it may be overloaded, and a person should look`,
  );
}

/** @param would what would be done, as sentences without the last full stop */
function whyNotByPlan(plan: Plan, would: string): Decision | null {
  if (plan.automation.traffic !== "observe") return null;
  return { kind: "observed", reason: "planObserves", explanation: `${would}, but the plan only observes` };
}

function act(
  { plan, item, now, signal }: DecisionInput,
  found: {
    readonly region: string;
    readonly authority: Authority;
    readonly assessment: Assessment;
    readonly survivors: readonly string[];
  },
): Decision {
  const { region, authority, assessment, survivors } = found;
  const disputed = authority === "automation" && assessment.kind === "disputed";
  const asks = authority === "automation" && (plan.automation.traffic === "approve" || disputed);
  const reason = signal.kind === "request" ? signal.reason : describeTrouble(region, assessment);
  const expiredPause = item.pause !== null && activePause(item, now) === null ? item.pause : null;
  const pause = activePause(item, now);
  const warnings = [
    ...(expiredPause === null
      ? []
      : [
          `The pause by ${expiredPause.by} (${expiredPause.reason}) ended at ${describeInstant(expiredPause.until)} and holds nobody back`,
        ]),
    ...(pause === null ? [] : [`${pause.by} paused automation (${pause.reason}); a person outranks it`]),
  ];
  return {
    kind: "act",
    incident: {
      id: null,
      failedRegion: region,
      cause: causeOf(assessment),
      failingSince: "failingSince" in assessment ? assessment.failingSince : isoInstant(now),
      openedAt: isoInstant(now),
      survivors,
      branches: branchesOf(plan),
      question: asks
        ? disputed
          ? `Some vantages see ${region} failing and some do not. Evacuate ${region}?`
          : `${describeTrouble(region, assessment)}. Evacuate it to ${survivors.join(", ")}?`
        : null,
      stage: asks ? "asking" : "underWay",
      authority,
      startedBy: signal.source,
      reason,
      takeovers: 0,
      paged: [],
    },
    warnings,
    explanation: `${reason}; survivors ${survivors.join(", ")}`,
  };
}

/** What is the matter with a Region, in words that need no list of assessments beside them. */
function describeTrouble(region: string, { kind }: Assessment): string {
  switch (kind) {
    case "gray":
      return `${region} is gray: its customers fail while its own controller is still heard`;
    case "disputed":
      return `${region} is disputed: some vantages see it failing and some do not`;
    case "down":
    case "serving":
    case "unknown":
    case "unconfirmed":
    case "flapping":
    case "everythingFailing":
    case "observerIsolated":
      return `${region} is ${kind}`;
  }
}

function causeOf(assessment: Assessment): Cause {
  switch (assessment.kind) {
    case "down":
      return "down";
    case "gray":
      return "gray";
    case "serving":
    case "unknown":
    case "unconfirmed":
    case "flapping":
    case "disputed":
    case "everythingFailing":
    case "observerIsolated":
      return "requested";
  }
}

/** The branches that have something to do under this plan. */
function branchesOf(plan: Plan): readonly BranchName[] {
  const needed: Readonly<Record<BranchName, boolean>> = {
    traffic: true,
    capacity: plan.regions.some((region) => region.autoScalingGroup !== null),
    database: plan.database !== null,
    tables: plan.tables.length > 0,
  };
  return branchNames.filter((branch) => needed[branch]);
}

function stoodDown(reason: NoReason, explanation: string): Decision {
  return { kind: "stoodDown", reason, explanation };
}

function refused(reason: NoReason, explanation: string): Decision {
  return { kind: "refused", reason, explanation };
}
