import type { Plan } from "../functions/shared/plan/plan.ts";
import { integerBetween, pick, type Random, seededRandom } from "../functions/shared/random.ts";
import type { Action } from "./scenario.ts";

type Add = (at: number, action: Action) => void;

/**
 * Failures that Regions see differently: a Region that lives or dies behind a link to one survivor, or to all but one, that is
 * cut, for good or for a while; and a person who has begun a failover by hand. A source of its own: what is drawn here changes
 * nothing of what is drawn elsewhere.
 */
export function drawSight(seed: number, plan: Plan, failed: string, add: Add): void {
  const random = seededRandom(Math.imul(seed + 1, 0x6c8e9cf5));
  if (plan.regions.length > 2 && random.next() < 0.12) drawPartialView(random, plan, failed, add);
  const survivors = Object.keys(plan.database?.clusters ?? {}).filter((region) => region !== failed);
  if (survivors.length > 0 && random.next() < 0.05) {
    add(integerBetween(random, 5, 150), { kind: "databaseMoving", to: pick(random, survivors) });
  }
}

/** The plan of a world, some of whose authors confirm a failure sooner than a heartbeat grows old (FM75). */
export function withHaste(seed: number, plan: Plan): Plan {
  const random = seededRandom(Math.imul(seed + 1, 0x1b873593));
  if (random.next() >= 0.1) return plan;
  const probeEverySeconds = pick(random, [5, 10]);
  const confirmForSeconds = integerBetween(random, 3, 8) * 5;
  return { ...plan, detection: { ...plan.detection, probeEverySeconds, confirmForSeconds } };
}

function drawPartialView(random: Random, plan: Plan, failed: string, add: Add): void {
  const others = plan.regions.map(({ name }) => name).filter((name) => name !== failed);
  const seesOn = pick(random, others);
  // One survivor loses it, or whoever looks on but for one: then its failure is disputed.
  const blind =
    random.next() < 0.6 ? [seesOn] : [...others, ...plan.detection.witnesses].filter((name) => name !== seesOn);
  const cutAt = integerBetween(random, -5, 40);
  const isForGood = random.next() < 0.6;
  const mendedAt = cutAt + integerBetween(random, 60, 500);
  for (const vantage of blind) {
    add(cutAt, { kind: "link", between: [vantage, failed], as: "cut" });
    if (!isForGood) add(mendedAt, { kind: "link", between: [vantage, failed], as: "mended" });
  }
  // Behind the cut it lives on, or it is lost for all in the end.
  if (random.next() < 0.4)
    add(cutAt + integerBetween(random, 20, 300), { kind: "region", region: failed, health: "dark" });
}
