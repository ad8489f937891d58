import type { Plan } from "../functions/shared/plan/plan.ts";
import { integerBetween, pick, seededRandom } from "../functions/shared/random.ts";
import { instanceClasses, serverlessClass, type SizeSetup } from "./aws/rds/sizes.ts";
import type { Action } from "./scenario.ts";

/** Before anything that a script may do: clusters have been as they are for long. */
const setAt = -230;

/** In half of the worlds with a database the plan lets a new writer's range be raised. A source of its own, as below. */
export function drawScale(seed: number, plan: Plan): Plan {
  const random = seededRandom(Math.imul(seed + 1, 0x846ca68b));
  const { database } = plan;
  return database === null || random.next() < 0.5 ? plan : { ...plan, database: { ...database, scale: "serverless" } };
}

/**
 * In a third of the worlds with a database its clusters are not alike: other instance classes, or Serverless v2 within a
 * range of its own, or some of both (FM85). A source of its own: what is drawn here changes nothing of what is drawn elsewhere.
 */
export function drawSizes(seed: number, plan: Plan, add: (at: number, action: Action) => void): void {
  const random = seededRandom(Math.imul(seed + 1, 0x7feb352d));
  if (plan.database === null || random.next() >= 0.33) return;
  const kind = random.next();
  for (const region of Object.keys(plan.database.clusters)) {
    const isServerless = kind < 0.4 || (kind < 0.5 && random.next() < 0.5);
    const minimum = pick(random, [0.5, 1, 4, 8]);
    const size: SizeSetup = isServerless
      ? { instanceClass: serverlessClass, units: { minimum, maximum: minimum + integerBetween(random, 8, 120) } }
      : { instanceClass: pick(random, instanceClasses), units: null };
    add(setAt, { kind: "databaseSize", region, ...size });
  }
}
