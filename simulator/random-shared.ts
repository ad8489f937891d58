import type { Plan } from "../functions/shared/plan/plan.ts";
import { integerBetween, pick, type Random, seededRandom } from "../functions/shared/random.ts";
import type { RegionHealth } from "./aws/service.ts";
import type { Action, Cue } from "./scenario.ts";

/** What a random world is made of, as far as shared trouble replaces it. */
export interface Drawn {
  readonly plan: Plan;
  readonly automation: Plan["automation"];
  readonly failed: string;
  readonly script: readonly Cue[];
}

type Add = (at: number, action: Action) => void;

/** What speaks of Regions' health, or of what came before, has no place beside a trouble that all share. */
const replaced: ReadonlySet<Action["kind"]> = new Set(["region", "link", "shortage", "takenOut", "coordination"]);

/**
 * In every tenth world nothing fails alone: every Region is gray for long, or dark and back, each at its own moment, with
 * witnesses and without; or the last Region has no capacity to be had when the others are lost in turn; or witnesses have
 * a trouble of their own while a Region fails. All other worlds are left as they are.
 */
export function drawShared(seed: number, drawn: Drawn): Drawn {
  const random = seededRandom(Math.imul(seed + 1, 0x165667b1));
  const kind = random.next();
  const regions = drawn.plan.regions.map(({ name }) => name);
  const plan = drawWitnesses(random, drawn.plan);
  const cues = drawn.script.filter(({ action }) => !replaced.has(action.kind));
  const add: Add = (at, action) => cues.push({ at, action });
  if (kind < 0.05) {
    drawGray(random, regions, add);
    return { ...drawn, plan, script: cues };
  }
  if (kind < 0.065) {
    drawDarkAndBack(random, regions, add);
    return { ...drawn, plan, script: cues };
  }
  if (kind < 0.085 && regions.length > 2) {
    // Nobody but automation has a hand in it.
    const script: Cue[] = [];
    drawCascade(random, drawn.plan, (at, action) => script.push({ at, action }));
    return { plan: drawn.plan, automation: drawn.plan.automation, failed: regions[0] as string, script };
  }
  if (kind < 0.1 && plan.detection.witnesses.length > 0) {
    const health: RegionHealth = pick(random, ["dark", "dark", "gray", "up"] as const);
    add(0, { kind: "region", region: drawn.failed, health });
    drawBlindWitnesses(random, plan, add);
    return { ...drawn, plan, script: cues };
  }
  return drawn;
}

/** None, those of the plan, or two, by as high a quorum as its checks allow. */
function drawWitnesses(random: Random, plan: Plan): Plan {
  const many = pick(random, ["none", "own", "two", "two"] as const);
  const outside = ["us-west-2", "ca-central-1", "eu-central-1", "sa-east-1"].filter((name) =>
    plan.regions.every((region) => region.name !== name),
  );
  const witnesses = { none: [], own: plan.detection.witnesses, two: outside.slice(0, 2) }[many];
  const observers = plan.regions.length - 1 + witnesses.length;
  const quorum = observers === 1 ? 1 : integerBetween(random, 2, Math.min(3, observers));
  // Two Regions that nobody else sees promote nothing by themselves; such a plan is drawn as it is.
  if (plan.regions.length === 2 && witnesses.length === 0) return plan;
  return { ...plan, detection: { ...plan.detection, witnesses, quorum } };
}

function drawGray(random: Random, regions: readonly string[], add: Add): void {
  const lasts = integerBetween(random, 1_200, 3_600);
  const spread = pick(random, [0, 20, 45]);
  for (const region of regions) {
    add(integerBetween(random, 0, spread), { kind: "region", region, health: "gray" });
    add(lasts + integerBetween(random, 0, 400), { kind: "region", region, health: "up" });
  }
  // One that is lost in the middle of it is no more a failure of its own than the rest is.
  if (random.next() < 0.3) {
    add(integerBetween(random, 300, 1_100), { kind: "region", region: pick(random, regions), health: "dark" });
  }
}

function drawDarkAndBack(random: Random, regions: readonly string[], add: Add): void {
  for (const region of regions) {
    add(integerBetween(random, 0, 20), { kind: "region", region, health: "dark" });
    const after: RegionHealth = pick(random, ["up", "up", "gray"] as const);
    add(integerBetween(random, 90, 900), { kind: "region", region, health: after });
  }
  add(1_500, { kind: "region", region: pick(random, regions), health: "up" });
}

/** The first is evacuated, the last can launch next to nothing, and then the one in between, which has the writer, is lost. */
function drawCascade(random: Random, { regions, database }: Plan, add: Add): void {
  const names = regions.map(({ name }) => name);
  const first = names[0] as string;
  const heir = database?.promotionOrder.find((name) => name !== first) ?? (names[1] as string);
  const last = names.find((name) => name !== first && name !== heir) as string;
  add(-1, { kind: "shortage", region: last, launchable: integerBetween(random, 0, 2) });
  add(0, { kind: "region", region: first, health: "dark" });
  const secondAt = integerBetween(random, 800, 1_100);
  add(secondAt, { kind: "region", region: heir, health: "dark" });
  // The world goes on until somebody must have answered.
  add(secondAt + 420, { kind: "shortage", region: last, launchable: 0 });
}

/** Witnesses whose probes reach nobody, though they are heard as ever. */
function drawBlindWitnesses(random: Random, { detection }: Plan, add: Add): void {
  const from = integerBetween(random, -30, 60);
  for (const region of detection.witnesses) {
    add(from + integerBetween(random, 0, 20), { kind: "view", region, as: "lost" });
    // At the end the world must have gone on for so long that somebody ought to have acted.
    add(from + integerBetween(random, 500, 900), { kind: "view", region, as: "back" });
  }
}
