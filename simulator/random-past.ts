import type { CompletedRun, CoordinationItem, Incident } from "../functions/coordination/item.ts";
import { incidentName } from "../functions/coordination/rules.ts";
import { isoInstant } from "../functions/shared/clock.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { integerBetween, pick, type Random } from "../functions/shared/random.ts";
import type { Action } from "./scenario.ts";

type Add = (at: number, action: Action) => void;

/** So long before the fault the past is over: DNS has followed it by then, and instances have been launched. */
const pastAt = -240;

/**
 * What had happened before anything went wrong: a Region taken out of service and not returned yet, runs that ended and
 * whose Region serves again, a pause that is over or still holds automation back.
 */
export function drawPast(random: Random, plan: Plan, failed: string, add: Add): void {
  const chance = (probability: number) => random.next() < probability;
  const changes: ((item: CoordinationItem, nowMs: number) => CoordinationItem)[] = [];
  if (chance(0.1)) {
    const region = pick(random, plan.regions).name;
    // Where the writer is, nothing was evacuated; and whoever fails next is mostly another one.
    if (region !== plan.database?.writer && (region !== failed || chance(0.2))) {
      const run = drawRun(random, plan, region);
      changes.push((item, nowMs) => remember(item, run(nowMs), "evacuated"));
      add(pastAt, { kind: "takenOut", region });
    }
  }
  if (chance(0.12)) {
    for (let count = integerBetween(random, 1, 3); count > 0; count--) {
      const run = drawRun(random, plan, chance(0.6) ? failed : pick(random, plan.regions).name);
      changes.push((item, nowMs) => remember(item, run(nowMs), "inService"));
    }
  }
  if (chance(0.08)) {
    const endsIn = chance(0.4) ? -3_600 : integerBetween(random, 60, 1_500);
    changes.push((item, nowMs) => ({
      ...item,
      pause: { until: isoInstant(nowMs + endsIn * 1_000), by: "ben", reason: "maintenance" },
    }));
  }
  if (changes.length === 0) return;
  add(pastAt, {
    kind: "coordination",
    // Where somebody has acted already, that is the past.
    change: (item, nowMs) =>
      item.version > 0 ? item : changes.reduce((changed, change) => change(changed, nowMs), item),
  });
}

/** A run about a Region that ended minutes to a day ago. */
function drawRun(random: Random, plan: Plan, region: string): (nowMs: number) => Omit<CompletedRun, "incident"> {
  const secondsAgo = Math.round(60 * 1_440 ** random.next());
  const outcome = pick(random, ["recovered", "recovered", "degraded", "stoodDown"] as const);
  const authority = pick(random, ["automation", "automation", "person"] as const);
  return (nowMs) => {
    const endedMs = nowMs - secondsAgo * 1_000;
    const record: Incident = {
      id: "",
      failedRegion: region,
      cause: "down",
      failingSince: isoInstant(endedMs - 400_000),
      openedAt: isoInstant(endedMs - 320_000),
      survivors: plan.regions.flatMap(({ name }) => (name === region ? [] : [name])),
      branches: ["traffic", "capacity", "database", "tables"],
      question: null,
      authority,
      startedBy: authority === "person" ? "ana" : "watch",
      reason: `${region} was down`,
      stage: "underWay",
      takeovers: 0,
      paged: [],
    };
    return { region, outcome, endedAt: isoInstant(endedMs), record };
  };
}

/** The item with one more run behind it, under an epoch of its own. */
function remember(
  item: CoordinationItem,
  run: Omit<CompletedRun, "incident">,
  state: "evacuated" | "inService",
): CoordinationItem {
  const epoch = item.epoch + 1;
  const incident = incidentName(item.application, run.region, epoch);
  const completed: CompletedRun = { ...run, incident, record: { ...run.record, id: incident } };
  const entry = { state, since: run.endedAt, incident };
  return {
    ...item,
    epoch,
    completed: [completed, ...item.completed].toSorted((left, right) => (left.endedAt < right.endedAt ? 1 : -1)),
    regions: item.regions[run.region]?.state === "evacuated" ? item.regions : { ...item.regions, [run.region]: entry },
  };
}

/**
 * Regions in which nobody is served, and that others count on: the lease's table loses its majority for a while (FM26),
 * or a witness goes dark or is cut off.
 */
export function drawBystanders(random: Random, plan: Plan, add: Add): void {
  const chance = (probability: number) => random.next() < probability;
  const serving = new Set(plan.regions.map(({ name }) => name));
  const replicas = plan.coordination.regions.filter((name) => !serving.has(name));
  if (chance(0.08)) {
    const from = integerBetween(random, -30, 300);
    const lasts = integerBetween(random, 10, 400);
    for (const region of replicas) {
      add(from, { kind: "region", region, health: "dark" });
      add(from + lasts, { kind: "region", region, health: "up" });
    }
  }
  const witness = plan.detection.witnesses.length === 0 ? null : pick(random, plan.detection.witnesses);
  if (witness !== null && chance(0.12)) {
    const from = integerBetween(random, -60, 300);
    add(from, { kind: "region", region: witness, health: pick(random, ["dark", "partitioned"] as const) });
    if (chance(0.5)) add(from + integerBetween(random, 20, 400), { kind: "region", region: witness, health: "up" });
  }
}
