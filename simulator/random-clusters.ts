import type { Plan } from "../functions/shared/plan/plan.ts";
import { integerBetween, pick, seededRandom } from "../functions/shared/random.ts";
import type { Action, ClusterChange } from "./scenario.ts";

type Add = (at: number, action: Action) => void;

const whole = ["available", "available"];

/**
 * Clusters as they are: one that is backed up or maintained just then, that has no instance or one that starts anew, that
 * resynchronises, that runs another version, that a person has detached. A source of its own: what is drawn here changes
 * nothing of what is drawn elsewhere.
 */
export function drawClusters(seed: number, plan: Plan, add: Add): void {
  if (plan.database === null) return;
  const random = seededRandom(Math.imul(seed + 1, 0x5bd1e995));
  for (const region of Object.keys(plan.database.clusters)) {
    const kind = random.next();
    const from = -integerBetween(random, 1, 300);
    const until = integerBetween(random, 60, 1_000);
    const isForGood = random.next() < 0.4;
    const change = (at: number, change: ClusterChange) => add(at, { kind: "cluster", region, change });
    if (kind < 0.05) {
      const status = pick(random, ["backing-up", "maintenance", "modifying", "upgrading", "of-the-future"]);
      change(from, { as: "status", status });
      change(until, { as: "status", status: "available" });
    } else if (kind < 0.09) {
      change(from, { as: "instances", statuses: [] });
      if (!isForGood) change(until, { as: "instances", statuses: whole });
    } else if (kind < 0.12) {
      change(from, { as: "instances", statuses: [pick(random, ["rebooting", "modifying", "creating"])] });
      change(until, { as: "instances", statuses: whole });
    } else if (kind < 0.16) {
      change(from, { as: "synchronization", status: "pending-resync" });
      if (!isForGood) change(until, { as: "synchronization", status: "connected" });
    } else if (kind < 0.2) {
      change(from, { as: "version", differs: pick(random, ["shown", "patch"] as const) });
    } else if (kind < 0.24) {
      change(isForGood ? from : integerBetween(random, -30, 300), { as: "detached" });
    }
  }
}
