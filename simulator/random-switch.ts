import type { Plan } from "../functions/shared/plan/plan.ts";
import { integerBetween, pick, seededRandom } from "../functions/shared/random.ts";
import { canaryKey, evacuationKey } from "../functions/traffic/switch-objects.ts";
import type { Action } from "./scenario.ts";

type Add = (at: number, action: Action) => void;

/**
 * What people do to the traffic switch behind the controller's back: they drain a Region by hand, before anything fails and
 * in the middle of a run; they close its buckets to whoever signs nothing; they delete objects. A source of its own: what is
 * drawn here changes nothing of what is drawn elsewhere.
 */
export function drawSwitchTroubles(seed: number, plan: Plan, failed: string, add: Add): void {
  const random = seededRandom(Math.imul(seed + 1, 0xb55a4f09));
  const regions = plan.regions.map(({ name }) => name);
  const others = regions.filter((name) => name !== failed);
  if (random.next() < 0.15) {
    const region = random.next() < 0.8 ? pick(random, others) : failed;
    // Mostly the others have grown by the time of the fault: whoever drains a Region waits for that.
    const at = random.next() < 0.6 ? -integerBetween(random, 240, 600) : integerBetween(random, -30, 600);
    add(at, { kind: "drainedByHand", region });
  }
  if (plan.traffic.switch.kind !== "healthCheck") return;
  if (random.next() < 0.12) {
    const at = random.next() < 0.7 ? -integerBetween(random, 200, 500) : integerBetween(random, -30, 500);
    // An organisation closes all buckets at once, a person one.
    const closed = random.next() < 0.5 ? regions : [pick(random, regions)];
    for (const region of closed) add(at, { kind: "publicAccess", region, as: "blocked" });
    if (random.next() < 0.4) {
      const until = at + integerBetween(random, 30, 900);
      for (const region of closed) add(until, { kind: "publicAccess", region, as: "allowed" });
    }
  }
  if (random.next() < 0.1) {
    const at = integerBetween(random, -200, 400);
    add(at, { kind: "objectVanishes", region: pick(random, regions), key: canaryKey });
  }
  if (random.next() < 0.08) {
    const at = integerBetween(random, 60, 500);
    add(at, { kind: "objectVanishes", region: pick(random, others), key: evacuationKey(failed) });
  }
}
