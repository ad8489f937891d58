import type { CoordinationItem, Incident } from "../coordination/item.ts";
import { parseInstant } from "../shared/clock.ts";
import type { Plan } from "../shared/plan/plan.ts";
import { assess } from "./assessment.ts";
import type { Decision, DecisionInput, NoReason } from "./decision.ts";
import { knowingStates } from "./evidence.ts";

/**
 * Why a Region that is confirmed to fail is left to people, no incident being in progress. The watch has each recorded once
 * a failure, and whoever is on call hears of it: a pager that is silent looks like a Region that is well.
 */
export const leftToPeople = [
  "cooldown",
  "dailyLimit",
  "paused",
  "everythingFailing",
  "overloadSuspected",
  "lastRegion",
  "noHealthySurvivor",
] as const satisfies readonly NoReason[];

export function isLeftToPeople(reason: NoReason): boolean {
  return (leftToPeople as readonly NoReason[]).includes(reason);
}

/** Something that people must be told at once, because automation cannot or may not deal with it now. */
export interface Page {
  /** Names the matter within its incident: people are paged once about each. */
  readonly about: string;
  readonly incident: string;
  /** The Region that people have to look at. */
  readonly region: string;
  readonly reason: NoReason;
  readonly summary: string;
  readonly whatToDo: string;
}

/**
 * Whether a decision to do nothing about `region` calls for a person, and for what. Pure.
 *
 * These do: an incident that automation has given up on, or may not take over for a pause or the plan; and a second
 * Region that is confirmed to fail while the run for the first one holds the lease, which lasts as long as a person takes
 * to answer it.
 */
export function pageFor(input: DecisionInput, region: string, decision: Decision): Page | null {
  const { incident, epoch, lease } = input.item;
  if (incident === null || !("reason" in decision)) return null;
  if (decision.reason === "takeoversExhausted") {
    return {
      about: `takeoversExhausted/e${epoch}`,
      incident: incident.id,
      region: incident.failedRegion,
      reason: decision.reason,
      summary: decision.explanation,
      whatToDo: `See in its timeline and executions why it does not end. Then start the failover of ${incident.failedRegion} by hand: that takes it over, and the count begins anew`,
    };
  }
  if (decision.reason === "paused" || decision.reason === "planObserves") {
    return {
      about: `${decision.reason}/e${epoch}`,
      incident: incident.id,
      region: incident.failedRegion,
      reason: decision.reason,
      summary: `${incident.id} has lost its holder, and automation leaves it as it stands: ${decision.explanation}`,
      whatToDo: `See in its timeline how far it came. Start the failover of ${incident.failedRegion} by hand to go on with it, or let automation go on: ${decision.reason === "paused" ? "end the pause" : "change the plan"}`,
    };
  }
  if (decision.reason === "otherIncidentInProgress" && isConfirmed(input, region)) {
    return {
      about: `otherIncidentInProgress/${region}`,
      incident: incident.id,
      region,
      reason: decision.reason,
      summary: `${region} fails as well, and nothing is done about it while ${incident.id} is in progress`,
      whatToDo: `If ${incident.id} waits for an answer (${whereToAnswer(incident, lease?.region)}), answer it: it ends soon after, approved or declined, and ${region} is looked at next`,
    };
  }
  return null;
}

function whereToAnswer({ id }: Incident, region: string | undefined): string {
  return `approval#${id} in the records table${region === undefined ? "" : ` of ${region}`}`;
}

/**
 * Whether the run waits for a person, which its lease outlasts. While it does not it grows the survivors, and one that
 * lives but falters most likely lacks just that.
 */
function isAsking(plan: Plan, { lease }: CoordinationItem, now: number): boolean {
  return lease !== null && parseInstant(lease.expiresAt) - now > plan.coordination.leaseSeconds * 1_000;
}

/** Whether automation would evacuate the Region on this evidence, were it not for the incident in progress. */
function isConfirmed({ plan, evidence, item, now }: DecisionInput, region: string): boolean {
  if ((item.regions[region]?.state ?? "inService") !== "inService") return false;
  const assessment = assess(plan, knowingStates(evidence, item), region);
  switch (assessment.kind) {
    case "down":
      return true;
    case "gray":
      return isAsking(plan, item, now);
    case "disputed":
      return assessment.dispute === "lasting" && isAsking(plan, item, now);
    case "serving":
    case "unknown":
    case "unconfirmed":
    case "flapping":
    case "everythingFailing":
    case "observerIsolated":
      return false;
  }
}
