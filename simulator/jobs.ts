import type { Plan } from "../functions/shared/plan/plan.ts";
import { type CallBoundary, faultAtBoundary } from "./aws/faults.ts";
import { planNamed, type SwitchKind, withSwitch } from "./plans.ts";
import { play } from "./play.ts";
import { drawScenario } from "./random-scenario.ts";
import type { Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios/index.ts";

/** One run that a worker is asked for; plain data, since it crosses threads. */
export type Job =
  /** A world drawn from its seed. */
  | { readonly kind: "random"; readonly seed: number }
  /** A scenario as it is. */
  | { readonly kind: "scenario"; readonly name: string; readonly seed: number }
  /** A scenario in which one fault falls at one boundary. */
  | {
      readonly kind: "crash";
      readonly name: string;
      readonly seed: number;
      /** Null is the scenario's own. */
      readonly trafficSwitch: SwitchKind | null;
      readonly boundary: CallBoundary;
      readonly fault: CrashFault;
    };

/** Before the call, or after it with the answer lost; the function dies, or the whole acting Region. */
export const crashFaults = ["crashBefore", "crashAfter", "regionDiesBefore", "regionDiesAfter"] as const;
export type CrashFault = (typeof crashFaults)[number];

/** What is left of a run when it comes back from a worker. */
export interface JobResult {
  readonly seed: number;
  /** The example plan that the world was drawn from. */
  readonly plan: string;
  readonly outcome: string;
  /** Whether the run showed that traffic left the failed Region; null where no run closed with a word on it. */
  readonly traffic: "shown" | "notShown" | null;
  readonly violations: readonly { readonly invariant: string; readonly message: string }[];
  /** How often each kind of fault took effect. */
  readonly faults: Readonly<Record<string, number>>;
  readonly simulatedSeconds: number;
  /** The longest time from customers of a Region failing to people hearing of it, while somebody could have told. */
  readonly longestSilenceSeconds: number;
}

export async function runJob(job: Job): Promise<JobResult> {
  const { result, world, monitor, startedAt } = await playJob(job);
  const faults: Record<string, number> = {};
  for (const { kind } of result.faults) faults[kind] = (faults[kind] ?? 0) + 1;
  return {
    seed: job.seed,
    plan: result.plan,
    outcome: result.outcome,
    traffic: result.evidence?.traffic ?? null,
    violations: result.violations,
    faults,
    simulatedSeconds: (world.clock.now() - startedAt) / 1_000,
    longestSilenceSeconds: monitor.hearing.longestSilenceSeconds,
  };
}

async function playJob(job: Job) {
  switch (job.kind) {
    case "random": {
      const { scenario, plan, prepare, faults, stop } = drawScenario(job.seed);
      return await play({ scenario, plan, seed: job.seed, prepare, faults, stop });
    }
    case "scenario": {
      const scenario = scenarioNamed(job.name);
      return await play({ scenario, plan: planNamed(scenario.plan), seed: job.seed });
    }
    case "crash": {
      const scenario = { ...scenarioNamed(job.name), horizonSeconds: crashHorizonSeconds };
      const faults = () => faultAtBoundary(job.boundary, job.fault);
      return await play({
        scenario,
        plan: planFor(scenario, job.trafficSwitch),
        seed: job.seed,
        faults,
        stop: "quiet",
      });
    }
  }
}

/** A takeover and every deadline of the plan fit in. */
const crashHorizonSeconds = 2_400;

export function scenarioNamed(name: string) {
  const scenario = scenarios.find((each) => each.name === name);
  if (scenario === undefined) throw new RangeError(`No such scenario: received ${JSON.stringify(name)}`);
  return scenario;
}

/** A scenario's own plan, its traffic switch exchanged for another kind where one is named. */
export function planFor(scenario: Scenario, trafficSwitch: SwitchKind | null): Plan {
  const plan = planNamed(scenario.plan);
  return trafficSwitch === null ? plan : withSwitch(plan, trafficSwitch);
}
