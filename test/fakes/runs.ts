import type { CoordinationItem, Incident, Run } from "../../functions/coordination/item.ts";
import { initialItem, openIncident, runOf } from "../../functions/coordination/rules.ts";
import type { Plan } from "../../functions/shared/plan/plan.ts";

/** When the first probe of every test's incident failed. */
export const failingSince = "2026-03-14T09:03:00.000Z";

export function incidentOf(
  plan: Plan,
  changes: Partial<Omit<Incident, "id">> = {},
): Omit<Incident, "id"> & { id: null } {
  const [failed, ...others] = plan.regions.map(({ name }) => name);
  return {
    id: null,
    failedRegion: failed as string,
    cause: "down",
    failingSince,
    openedAt: "2026-03-14T09:04:30.000Z",
    survivors: others,
    branches: ["traffic", "capacity", "database", "tables"],
    question: null,
    authority: "automation",
    startedBy: "watch in eu-west-1",
    reason: `${failed} is down`,
    stage: "underWay",
    takeovers: 0,
    paged: [],
    ...changes,
  };
}

/** The item of a plan whose first Region is being evacuated by `execution` of `region`, under epoch 1. */
export function openItem(
  plan: Plan,
  now: number,
  changes: Partial<Omit<Incident, "id">> = {},
  holder = { region: plan.regions[1]?.name as string, execution: "execution-1" },
): CoordinationItem {
  const names = plan.regions.map(({ name }) => name);
  const opened = openIncident(initialItem(plan.application, names, now), {
    incident: incidentOf(plan, changes),
    holder,
    now,
    leaseSeconds: plan.coordination.leaseSeconds,
  });
  if (opened.kind === "refused") throw new Error(opened.reason);
  return { ...opened.item, version: 1, writtenBy: "a test" };
}

export function runIn(item: CoordinationItem): Run {
  const run = runOf(item);
  if (run === null) throw new Error("No incident is in progress");
  return run;
}

/** The key under which the coordination item is stored. */
export function itemKey(plan: Plan) {
  return { pk: `coordination#${plan.application}`, sk: "item" };
}
