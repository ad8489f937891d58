import { readdirSync, readFileSync } from "node:fs";
import { initialItem } from "../../functions/coordination/rules.ts";
import { automationRules } from "../../functions/shared/plan/checks/automation.ts";
import { checkPlan } from "../../functions/shared/plan/checks.ts";
import type { Plan } from "../../functions/shared/plan/plan.ts";
import { faultKinds } from "../../simulator/aws/faults.ts";
import { planNamed } from "../../simulator/plans.ts";
import { drawScenario } from "../../simulator/random-scenario.ts";

const worlds = Array.from({ length: 500 }, (_, index) => drawScenario(index + 1));

function planOf({ plan, scenario }: (typeof worlds)[number]): Plan {
  return { ...plan, automation: { ...plan.automation, ...scenario.automation } };
}

const actions = worlds.flatMap(({ scenario }) => scenario.script.map(({ action }) => action));

it("FM83: draws a world for each seed, also where the Region that would be the fourth is a witness already", () => {
  for (const seed of [1_052, 1_302, 3_327, 4_785, 7_390]) expect(drawScenario(seed).plan.regions).toHaveLength(3);
});

it("draws no automation that a plan's checks refuse", () => {
  const found = worlds.map(planOf).flatMap((plan) => automationRules.flatMap((rule) => rule(plan)));

  expect(found).toEqual([]);
});

it("FM72: draws witnesses, none to two, and no quorum that a plan's checks refuse", () => {
  const found = worlds.map(planOf).flatMap(checkPlan);
  const drawn = new Set(worlds.map(({ plan }) => `${plan.detection.witnesses.length} ${plan.detection.quorum}`));

  expect(found).toEqual([]);
  expect([...drawn]).toEqual(expect.arrayContaining(["0 1", "0 2", "1 2", "2 2", "2 3"]));
});

const isAllGray = ({ plan, scenario }: (typeof worlds)[number]) =>
  plan.regions.every(({ name }) =>
    scenario.script.some(
      ({ action }) => action.kind === "region" && action.region === name && action.health === "gray",
    ),
  );

it("FM70: draws worlds in which every Region is gray for long", () => {
  expect(worlds.filter(isAllGray).length).toBeGreaterThan(10);
});

it("draws one trouble without regard to another: no two have the same source of chance", () => {
  const has = (kind: string) => (world: (typeof worlds)[number]) =>
    world.scenario.script.some(({ action }) => action.kind === kind);
  const sources = readdirSync("simulator")
    .filter((name) => name.startsWith("random-"))
    .flatMap((name) => readFileSync(`simulator/${name}`, "utf8").match(/Math\.imul\(seed \+ 1, \w+\)/g) ?? []);

  expect(new Set(sources).size).toBe(sources.length);
  for (const other of ["drainedByHand", "coordination"]) {
    const both = worlds.filter(isAllGray).filter(has(other));
    expect([other, both.length < worlds.filter(isAllGray).length / 2]).toEqual([other, true]);
  }
});

it("draws the levels of traffic, capacity and database apart from each other", () => {
  const drawn = new Set(
    worlds.map((world) => {
      const { traffic, capacity, database } = planOf(world).automation;
      return `${traffic} ${capacity} ${database}`;
    }),
  );

  // Of 27 combinations the checks leave 14 to a plan with database and groups.
  expect(drawn.size).toBe(14);
});

it("draws a past: evacuated Regions, completed runs and pauses, some of them in force", () => {
  expect(actions.filter(({ kind }) => kind === "takenOut").length).toBeGreaterThan(10);
  const now = Date.parse("2026-11-01T00:00:00.000Z");
  const empty = initialItem("a", [], now);
  const pasts = actions.flatMap((action) => (action.kind === "coordination" ? [action.change(empty, now)] : []));
  const pauses = pasts.flatMap(({ pause }) => (pause === null ? [] : [Date.parse(pause.until) > now]));

  expect(new Set(pauses)).toEqual(new Set([true, false]));
  expect(pasts.filter(({ completed }) => completed.length > 0).length).toBeGreaterThan(50);
});

it("draws the loss of the lease table's majority, and of a witness", () => {
  const dark = new Set(actions.flatMap((action) => (action.kind === "region" ? [action.region] : [])));

  for (const region of planNamed("storefront").coordination.regions) expect(dark).toContain(region);
  for (const region of planNamed("storefront").detection.witnesses) expect(dark).toContain(region);
});

it("draws every kind of fault", () => {
  const drawn = new Set(worlds.flatMap(({ rates }) => faultKinds.filter((kind) => (rates[kind] ?? 0) > 0)));

  expect([...drawn].sort()).toEqual([...faultKinds].sort());
});

it("FM84: draws plans with clusters in some Regions only, which their checks accept", () => {
  const plans = worlds.map(planOf);
  const few = plans.filter(
    ({ database, regions }) => database !== null && Object.keys(database.clusters).length < regions.length,
  );

  expect(few.length).toBeGreaterThan(10);
  expect(few.flatMap(checkPlan)).toEqual([]);
  expect(new Set(few.flatMap(({ database }) => Object.keys(database?.clusters ?? {}))).size).toBe(3);
});

it("FM83: draws two losses in turn, the second while Aurora may still rebuild, with one Region left and with two", () => {
  const inTurn = worlds.filter(({ plan: { database }, scenario: { script } }) => {
    const lost = script.filter(({ action }) => action.kind === "region" && action.health !== "up");
    const isAlone = script.length <= 4 && script.every(({ action }) => action.kind === "region");
    return database !== null && isAlone && lost.length === 2 && lost[0]?.at === 0 && (lost[1]?.at ?? 0) > 180;
  });

  expect(inTurn.length).toBeGreaterThan(5);
  expect(new Set(inTurn.map(({ plan }) => plan.regions.length))).toEqual(new Set([3, 4]));
});

it("FM85: draws clusters of different sizes, Serverless v2 and not", () => {
  const sizes = actions.flatMap((action) => (action.kind === "databaseSize" ? [action] : []));

  expect(sizes.filter(({ units }) => units !== null).length).toBeGreaterThan(50);
  expect(new Set(sizes.filter(({ units }) => units === null).map(({ instanceClass }) => instanceClass)).size).toBe(4);
});
