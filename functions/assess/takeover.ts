import type { Authority, Incident, Lease } from "../coordination/item.ts";
import { areTakeoversExhausted, isAskingAboutDispute, isExpired, type TakeoverGrounds } from "../coordination/rules.ts";
import { describeInstant } from "../shared/clock.ts";
import type { Plan } from "../shared/plan/plan.ts";
import { assess, confirmedFailure } from "./assessment.ts";
import { type Decision, type DecisionInput, refused, stoodDown } from "./decision.ts";
import { type Evidence, heartbeatFreshSeconds } from "./evidence.ts";
import { askOfServing, whyGroundIsGone, whyPrimaryIsBack } from "./ground.ts";
import { whyNotByPause, whyNotByPlan } from "./objections.ts";
import { othersInDns, rankFit } from "./survivors.ts";
import { describeTakenOut } from "./taken-out.ts";

/** Whether the incident under way is to be taken over from a holder that is gone, and what to ask first (FM12, FM22). */
export function decideTakeover(input: DecisionInput, incident: string, epoch: number, authority: Authority): Decision {
  const { plan, item, evidence, self } = input;
  if (item.incident?.id !== incident || item.epoch !== epoch || item.lease === null) {
    return stoodDown("nothingToTakeOver", `${incident} under epoch ${epoch} is no longer in progress`);
  }
  if (self === item.incident.failedRegion) {
    return stoodDown("observerIsSuspect", `A controller in ${self} does not evacuate ${self}`);
  }
  const gone = authority === "automation" ? whyGroundIsGone(input, item.incident) : null;
  const found = gone === null ? findGrounds(input, item.lease, item.incident) : withdrawing(gone, item.incident);
  if (found === null) {
    return stoodDown(
      "nothingToTakeOver",
      `${item.lease.execution} holds ${incident} until ${describeInstant(item.lease.expiresAt)}`,
    );
  }
  // To close what nobody need answer changes nothing of the application: no pause and no plan holds that back.
  if (authority === "automation" && item.incident.authority === "automation" && gone === null) {
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
  const { inDns, drained } = othersInDns(input, failedRegion);
  const fit = rankFit(input, inDns);
  const before = item.incident.survivors.filter((name) => !drained.includes(name));
  return {
    kind: "takeOver",
    incident,
    epoch,
    survivors: [fit, before, item.incident.survivors].find(({ length }) => length > 0) ?? [],
    grounds: found.grounds,
    authority,
    question: authority === "automation" && gone === null ? askAgain(plan, evidence, item.incident) : null,
    explanation: [found.explanation, ...(drained.length === 0 ? [] : [describeTakenOut(drained)])].join(". "),
  };
}

interface Found {
  readonly grounds: TakeoverGrounds;
  readonly explanation: string;
}

/** The run is taken over from whoever waits, alive or not, only to be closed. */
function withdrawing(because: string, { id }: Incident): Found {
  return { grounds: { kind: "groundGone", because }, explanation: `The question of ${id} is withdrawn: ${because}` };
}

/** Why the lease may pass on, or null while its holder is to be left alone. */
function findGrounds(input: DecisionInput, lease: Lease, incident: Incident): Found | null {
  const { plan, evidence, self, now } = input;
  const holder = lease.region;
  if (holder !== self && isGone(plan, evidence, holder)) {
    return {
      grounds: { kind: "holderDown" },
      explanation: `${holder}, which ran ${incident.id}, is itself down`,
    };
  }
  if (isExpired(lease, now)) {
    return {
      grounds: { kind: "leaseExpired" },
      explanation: `The lease of ${incident.id} expired at ${describeInstant(lease.expiresAt)} without renewal from ${holder}`,
    };
  }
  const isBack = whyPrimaryIsBack(input, incident);
  if (isBack !== null) return { grounds: { kind: "primaryBack" }, explanation: isBack };
  // A dispute was put to a person. Where nobody disputes it any more, the plan needs no answer, and none may ever come.
  if (plan.automation.traffic !== "automatic" || !isAskingAboutDispute(incident)) return null;
  const cause = confirmedFailure(assess(plan, evidence, incident.failedRegion));
  if (cause === null) return null;
  // Those who saw it pass until now must have seen it fail for as long as anybody else would have to.
  const words = evidence.regions.find(({ region }) => region === incident.failedRegion)?.votes ?? [];
  const heard = words.filter(({ vote }) => vote !== "unknown");
  if (heard.some(({ heldSeconds }) => heldSeconds < plan.detection.confirmForSeconds)) return null;
  return {
    grounds: { kind: "disputeSettled", cause },
    explanation: `${incident.failedRegion} is ${cause} for all that can be heard, and nobody has answered the question about it`,
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
  if (confirmedFailure(assess(plan, evidence, failedRegion)) !== null) return null;
  const { customersServedBy } = subject;
  const isMoved = customersServedBy !== null && !evidence.servesCustomers.includes(failedRegion);
  if (isMoved) return null;
  return askOfServing(failedRegion);
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
