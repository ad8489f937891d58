import type { CoordinationItem, RegionState } from "../../../functions/coordination/item.ts";
import { initialItem } from "../../../functions/coordination/rules.ts";
import { isoInstant } from "../../../functions/shared/clock.ts";
import type { TrafficControl } from "../../../simulator/aws/traffic-control.ts";
import { Evacuations } from "../../../simulator/invariants/evacuations.ts";

const start = Date.parse("2026-11-01T00:00:00.000Z");
const minute = 60_000;

/** A world of three Regions: whose records are healthy, and who holds which evacuation. */
function prepare(switchKeeps: "objects" | "one store" = "objects") {
  const healthy = new Set(["a", "b", "c"]);
  const holders = new Map<string, readonly string[]>();
  const traffic = {
    dns: { isHealthy: (region: string) => healthy.has(region) },
    isTamperedWith: () => false,
    holdersOf: switchKeeps === "objects" ? (region: string) => holders.get(region) ?? [] : null,
  } as unknown as TrafficControl;
  let item: CoordinationItem = initialItem("shop", ["a", "b", "c"], start);
  const evacuations = new Evacuations(traffic);
  return {
    healthy,
    holders,
    book(region: string, state: RegionState, since: number) {
      item = { ...item, regions: { ...item.regions, [region]: { state, since: isoInstant(since), incident: null } } };
    },
    judge: (at: number) => evacuations.judge(item, at).map(({ message }) => message.split(",")[0]),
  };
}

/** A was evacuated by B, and DNS has let it go. */
function evacuated(switchKeeps?: "objects" | "one store") {
  const world = prepare(switchKeeps);
  world.healthy.delete("a");
  world.holders.set("a", ["b"]);
  world.book("a", "evacuated", start);
  expect(world.judge(start)).toEqual([]);
  return world;
}

it("a Region that was never out of DNS is not watched", () => {
  const world = prepare();
  world.book("a", "evacuated", start);

  expect(world.judge(start + 10 * minute)).toEqual([]);
});

it("back while its object can be reached breaks the promise, once the checkers have had time to see it", () => {
  const world = evacuated();
  world.judge(start + 1);
  world.healthy.add("a");

  expect(world.judge(start + minute / 2)).toEqual([]);
  expect(world.judge(start + 2 * minute)).toEqual(["a"]);
});

it("back when nobody who holds it can be reached is excused", () => {
  const world = evacuated();
  world.holders.set("a", []);
  world.healthy.add("a");

  expect(world.judge(start + 10 * minute)).toEqual([]);
});

it("but not where somebody holds a later evacuation without it", () => {
  const world = evacuated();
  world.holders.set("a", []);
  world.healthy.delete("b");
  world.book("b", "evacuated", start + 5 * minute);
  world.holders.set("b", ["c"]);
  world.healthy.add("a");

  expect(world.judge(start + 5 * minute + 10_000)).toEqual([]);
  expect(world.judge(start + 6 * minute)).toEqual(["a"]);
});

it("an earlier evacuation says nothing of a later one", () => {
  const world = evacuated();
  world.holders.set("a", []);
  world.healthy.delete("b");
  world.book("b", "evacuated", start - 5 * minute);
  world.holders.set("b", ["c"]);
  world.healthy.add("a");

  expect(world.judge(start + 10 * minute)).toEqual([]);
});

it("back after somebody returned it is as it should be", () => {
  const world = evacuated();
  world.book("a", "inService", start + minute);
  world.judge(start + minute);
  world.healthy.add("a");

  expect(world.judge(start + 10 * minute)).toEqual([]);
});

it("a switch that keeps its state in one place has no excuse", () => {
  const world = evacuated("one store");
  world.healthy.add("a");

  expect(world.judge(start + 1)).toEqual(["a"]);
});
