import type { Plan } from "../functions/shared/plan/plan.ts";
import { integerBetween, pick, type Random, seededRandom } from "../functions/shared/random.ts";
import { failoverSeconds, secondaryRebuildSeconds } from "./aws/timings.ts";
import { hasRoomForFourth, withClustersIn, withFourthRegion } from "./plans.ts";
import type { Drawn } from "./random-shared.ts";
import type { Cue } from "./scenario.ts";

/** So often a plan of three Regions has a cluster of its database in two of them only. */
const fewClustersShare = 0.1;
/** So often Regions are lost in turn while the database is still rebuilt after the first. */
const lossesShare = 0.05;

/**
 * A plan whose database has no cluster in one of the Regions, in some worlds; never the writer's, and never so few that
 * nobody could take over. A source of its own: what is drawn here changes nothing of what is drawn elsewhere.
 */
export function drawFewClusters(seed: number, plan: Plan): Plan {
  const random = seededRandom(Math.imul(seed + 1, 0x9fb21c65));
  const { database } = plan;
  if (database === null || random.next() >= fewClustersShare) return plan;
  const followers = Object.keys(database.clusters).filter((region) => region !== database.writer);
  if (followers.length < 2) return plan;
  const without = pick(random, followers);
  return withClustersIn(
    plan,
    Object.keys(database.clusters).filter((region) => region !== without),
  );
}

/**
 * In some worlds with three Regions and a database nothing else happens but this: the writer's Region is lost, and while
 * Aurora rebuilds the other secondaries from the new writer, a Region that is left is lost as well, mostly the new writer's
 * (FM83). Half of them have a fourth Region, so that two are left to choose from. All other worlds stay as they are.
 */
export function drawLosses(seed: number, drawn: Drawn): Drawn {
  const random = seededRandom(Math.imul(seed + 1, 0x2545f491));
  if (random.next() >= lossesShare || drawn.plan.database === null || drawn.plan.regions.length < 3) return drawn;
  const plan = random.next() < 0.5 && hasRoomForFourth(drawn.plan) ? withFourthRegion(drawn.plan) : drawn.plan;
  const { database } = plan;
  if (database === null) return drawn;
  const script = drawLossesInTurn(random, plan, database);
  return { plan, automation: drawn.plan.automation, failed: database.writer, script };
}

function drawLossesInTurn(
  random: Random,
  { regions }: Plan,
  { writer, promotionOrder }: NonNullable<Plan["database"]>,
): readonly Cue[] {
  const others = regions.map(({ name }) => name).filter((name) => name !== writer);
  const heir = promotionOrder.find((region) => region !== writer) ?? pick(random, others);
  const second = random.next() < 0.8 ? heir : pick(random, others);
  // Decided after some 75 s, moved after as long as a failover takes; from then on the others are rebuilt.
  const movedBy = 90 + failoverSeconds.high;
  const secondAt = movedBy + integerBetween(random, 30, secondaryRebuildSeconds.high);
  const script: Cue[] = [
    { at: 0, action: { kind: "region", region: writer, health: "dark" } },
    { at: secondAt, action: { kind: "region", region: second, health: random.next() < 0.8 ? "dark" : "gray" } },
  ];
  // The first comes back, before the second is lost or after; the second, for good or not.
  if (random.next() < 0.4) {
    const at = integerBetween(random, 400, secondAt + 600);
    script.push({ at, action: { kind: "region", region: writer, health: "up" } });
  }
  if (random.next() < 0.4) {
    const at = secondAt + integerBetween(random, 300, 1_200);
    script.push({ at, action: { kind: "region", region: second, health: "up" } });
  }
  return script;
}
