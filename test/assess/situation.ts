import { decide } from "../../functions/assess/decide.ts";
import type { Decision, DecisionInput } from "../../functions/assess/decision.ts";
import type { Signal } from "../../functions/assess/signal.ts";
import type { CompletedRun, CoordinationItem, RegionState } from "../../functions/coordination/item.ts";
import { initialItem, maximumTakeovers } from "../../functions/coordination/rules.ts";
import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";
import { vantagesOf } from "../../functions/shared/plan/plan.ts";
import { evidenceFrom, failing, regionDown, type Voice } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";
import { incidentOf, openItem } from "../fakes/runs.ts";

export const plan = examplePlan("storefront");
export const instant = "2026-03-14T09:05:00.000Z";
export const now = parseInstant(instant);
export const ago = (seconds: number) => isoInstant(now - seconds * 1_000);
export const regions = plan.regions.map(({ name }) => name);
export const suspect = "us-east-1";
export const self = "eu-west-1";
export const fresh = initialItem(plan.application, regions, now);

export const watch: Signal & { kind: "watch" } = { kind: "watch", region: suspect, source: "watch in eu-west-1" };
export const alarm: Signal & { kind: "alarm" } = {
  kind: "alarm",
  region: suspect,
  source: "alarm storefront-us-east-1-customers in eu-west-1",
  at: now - 5_000,
  state: "ALARM",
  silenced: null,
};
export const health: Signal & { kind: "health" } = {
  kind: "health",
  region: suspect,
  source: "arn:aws:health:us-east-1::event/EC2",
  at: now - 5_000,
  state: "open",
  silenced: null,
};
export const request: Signal & { kind: "request" } = {
  kind: "request",
  region: suspect,
  source: "ada",
  reason: "the status page says so",
  at: null,
  silenced: null,
};
export const retry: Signal & { kind: "retry" } = {
  kind: "retry",
  incident: "storefront-us-east-1-e1",
  branches: ["database"],
  source: "ada",
  reason: "the quota was raised",
};

/** A decision on us-east-1 being down, with whatever is said otherwise. */
export function decided(changes: Partial<DecisionInput> & { readonly voices?: Record<string, Voice> } = {}): Decision {
  const { voices = regionDown(plan, suspect), ...rest } = changes;
  const observer = rest.self ?? self;
  const evidence = evidenceFrom(rest.plan ?? plan, observer, instant, voices);
  return decide({ plan, signal: watch, evidence, item: fresh, self, now, ...rest });
}

export function standing(
  states: Readonly<Record<string, RegionState>>,
  item: CoordinationItem = fresh,
): CoordinationItem {
  const entries = Object.entries(states).map(([name, state]) => [name, { state, since: ago(3_600), incident: null }]);
  return { ...item, regions: { ...item.regions, ...Object.fromEntries(entries) } };
}

export function completed(
  changes: Partial<CompletedRun> & { readonly by?: "automation" | "person" } = {},
): CompletedRun {
  const { by = "automation", ...rest } = changes;
  const record = { ...incidentOf(plan, { authority: by }), id: "storefront-us-east-1-e1" };
  return { incident: record.id, region: suspect, outcome: "recovered", endedAt: ago(60), record, ...rest };
}

/** The item after a run for us-east-1 that ended degraded. */
export const degraded: CoordinationItem = {
  ...fresh,
  version: 9,
  epoch: 1,
  completed: [completed({ outcome: "degraded" })],
  regions: { ...fresh.regions, [suspect]: { state: "evacuated", since: ago(60), incident: "storefront-us-east-1-e1" } },
};

export const paused: CoordinationItem = { ...fresh, pause: { until: ago(-600), by: "ada", reason: "migration" } };
export const observing = examplePlan("storefront", { automation: {} });

/** Every vantage sees every Region failing. */
export const everythingFails: Record<string, Voice> = Object.fromEntries(
  vantagesOf(plan).map((vantage) => [
    vantage,
    { words: Object.fromEntries(regions.map((name) => [name, failing(300)])) },
  ]),
);

/** Every vantage sees the suspect pass and both others fail. */
export const othersFail: Record<string, Voice> = Object.fromEntries(
  vantagesOf(plan).map((vantage) => [vantage, { words: { "eu-west-1": failing(20), "ap-southeast-1": failing(20) } }]),
);

/** A run whose lease expired for the last time that automation cares for. */
export function takenOverOften(): CoordinationItem {
  return openItem(plan, now - 600_000, { takeovers: maximumTakeovers });
}

export function takeoverOf({ incident, epoch }: CoordinationItem): Signal {
  return { kind: "takeover", incident: incident?.id as string, epoch, source: "watch in eu-west-1" };
}
