import type { Authority, CoordinationItem, Incident } from "../coordination/item.ts";
import type { TakeoverGrounds } from "../coordination/rules.ts";
import type { Plan } from "../shared/plan/plan.ts";
import type { Evidence } from "./evidence.ts";
import type { Signal } from "./signal.ts";

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
      readonly grounds: TakeoverGrounds;
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

export function stoodDown(reason: NoReason, explanation: string): Decision {
  return { kind: "stoodDown", reason, explanation };
}

export function refused(reason: NoReason, explanation: string): Decision {
  return { kind: "refused", reason, explanation };
}
