import { areTakeoversExhausted } from "../functions/coordination/rules.ts";
import { parseInstant, secondsBetween } from "../functions/shared/clock.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import type { TimelineEvent } from "../functions/timeline/event.ts";
import type { FaultInjector } from "./aws/faults.ts";
import { Monitor } from "./invariants/monitor.ts";
import type { DrillResult } from "./result.ts";
import type { Outcome, Scenario } from "./scenario.ts";
import { Stage } from "./script.ts";
import { World } from "./world.ts";

/** Calm before the fault, in simulated seconds: enough for every vantage to have looked several times. */
const leastCalmSeconds = 45;
/** After all is decided the world goes on for so long, so that what should not happen has time to happen. */
const afterglowSeconds = 90;
/** What nobody has begun after so long a quiet, nobody will: detection and takeover take less than this. */
const quietSeconds = 150;

export interface PlayOptions {
  readonly scenario: Scenario;
  readonly plan: Plan;
  readonly seed: number;
  /** Faults besides those of the script. @default none */
  readonly faults?: (world: World) => FaultInjector;
  /** Sets the world up before anything happens. @default as it is */
  readonly prepare?: (world: World) => void;
  /** Told of things as they happen. @default nobody */
  readonly audience?: Audience;
  /**
   * When to stop before the horizon: once the run for the failed Region is over, once all has been quiet for a while, or
   * not before every question has been answered or has timed out as well. @default "decided"
   */
  readonly stop?: "decided" | "quiet" | "answered";
}

/** Who watches a drill live. */
export interface Audience {
  begins(world: World, faultAt: number): void;
  event(event: TimelineEvent): void;
}

export interface Played {
  readonly result: DrillResult;
  readonly world: World;
  readonly monitor: Monitor;
  /** Milliseconds since the Unix epoch, simulated. */
  readonly startedAt: number;
  readonly faultAt: number;
}

/** Plays a scenario in a fresh world, to its end. The same seed gives the same run, byte for byte. */
export async function play(options: PlayOptions): Promise<Played> {
  const { scenario, plan: given, seed, faults, audience, stop = "decided" } = options;
  const plan: Plan = { ...given, automation: { ...given.automation, ...scenario.automation } };
  const world = new World(plan, seed);
  const monitor = new Monitor(world);
  const stage = new Stage(world);
  const calmSeconds = Math.max(leastCalmSeconds, 5 - Math.min(0, ...scenario.script.map(({ at }) => at)));
  const startedAt = world.clock.now();
  const faultAt = startedAt + calmSeconds * 1_000;
  const lastCue = Math.max(0, ...scenario.script.map(({ at }) => at));
  world.clock.schedule(calmSeconds * 1_000, () => world.customers.markFault());
  for (const { at, action } of scenario.script) {
    world.clock.schedule((calmSeconds + at) * 1_000, () => stage.perform(action));
  }
  options.prepare?.(world);
  if (faults !== undefined) world.network.faults = faults(world);
  audience?.begins(world, faultAt);

  let told = 0;
  let decidedAt: number | null = null;
  await world.clock.run({
    deadline: faultAt + scenario.horizonSeconds * 1_000,
    afterStep() {
      monitor.afterStep();
      if (audience !== undefined) {
        for (; told < monitor.ledger.events.length; told++)
          audience.event(monitor.ledger.events[told] as TimelineEvent);
      }
    },
    until() {
      const now = world.clock.now();
      if (now < faultAt + lastCue * 1_000) return false;
      const over = isOver(stop, world, scenario, faultAt);
      if (!over) {
        decidedAt = null;
        return false;
      }
      decidedAt ??= now;
      return now >= decidedAt + (stop === "decided" ? afterglowSeconds : quietSeconds) * 1_000;
    },
  });
  monitor.atEnd();
  return { result: describe(scenario, plan, seed, world, monitor, faultAt), world, monitor, startedAt, faultAt };
}

function isOver(stop: NonNullable<PlayOptions["stop"]>, world: World, scenario: Scenario, faultAt: number): boolean {
  switch (stop) {
    case "decided":
      return isDecided(world, scenario, faultAt);
    case "quiet":
      return isQuiet(world);
    case "answered":
      return !world.somebodyWaits() && isQuiet(world);
  }
}

/** Whether nothing more can follow from what the scenario set up: a run was closed and no other is under way. */
function isDecided(world: World, scenario: Scenario, faultAt: number): boolean {
  // Asked after every instant, and mostly a run is under way.
  if (world.isUnderWay()) return false;
  const item = world.coordinationItem();
  if (item === null || item.incident !== null) return false;
  return item.completed.some(
    ({ region, endedAt }) =>
      (scenario.failedRegion === null || region === scenario.failedRegion) && parseInstant(endedAt) > faultAt,
  );
}

/** Whether no run is under way or has to be taken over; one that only waits for a person counts as quiet. */
function isQuiet(world: World): boolean {
  if (world.somebodyWaits()) return world.nobodyElseRuns();
  return !world.isUnderWay() && (world.coordinationItem()?.incident ?? null) === null;
}

