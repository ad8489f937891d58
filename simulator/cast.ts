import type { Plan } from "../functions/shared/plan/plan.ts";
import { expectedUnder } from "./expectation.ts";
import { findUnmetNeed } from "./needs.ts";
import { planNamed } from "./plans.ts";
import type { Scenario } from "./scenario.ts";

/** Why a scenario cannot be played under a plan: the plan has too few Regions for its parts, or lacks what it is about. */
export class MiscastError extends Error {
  override readonly name = "MiscastError";
  /** What the plan would have to have, as the end of "needs …". */
  readonly needed: string;

  constructor(scenario: Scenario, plan: Plan, needed: string) {
    super(`scenario ${scenario.name} needs ${needed}, which plan ${plan.application} does not have`);
    this.needed = needed;
  }
}

/**
 * A scenario with its parts given to the Regions of another plan: the writer's Region plays the writer's, the others
 * follow in the plans' order, those with a cluster of the database first, witnesses play witnesses, and a Region that only holds a replica of the coordination table
 * plays one that does. Names that are written out in a scenario's own code stay.
 * @throws MiscastError naming what the plan lacks
 */
export function castScenario(scenario: Scenario, plan: Plan): Scenario {
  const cast = giveParts(scenario, plan);
  const unmet = findUnmetNeed(cast, plan);
  if (unmet !== null) throw new MiscastError(scenario, plan, unmet);
  return { ...cast, expected: expectedUnder(cast, plan) };
}

function giveParts(scenario: Scenario, plan: Plan): Scenario {
  const home = planNamed(scenario.plan);
  const regions = new Map(pair(partsOf(home), partsOf(plan)));
  const kinds = new Map(kindsOf(partsOf(home)));
  const alarms = new Map(
    home.detection.alarms.map(({ name, suspects }) => {
      const other = plan.detection.alarms.find((alarm) => alarm.suspects === regions.get(suspects));
      return [name, other?.name] as const;
    }),
  );
  const demand = (found: string | undefined, what: string) => {
    if (found === undefined) throw new MiscastError(scenario, plan, what);
    return found;
  };
  // The same application under the same names, whatever else its plan says.
  const isAtHome =
    home.application === plan.application && [...regions, ...alarms].every(([part, player]) => part === player);
  if (isAtHome) return scenario;

  const text = JSON.stringify(scenario, (_key, value) => {
    if (typeof value !== "function") return value;
    throw new MiscastError(scenario, plan, `the Regions and the coordination item of plan ${scenario.plan}`);
  });
  const replaced = JSON.parse(text, (_key, value) => {
    if (typeof value !== "string") return value;
    if (alarms.has(value)) return demand(alarms.get(value), `an alarm like ${value}`);
    return regions.has(value) ? demand(regions.get(value), `a ${kinds.get(value)} for the part of ${value}`) : value;
  }) as Scenario;
  return { ...replaced, name: scenario.name, summary: scenario.summary, failureModes: scenario.failureModes };
}

/** The Regions of a plan by what they do in it, each once. */
interface Parts {
  /** The writer's first, then those that have a cluster besides. */
  readonly serving: readonly string[];
  readonly witnesses: readonly string[];
  /** They do nothing but hold a replica of the coordination table. */
  readonly replicas: readonly string[];
}

function partsOf({ regions, database, detection, coordination }: Plan): Parts {
  const names = regions.map(({ name }) => name);
  const writer = database?.writer ?? names[0] ?? "";
  const others = names.filter((name) => name !== writer);
  const hasCluster = (name: string) => database === null || Object.hasOwn(database.clusters, name);
  const { witnesses } = detection;
  return {
    serving: [writer, ...others.filter(hasCluster), ...others.filter((name) => !hasCluster(name))],
    witnesses,
    replicas: coordination.regions.filter((name) => !names.includes(name) && !witnesses.includes(name)),
  };
}

const partKinds = ["serving", "witnesses", "replicas"] as const satisfies readonly (keyof Parts)[];

const kindWords: Readonly<Record<keyof Parts, string>> = {
  serving: "Region that serves",
  witnesses: "witness",
  replicas: "Region of its own for a replica of the coordination table,",
};

function kindsOf(parts: Parts): readonly (readonly [string, string])[] {
  return partKinds.flatMap((kind) => parts[kind].map((part) => [part, kindWords[kind]] as const));
}

/** Each part of one plan with who plays it in the other; undefined where nobody is left to. */
function pair(home: Parts, away: Parts): readonly (readonly [string, string | undefined])[] {
  return partKinds.flatMap((kind) => home[kind].map((part, index) => [part, away[kind][index]] as const));
}
