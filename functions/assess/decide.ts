import { type Authority, type BranchName, branchNames, type Incident } from "../coordination/item.ts";
import { activePause } from "../coordination/rules.ts";
import { describeInstant, isoInstant } from "../shared/clock.ts";
import type { Plan } from "../shared/plan/plan.ts";
import { type Assessment, assess, confirmedFailure, describeTrouble } from "./assessment.ts";
import { type Decision, type DecisionInput, type NoReason, refused, stoodDown } from "./decision.ts";
import { knowingStates } from "./evidence.ts";
import {
  refuseSignal,
  whyNotByEvidence,
  whyNotByHistory,
  whyNotByOverload,
  whyNotByPause,
  whyNotByPlan,
} from "./objections.ts";
import { decideRetry } from "./retry.ts";
import { findSharedSince, withoutMemory } from "./shared.ts";
import { othersInDns, rankSurvivors } from "./survivors.ts";
import { describeTakenOut } from "./taken-out.ts";
import { decideTakeover } from "./takeover.ts";

/** Decides what follows from a signal, given the evidence and the coordination item as they are now. Pure. */
export function decide(given: DecisionInput): Decision {
  const { signal } = given;
  const input = { ...given, evidence: knowingStates(given.evidence, given.item) };
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
    const no = whyNotByEvidence(plan, region, assessment);
    if (no !== null) return no;
  }
  const { inDns: others, drained } = othersInDns(input, region);
  if (others.length === 0) {
    const because = drained.length === 0 ? "" : `. ${describeTakenOut(drained)}`;
    return refused(
      "lastRegion",
      `${region} is the last Region in service and is never evacuated; return another one to service first${because}`,
    );
  }
  const seen = authority === "person" ? withoutMemory(evidence) : evidence;
  const survivors = rankSurvivors({ plan, evidence: seen }, others);
  if (survivors.length === 0) {
    const against = others.map((name) => describeTrouble(name, assess(plan, seen, name))).join(", ");
    return refused(
      "noHealthySurvivor",
      `No other Region is seen to serve customers, so evacuating ${region} would move customers to something worse: ${against}`,
    );
  }
  if (authority === "automation") {
    const no =
      whyNotByPause(input) ??
      whyNotByHistory(input, region, assessment) ??
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
  // Whoever asks about another Region has decided nothing about this one.
  const about = incident.failedRegion === region ? authority : "automation";
  const takeover = decideTakeover(input, incident.id, item.epoch, about);
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

function act(
  { plan, item, now, signal, evidence }: DecisionInput,
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
  const sharedSince = findSharedSince(plan, evidence);
  const { drained } = othersInDns({ item, evidence }, region);
  const warnings = [
    ...(drained.length === 0 ? [] : [describeTakenOut(drained)]),
    ...(expiredPause === null
      ? []
      : [
          `The pause by ${expiredPause.by} (${expiredPause.reason}) ended at ${describeInstant(expiredPause.until)} and holds nobody back`,
        ]),
    ...(pause === null ? [] : [`${pause.by} paused automation (${pause.reason}); a person outranks it`]),
    ...(sharedSince === null
      ? []
      : [`Trouble has looked shared since ${describeInstant(sharedSince)}; a person outranks it`]),
  ];
  return {
    kind: "act",
    incident: {
      id: null,
      failedRegion: region,
      cause: confirmedFailure(assessment) ?? "requested",
      failingSince: "failingSince" in assessment ? assessment.failingSince : isoInstant(now),
      openedAt: isoInstant(now),
      survivors,
      branches: branchesOf(plan),
      question: asks
        ? disputed
          ? `Some vantages see ${region} failing and some do not. Evacuate ${region}?`
          : `${describeTrouble(region, assessment)}. Evacuate it to ${survivors.join(", ")}?`
        : null,
      ...(asks
        ? { asks: { about: disputed ? ("dispute" as const) : ("failure" as const), since: isoInstant(now) } }
        : {}),
      stage: asks ? "asking" : "underWay",
      authority,
      startedBy: signal.source,
      reason,
      takeovers: 0,
      paged: [],
    },
    warnings,
    explanation: `${reason}; survivors ${survivors.join(", ")}${drained.length === 0 ? "" : `. ${describeTakenOut(drained)}`}`,
  };
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