function describe(
  scenario: Scenario,
  plan: Plan,
  seed: number,
  world: World,
  monitor: Monitor,
  faultAt: number,
): DrillResult {
  const { network, stepFunctions, customers } = world;
  const timeline = timelineOf(monitor, scenario);
  const opened = timeline.find(({ kind }) => kind === "opened" || kind === "takenOver" || kind === "retried");
  const closed = timeline.findLast(({ kind }) => kind === "closed");
  const decision = timeline.find(({ kind, step }) => kind === "decision" && step === "assess");
  const switched = timeline.find(({ kind, step }) => kind === "confirmed" && step === "traffic");
  const failingSince = textOf(opened, "failingSince");
  const last = timeline.at(-1);
  const { outcome, reasons } = outcomeOf(world, monitor, closed);
  const acted = opened !== undefined;
  const recoveredAt = customers.servedAgainAt;
  const seconds = (from: string | null | undefined, to: string | null | undefined) =>
    from == null || to == null ? null : secondsBetween(from, to);
  return {
    scenario: scenario.name,
    seed,
    plan: plan.application,
    outcome,
    expected: scenario.expected,
    failedRegion: scenario.failedRegion,
    actingRegion: acted ? (last?.region ?? null) : null,
    incident: acted ? opened.incident : null,
    epoch: acted ? (last?.epoch ?? null) : null,
    reasons,
    evidence: evidenceOf(closed),
    seconds: {
      faultToDetected: failingSince === null ? null : (parseInstant(failingSince) - faultAt) / 1_000,
      detectedToDecided: acted ? seconds(failingSince, decision?.at) : null,
      decidedToTrafficSwitched: acted ? seconds(decision?.at, switched?.at) : null,
      faultToRecovered: recoveredAt === null ? null : (recoveredAt - faultAt) / 1_000,
    },
    rtoSeconds: numberOf(closed, "rtoSeconds"),
    // Of a run that stood down the timeline says 0, for it can have lost nothing.
    rpoSeconds: outcome === "stoodDown" ? null : numberOf(closed, "rpoSeconds"),
    trafficLost: Math.round(customers.trafficLost),
    trafficTotal: Math.round(customers.trafficTotal),
    stateTransitions: transitionsOf(timeline),
    apiCalls: network.apiCalls,
    faults: network.firedFaults,
    violations: [...monitor.violations, ...world.defects.map((message) => ({ invariant: "simulatorWhole", message }))],
    timeline,
  };

  /** Of the executions that worked on the incident; of all of them when there was none. */
  function transitionsOf(events: readonly TimelineEvent[]): number {
    const workers = new Set(events.map((event) => textOf(event, "execution")));
    const counted = stepFunctions.executions.filter(({ arn }) => workers.has(arn));
    return (counted.length > 0 ? counted : stepFunctions.executions).reduce(
      (sum, { transitions }) => sum + transitions,
      0,
    );
  }
}

/** The timeline of the incident in question, or the decision records when nobody acted. */
function timelineOf(monitor: Monitor, scenario: Scenario): readonly TimelineEvent[] {
  const opening = monitor.ledger.events.filter(({ kind }) => kind === "opened" || kind === "takenOver");
  const incident = (
    opening.find(({ detail }) => scenario.failedRegion === null || detail.failedRegion === scenario.failedRegion) ??
    opening[0]
  )?.incident;
  if (incident === undefined) return monitor.ledger.decisions;
  return monitor.ledger.events
    .filter((event) => event.incident === incident)
    .toSorted((left, right) => left.epoch - right.epoch || left.seq - right.seq);
}

function outcomeOf(
  world: World,
  monitor: Monitor,
  closed: TimelineEvent | undefined,
): { readonly outcome: Outcome; readonly reasons: readonly string[] } {
  if (closed !== undefined) {
    const outcome = textOf(closed, "outcome") as Outcome;
    const reasons = Array.isArray(closed.detail.reasons) ? closed.detail.reasons.map(String) : [];
    return { outcome, reasons };
  }
  if (world.somebodyWaits()) {
    const asked = monitor.ledger.events.filter(({ kind }) => kind === "approvalRequested");
    return { outcome: "waitingForApproval", reasons: asked.map(({ summary }) => summary) };
  }
  const left = world.coordinationItem()?.incident ?? null;
  if (left !== null && areTakeoversExhausted(left)) {
    return { outcome: "degraded", reasons: world.pages.map(({ summary }) => summary) };
  }
  const { decisions } = monitor.ledger;
  const observed = decisions.some(({ detail }) => detail.decision === "observed");
  return {
    outcome: observed ? "observed" : "stoodDown",
    reasons: [...new Set(decisions.map(({ summary }) => summary))],
  };
}

function evidenceOf(closed: TimelineEvent | undefined): DrillResult["evidence"] {
  const evidence = closed?.detail.evidence as DrillResult["evidence"] | undefined;
  return evidence ?? null;
}

function textOf(event: TimelineEvent | undefined, key: string): string | null {
  const value = event?.detail[key];
  return typeof value === "string" ? value : null;
}

function numberOf(event: TimelineEvent | undefined, key: string): number | null {
  const value = event?.detail[key];
  return typeof value === "number" ? value : null;
}
