import type { Plan } from "../functions/shared/plan/plan.ts";
import { integerBetween, pick, seededRandom } from "../functions/shared/random.ts";
import type { Action } from "./scenario.ts";

type Add = (at: number, action: Action) => void;

/** Long before the fault: nobody takes a cluster of another engine in the middle of a story. */
const wellBefore = -400;

/**
 * What a plan's clusters may be besides Aurora in good health, and how their lag may be measured: in whole seconds, by one metric
 * alone, or where CloudWatch throttles whoever asks. A source of its own: what is drawn here changes nothing of what is drawn
 * elsewhere.
 */
export function drawDatabaseForms(seed: number, plan: Plan, add: Add): void {
  if (plan.database === null) return;
  const random = seededRandom(Math.imul(seed + 1, 0x5851f42d));
  if (random.next() < 0.02) add(wellBefore, { kind: "engine", engine: pick(random, ["docdb", "neptune"] as const) });
  const form = random.next();
  for (const region of Object.keys(plan.database.clusters)) {
    const at = integerBetween(random, wellBefore, 0);
    if (form < 0.08) add(wellBefore, { kind: "lagMetric", region, as: "coarse" });
    else if (form < 0.18) {
      const metric = pick(random, ["AuroraGlobalDBRPOLag", "AuroraGlobalDBReplicationLag"] as const);
      add(at, { kind: "lagMetric", region, metric, as: pick(random, ["missing", "frozen"] as const) });
    }
  }
  if (random.next() < 0.06) {
    const share = 0.3 + random.next() / 2;
    const seconds = integerBetween(random, 120, 900);
    add(integerBetween(random, -120, 60), { kind: "throttle", what: { service: "cloudwatch" }, share, seconds });
  }
}

/** What the plan's global tables may be: of the older version, or with a replica of another account. A source of its own, too. */
export function drawTableForms(seed: number, plan: Plan, add: Add): void {
  if (plan.tables.length === 0) return;
  const random = seededRandom(Math.imul(seed + 1, 0x6c62272e));
  const drawn = random.next();
  const region = pick(random, plan.regions).name;
  if (drawn < 0.04) add(-60, { kind: "tableForm", form: { kind: "version2017" } });
  else if (drawn < 0.08) add(-60, { kind: "tableForm", form: { kind: "multiAccount", region } });
}
