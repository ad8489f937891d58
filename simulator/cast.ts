import type { Plan } from "../functions/shared/plan/plan.ts";
import { planNamed } from "./plans.ts";
import type { Outcome, Scenario } from "./scenario.ts";

/** Why a scenario cannot be played under a plan: the plan has too few Regions for its parts, or lacks what it is about. */
export class MiscastError extends Error {
  override readonly name = "MiscastError";
}

/**
 * A scenario with its parts given to the Regions of another plan: the writer's Region plays the writer's, the others
 * follow in the plans' order, witnesses play witnesses. Names that are written out in a scenario's own code stay.
 * @throws MiscastError naming what the plan lacks
 */
export function castScenario(scenario: Scenario, plan: Plan): Scenario {
  const cast = giveParts(scenario, plan);
  return { ...cast, expected: expectedUnder(cast, plan) };
}

/** A story that ends in recovery ends before it where the plan lets automation go less far. */
function expectedUnder({ expected, automation, failedRegion }: Scenario, plan: Plan): Outcome {
  if (expected !== "recovered" || automation !== undefined) return expected;
  const { traffic, database } = plan.automation;
  if (traffic === "observe") return "observed";
  if (traffic === "approve") return "waitingForApproval";
  if (plan.database === null || failedRegion !== plan.database.writer || database === "automatic") return expected;
  return database === "approve" ? "waitingForApproval" : "degraded";
}

function giveParts(scenario: Scenario, plan: Plan): Scenario {
  const home = planNamed(scenario.plan);
  if (home.application === plan.application) return scenario;
  const parts = [...partsOf(home).map((part, index) => [part, partsOf(plan)[index]] as const)];
  const witnesses = home.detection.witnesses.map((part, index) => [part, plan.detection.witnesses[index]] as const);
  const cast = new Map([...parts, ...witnesses]);
  const text = JSON.stringify(scenario, (_key, value) => {
    if (typeof value === "function") {
      throw new MiscastError(`scenario ${scenario.name} rewrites the coordination item of plan ${scenario.plan} only`);
    }
    return value;
  });
  const alarms = new Map(
    home.detection.alarms.map(({ name, suspects }) => {
      const other = plan.detection.alarms.find((alarm) => alarm.suspects === cast.get(suspects));
      return [name, other?.name] as const;
    }),
  );
  const replaced = JSON.parse(text, (_key, value) => {
    if (typeof value !== "string") return value;
    if (alarms.has(value)) return demand(alarms.get(value), `alarm like ${value}`, scenario, plan);
    if (!cast.has(value)) return value;
    return demand(cast.get(value), `Region for the part of ${value}`, scenario, plan);
  }) as Scenario;
  return { ...replaced, name: scenario.name, summary: scenario.summary, failureModes: scenario.failureModes };
}

/** The writer's Region first. */
function partsOf(plan: Plan): readonly string[] {
  const names = plan.regions.map(({ name }) => name);
  const writer = plan.database?.writer ?? names[0] ?? "";
  return [writer, ...names.filter((name) => name !== writer)];
}

function demand(found: string | undefined, what: string, scenario: Scenario, plan: Plan): string {
  if (found !== undefined) return found;
  throw new MiscastError(`scenario ${scenario.name} needs a ${what}, which plan ${plan.application} does not have`);
}
