import { readFileSync } from "node:fs";
import { loadPlan } from "../functions/shared/plan/load.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";

const loaded = new Map<string, Plan>();

/** An example plan of plans/, by its name without `.yaml`. */
export function planNamed(name: string): Plan {
  let plan = loaded.get(name);
  if (plan === undefined) {
    const path = new URL(`../plans/${name}.yaml`, import.meta.url);
    plan = loadPlan(readFileSync(path, "utf8"), `plans/${name}.yaml`);
    loaded.set(name, plan);
  }
  return plan;
}
