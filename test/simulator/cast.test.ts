import type { Plan } from "../../functions/shared/plan/plan.ts";
import { castScenario, MiscastError } from "../../simulator/cast.ts";
import { planNamed } from "../../simulator/plans.ts";
import { play } from "../../simulator/play.ts";
import type { Outcome, Scenario } from "../../simulator/scenario.ts";
import { scenarios } from "../../simulator/scenarios/index.ts";
import { examplePlan } from "../fakes/plans.ts";

const levels = (traffic: string, capacity: string, database: string) => ({
  "automation.traffic": traffic,
  "automation.capacity": capacity,
  "automation.database": database,
});

const plans: readonly (readonly [string, Plan])[] = [
  ["storefront", planNamed("storefront")],
  ["two-regions", planNamed("two-regions")],
  ["stateless", planNamed("stateless")],
  ["storefront, observe", examplePlan("storefront", levels("observe", "observe", "observe"))],
  ["storefront, approve", examplePlan("storefront", levels("approve", "approve", "approve"))],
  ["storefront, observe the database", examplePlan("storefront", levels("automatic", "automatic", "observe"))],
  ["storefront, observe capacity", examplePlan("storefront", levels("automatic", "observe", "automatic"))],
  ["stateless, observe", examplePlan("stateless", levels("observe", "observe", "observe"))],
];

function scenarioNamed(name: string): Scenario {
  const scenario = scenarios.find((each) => each.name === name);
  if (scenario === undefined) throw new RangeError(name);
  return scenario;
}

/** Plans under which every story is played; of the others only the expectations are looked at. */
const played = plans.filter(([name]) => name !== "storefront, observe capacity");

/** Every story that fits the plan. */
function castAll(plan: Plan): readonly Scenario[] {
  return scenarios.flatMap((scenario) => {
    try {
      return [castScenario(scenario, plan)];
    } catch (error) {
      if (error instanceof MiscastError) return [];
      throw error;
    }
  });
}

describe.each(played)("under plan %s", (name, plan) => {
  it("every story that fits ends as the plan lets it, with no promise broken", async () => {
    const wrong: unknown[] = [];
    const cast = castAll(plan);
    for (const scenario of cast) {
      const { result } = await play({ scenario, plan, seed: 1 });
      const { outcome, expected, violations } = result;
      if (outcome !== expected || violations.length > 0)
        wrong.push({ story: scenario.name, outcome, expected, violations });
    }

    expect(cast.length).toBeGreaterThanOrEqual(name === "stateless, observe" ? 6 : 10);
    expect(wrong).toEqual([]);
  });
});

describe("castScenario", () => {
  it.each<readonly [string, string, Outcome]>([
    ["region-outage", "storefront, observe", "observed"],
    ["region-outage", "storefront, approve", "waitingForApproval"],
    ["region-outage", "storefront, observe the database", "degraded"],
    ["secondary-outage", "storefront, observe the database", "recovered"],
    ["manual-start", "storefront, observe", "waitingForApproval"],
    ["approval-given", "two-regions", "degraded"],
    ["blip", "storefront, observe", "stoodDown"],
  ])("expects of %s under plan %s: %s", (story, name, expected) => {
    const plan = new Map(plans).get(name) as Plan;

    expect(castScenario(scenarioNamed(story), plan).expected).toBe(expected);
  });

  it.each([
    ["lag-unknown", "stateless", "a database, and automation.database: approve or automatic"],
    ["two-writers", "stateless", "a database, and automation.database: automatic"],
    ["never-closes", "storefront, observe", "automation.traffic: automatic, and "],
    ["no-capacity", "storefront, observe capacity", "automation.capacity: automatic and "],
    ["acting-region-dies", "two-regions", "three Regions or more"],
    ["two-regions-no-witness", "storefront", "two Regions and no witness"],
    ["observe-mode", "stateless", "an alarm in detection.alarms"],
    ["zombie-holder", "storefront, approve", "automation.traffic: automatic"],
    ["manual-start", "two-regions", "the Regions and the coordination item of plan storefront"],
    ["observer-partition", "two-regions", "a Region that serves for the part of ap-southeast-1"],
    ["event-storm", "stateless", "an alarm like storefront-us-east-1-customers"],
  ])("refuses %s under plan %s, which lacks %s", (story, name, needed) => {
    const plan = new Map(plans).get(name) as Plan;

    const cast = () => castScenario(scenarioNamed(story), plan);

    expect(cast).toThrow(MiscastError);
    expect(cast).toThrow(`scenario ${story} needs ${needed}`);
  });

  it("refuses a blip under a plan that confirms sooner than it passes", () => {
    const plan = examplePlan("storefront", { "detection.confirmFor": "PT30S" });

    expect(() => castScenario(scenarioNamed("blip"), plan)).toThrow("needs detection.confirmFor: PT1M or longer");
  });

  it("gives the parts of the coordination table to Regions that only hold a replica", () => {
    const plan = examplePlan("storefront", { "coordination.regions": ["eu-west-1", "eu-west-3", "eu-central-1"] });

    const { script } = castScenario(scenarioNamed("lease-store-unreachable"), plan);

    expect(script.map(({ action }) => (action.kind === "region" ? action.region : action.kind))).toEqual([
      "eu-west-3",
      "eu-central-1",
      "us-east-1",
      "alarmEvent",
    ]);
  });

  it("does not take an application of the same name in other Regions for the same", () => {
    const plan = examplePlan("storefront", { "coordination.regions": ["eu-west-1", "eu-west-3", "eu-central-1"] });

    expect(() => castScenario(scenarioNamed("forgotten-pause"), plan)).toThrow(
      "needs the Regions and the coordination item of plan storefront",
    );
  });
});
