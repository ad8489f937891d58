import type { Plan } from "../functions/shared/plan/plan.ts";
import { pick, seededRandom } from "../functions/shared/random.ts";
import type { Action } from "./scenario.ts";

type Add = (at: number, action: Action) => void;

/** Long before the fault: nobody takes a cluster of another engine in the middle of a story. */
const wellBefore = -400;

/**
 * What a plan's clusters may be besides Aurora in good health. A source of its own: what is drawn here changes nothing of what is
 * drawn elsewhere.
 */
export function drawDatabaseForms(seed: number, plan: Plan, add: Add): void {
  if (plan.database === null) return;
  const random = seededRandom(Math.imul(seed + 1, 0x5851f42d));
  if (random.next() < 0.02) add(wellBefore, { kind: "engine", engine: pick(random, ["docdb", "neptune"] as const) });
}
