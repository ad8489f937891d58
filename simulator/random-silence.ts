import { type Plan, vantagesOf } from "../functions/shared/plan/plan.ts";
import { integerBetween, pick, seededRandom } from "../functions/shared/random.ts";
import type { Action } from "./scenario.ts";

type Add = (at: number, action: Action) => void;

/** So long before the fault a vantage is lost: long enough for everybody to have noticed. */
const lostBefore = -240;

/**
 * What makes a failure hard to hear of: vantages that are lost until no quorum can be had, a Region that flaps or fails only
 * some of its requests, and buses that answer and take nothing.
 */
export function drawSilence(seed: number, plan: Plan, failed: string, add: Add): void {
  const random = seededRandom(Math.imul(seed + 1, 0xc2b2ae35));
  const chance = (probability: number) => random.next() < probability;
  const { witnesses } = plan.detection;
  const regions = plan.regions.map(({ name }) => name);
  if (witnesses.length > 0 && chance(0.06)) {
    add(lostBefore, { kind: "region", region: pick(random, witnesses), health: "dark" });
  } else if (chance(0.04)) {
    // One after the other, the witnesses first, until one is left.
    const order = [...witnesses, ...regions.filter((name) => name !== failed)].slice(0, -1);
    for (const [index, region] of order.entries()) {
      add(lostBefore + index * integerBetween(random, 100, 260), { kind: "region", region, health: "dark" });
    }
  }
  const unsteady = random.next();
  if (unsteady < 0.05) {
    const region = chance(0.7) ? failed : pick(random, regions);
    const period = integerBetween(random, 70, 130);
    const down = integerBetween(random, 25, Math.min(60, period - 20));
    const health = pick(random, ["dark", "gray", "gray"] as const);
    const until = integerBetween(random, 600, 1_500);
    for (let at = integerBetween(random, 0, 120); at < until; at += period) {
      add(at, { kind: "region", region, health });
      add(at + down, { kind: "region", region, health: "up" });
    }
  } else if (unsteady < 0.1) {
    const region = pick(random, regions);
    const from = integerBetween(random, 0, 300);
    add(from, { kind: "impaired", region, servedShare: integerBetween(random, 70, 88) / 100 });
    add(from + integerBetween(random, 420, 1_500), { kind: "impaired", region, servedShare: 1 });
  }
  if (chance(0.2)) {
    const share = pick(random, [0.5, 0.8, 1, 1]);
    const seconds = integerBetween(random, 120, 500);
    const from = integerBetween(random, -30, 100);
    for (const region of chance(0.6) ? vantagesOf(plan) : [pick(random, regions)]) {
      add(from, { kind: "entriesFail", region, share, seconds });
    }
  }
}
