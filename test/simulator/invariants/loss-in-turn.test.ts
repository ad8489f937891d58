import type { CoordinationItem, RegionState } from "../../../functions/coordination/item.ts";
import { initialItem } from "../../../functions/coordination/rules.ts";
import { isoInstant } from "../../../functions/shared/clock.ts";
import type { RegionHealth } from "../../../simulator/aws/service.ts";
import { HealthHistory } from "../../../simulator/invariants/health-history.ts";
import type { Ledger } from "../../../simulator/invariants/ledger.ts";
import { LossInTurn } from "../../../simulator/invariants/loss-in-turn.ts";
import { planNamed } from "../../../simulator/plans.ts";
import type { World } from "../../../simulator/world.ts";

const plan = planNamed("storefront");
const start = Date.parse("2026-11-01T00:00:00.000Z");
const names = plan.regions.map(({ name }) => name);
const [first, second] = names as [string, string];

/** A world of which a Region has been dark for so long, with what the records say last. */
function judged(changes: {
  readonly darkForSeconds?: number;
  readonly firstIs?: RegionState;
  readonly lastIs?: RegionHealth;
  readonly reason?: string;
  readonly saidAfterSeconds?: number;
  /** When the last incident ended. */
  readonly freeAfterSeconds?: number;
  readonly item?: Partial<CoordinationItem>;
}): readonly string[] {
  const { darkForSeconds = 301, firstIs = "evacuated", lastIs = "up", reason = "everythingFailing", item } = changes;
  const { saidAfterSeconds = 90, freeAfterSeconds = -60 } = changes;
  const history = new HealthHistory();
  history.note({ kind: "health", region: second, before: "up", after: "dark" }, start);
  const healths: Readonly<Record<string, RegionHealth>> = { [first]: "dark", [second]: "dark" };
  const book = initialItem(plan.application, names, start);
  const out = { state: firstIs, since: book.regions[first]?.since ?? "", incident: null };
  const world = {
    plan,
    clock: { now: () => start + darkForSeconds * 1_000 },
    regions: { health: (region: string) => healths[region] ?? lastIs },
    canBeTakenOver: () => true,
  } as unknown as World;
  const ledger = {
    item: { ...book, regions: { ...book.regions, [first]: out }, ...item },
    decisions: [{ at: isoInstant(start + saidAfterSeconds * 1_000), detail: { reason } }],
    tenures: [{ to: start + freeAfterSeconds * 1_000 }],
  } as unknown as Ledger;
  return new LossInTurn(world, ledger, history).judge().map(({ invariant }) => invariant);
}

it("FM71: a Region that is dark for five minutes is answered, though the last one falters under its customers", () => {
  expect(judged({})).toEqual(["lossInTurnAnswered"]);
});

it.each<[string, Parameters<typeof judged>[0]]>([
  ["before five minutes are over", { darkForSeconds: 299 }],
  ["where none was taken out before: that is deadRegionAnswered's", { firstIs: "inService" }],
  ["where the last one fails by itself", { lastIs: "gray" }],
  ["where an incident was in progress until lately", { freeAfterSeconds: 30 }],
  ["where that was said of something before", { saidAfterSeconds: -30 }],
  ["where something else held automation back", { reason: "dailyLimit" }],
  ["during a pause", { item: { pause: { until: "2026-11-01T01:00:00.000Z", by: "ben", reason: "maintenance" } } }],
])("says nothing %s", (_name, changes) => {
  expect(judged(changes)).toEqual([]);
});
