import type { TimelineEvent } from "../functions/timeline/event.ts";
import type { TrafficEvidence } from "../functions/traffic/drain.ts";
import type { FiredFault } from "./aws/network.ts";
import type { Outcome } from "./scenario.ts";

/** A promise that a run broke. */
export interface Violation {
  readonly invariant: string;
  readonly message: string;
}

/** What `drill --json` prints: a contract with other tools. Seconds are simulated. */
export interface DrillResult {
  readonly scenario: string;
  readonly seed: number;
  readonly plan: string;
  readonly outcome: Outcome;
  /** As the scenario says; null in a random world, which may end in every way. */
  readonly expected: Outcome | null;
  readonly failedRegion: string | null;
  /** The Region that closed the run, or holds it; null when none acted. */
  readonly actingRegion: string | null;
  readonly incident: string | null;
  readonly epoch: number | null;
  readonly reasons: readonly string[];
  /** Whether it is shown that customers are sent to the failed Region no more; null where nobody says that they are not. */
  readonly evidence: { readonly traffic: TrafficEvidence } | null;
  readonly seconds: {
    /** Fault → first failing probe that led to the decision. */
    readonly faultToDetected: number | null;
    readonly detectedToDecided: number | null;
    /** Decision → the switch was seen to be thrown. */
    readonly decidedToTrafficSwitched: number | null;
    /** Fault → every customer was served again, as the simulated customers know it. */
    readonly faultToRecovered: number | null;
  };
  /** First failing probe → verified, as the timeline says. */
  readonly rtoSeconds: number | null;
  /** As the timeline says; null when unknown or not applicable. */
  readonly rpoSeconds: number | null;
  readonly trafficLost: number;
  readonly trafficTotal: number;
  readonly stateTransitions: number;
  readonly apiCalls: Readonly<Record<string, number>>;
  readonly faults: readonly FiredFault[];
  readonly violations: readonly Violation[];
  readonly timeline: readonly TimelineEvent[];
}

/** A drill is right when it broke no promise and, where its end can be foretold, ended so. */
export function isRight(result: DrillResult): boolean {
  return (result.expected === null || result.outcome === result.expected) && result.violations.length === 0;
}
