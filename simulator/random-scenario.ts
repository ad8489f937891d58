import type { Plan } from "../functions/shared/plan/plan.ts";
import { integerBetween, pick, type Random, seededRandom } from "../functions/shared/random.ts";
import { type CallPattern, type FaultInjector, type FaultKind, randomFaults } from "./aws/faults.ts";
import { drawMilliseconds, moveShownSeconds } from "./aws/timings.ts";
import { planNamed, switchKinds, withSwitch } from "./plans.ts";
import { drawClusters } from "./random-clusters.ts";
import { drawAutomation } from "./random-automation.ts";
import { drawFewClusters, drawLosses } from "./random-losses.ts";
import { drawNewerVersion } from "./random-formats.ts";
import { drawDatabaseForms, drawTableForms } from "./random-database.ts";
import { drawForeign, drawForgeries } from "./random-foreign.ts";
import { drawBystanders, drawPast } from "./random-past.ts";
import { drawTraffic } from "./random-traffic.ts";
import { drawSwitchTroubles } from "./random-switch.ts";
import { drawShared } from "./random-shared.ts";
import { drawUnanswered } from "./random-questions.ts";
import { drawSight, withHaste } from "./random-sight.ts";
import { drawScale, drawSizes } from "./random-sizes.ts";
import { drawSilence } from "./random-silence.ts";
import type { Action, Cue, Scenario } from "./scenario.ts";
import type { World } from "./world.ts";

/** A world drawn from a seed: what goes wrong in it, when, and how unruly AWS is meanwhile. */
export interface RandomScenario {
  readonly scenario: Scenario;
  /** The scenario's plan, perhaps with another traffic switch. */
  readonly plan: Plan;
  /** Whether it goes on until open questions time out, or ends with somebody waiting. */
  readonly stop: "quiet" | "answered";
  /** How often each kind of fault befalls a call. */
  readonly rates: Readonly<Partial<Record<FaultKind, number>>>;
  prepare(world: World): void;
  faults(world: World): FaultInjector;
}

const leastHorizonSeconds = 5_400;
/** Beside what waits for people: detection, a takeover, and the move of a database. */
const runSeconds = 900;
/** After this nothing new goes wrong, so that what was begun can end. */
const lastTroubleSeconds = 600;

/** What the random world of a seed is called; no story has such a name. */
export function worldName(seed: number): string {
  return `world-${seed}`;
}

/** The same seed gives the same world. Whatever is drawn, the promises must hold. */
export function drawScenario(seed: number): RandomScenario {
  const random = seededRandom(Math.imul(seed + 1, 0x9e3779b1));
  const name = random.next() < 0.6 ? "storefront" : pick(random, ["two-regions", "stateless"]);
  const home = drawScale(seed, drawFewClusters(seed, planNamed(name)));
  const plan = random.next() < 0.6 ? home : withSwitch(home, pick(random, switchKinds));
  const regions = plan.regions.map((region) => region.name);
  const chance = (probability: number) => random.next() < probability;
  const cues: Cue[] = [];
  const add = (at: number, action: Action) => cues.push({ at, action });

  const failed = chance(0.7) ? (regions[0] as string) : pick(random, regions);
  if (regions.length > 2 && chance(0.1)) {
    drawLossInTurn(random, plan, failed, add);
  } else {
    drawOutage(random, failed, 0, add);
    if (regions.length > 2 && chance(0.2)) {
      const second = pick(
        random,
        regions.filter((region) => region !== failed),
      );
      drawOutage(random, second, integerBetween(random, 10, lastTroubleSeconds), add);
    }
  }
  if (plan.database !== null) drawLag(random, regions, add);
  drawAlarms(random, plan, failed, add);
  drawHealthEvents(random, plan, failed, add);
  drawThrottling(random, plan, add);
  drawPeople(random, regions, failed, add);
  for (const region of regions) {
    if (chance(0.12)) add(-10, { kind: "shortage", region, launchable: integerBetween(random, 0, 6) });
  }
  if (chance(0.15) && regions.length > 2) {
    const [one, other] = [pick(random, regions), pick(random, regions)];
    if (one !== other) {
      add(integerBetween(random, 0, 200), { kind: "link", between: [one, other], as: "cut" });
      add(integerBetween(random, 210, lastTroubleSeconds), { kind: "link", between: [one, other], as: "mended" });
    }
  }
  if (chance(0.15)) {
    // The holder stands still right after it took the lease, for just long enough to be taken over (FM24).
    const milliseconds = integerBetween(random, 80_000, 98_000);
    const call = { functionName: "AssessSignal", service: "dynamodb" } as const;
    const occurrence = integerBetween(random, 3, 9);
    add(0, { kind: "faults", faults: [{ call, occurrence, verdict: { kind: "freeze", milliseconds } }] });
  }
  const skewMs = Object.fromEntries(regions.map((region) => [region, integerBetween(random, -2_000, 2_000)]));
  const staleReads = chance(0.5);
  const rates = drawRates(random, regions.length > 2 ? "spare" : "none");
  // A source of its own: what is drawn here changes nothing of what is drawn above.
  const more = seededRandom(Math.imul(seed + 1, 0x85ebca6b));
  const automation = more.next() < 0.7 ? plan.automation : drawAutomation(more, plan);
  drawPast(more, plan, failed, add);
  drawBystanders(more, plan, add);
  drawForeign(seed, plan, add);
  drawForgeries(seed, plan, add);
  const stop = more.next() < 0.5 ? "answered" : "quiet";
  drawStandstill(more, plan, add);
  drawNewerVersion(seed, add);
  drawSizes(seed, plan, add);
  drawSwitchTroubles(seed, plan, failed, add);
  drawSilence(seed, plan, failed, add);
  drawSight(seed, plan, failed, add);
  drawDatabaseForms(seed, plan, add);
  drawTableForms(seed, plan, add);
  drawClusters(seed, plan, add);
  const busyShare = more.next() < 0.5 ? 0.15 : 0;
  const prepareTraffic = drawTraffic(seed, plan, failed, add);
  const moveShownAfterMilliseconds = drawMilliseconds(more, moveShownSeconds);
  const unanswered = drawUnanswered(seed, plan, failed);
  const script = unanswered === null ? cues : [...cues.filter(isNobodysWord), ...unanswered.script];
  const shared = drawShared(seed, {
    plan: withHaste(seed, plan),
    automation: unanswered?.automation ?? automation,
    failed,
    script,
  });
  const drawn = drawLosses(seed, shared);
  // After the last loss two questions, one after the other, may each be left unanswered.
  const losses = drawn.script.filter(({ action }) => action.kind === "region" && action.health !== "up");
  const lastLoss = Math.max(0, ...losses.map(({ at }) => at));
  const horizonSeconds = lastLoss + 2 * drawn.automation.approval.timeoutSeconds + runSeconds;
  return {
    scenario: {
      name: worldName(seed),
      summary: "a random world",
      plan: name,
      automation: drawn.automation,
      failureModes: [],
      expected: null,
      failedRegion: drawn.failed,
      script: drawn.script,
      horizonSeconds: Math.max(leastHorizonSeconds, horizonSeconds),
    },
    plan: drawn.plan,
    rates,
    stop: unanswered === null ? stop : "answered",
    prepare(world) {
      world.skewMs = skewMs;
      prepareTraffic(world);
      world.autoScaling.busyShare = busyShare;
      if (world.rds !== null) world.rds.moveShownAfterMilliseconds = moveShownAfterMilliseconds;
      if (staleReads) world.dynamoDB.staleReads = { rate: 0.1, withinMilliseconds: 2_000 };
    },
    faults: (world) =>
      randomFaults(world.stream("faults"), {
        rates,
        maximum: { crashBefore: 4, crashAfter: 4, freeze: 2, deny: 1, regionDiesBefore: 1, regionDiesAfter: 1 },
        freezeMilliseconds: { from: 2_000, to: 240_000 },
      }),
  };
}

function isNobodysWord({ action }: Cue): boolean {
  return action.kind !== "answer" && action.kind !== "start";
}

type Add = (at: number, action: Action) => void;

function drawOutage(random: Random, region: string, at: number, add: Add): void {
  const kind = random.next();
  const health = kind < 0.6 ? "dark" : kind < 0.85 ? "gray" : "partitioned";
  add(at, { kind: "region", region, health });
  const lasts = random.next();
  // A gray failure that goes dark: what was lost then is more than what was behind when it began.
  if (health === "gray" && lasts > 0.6)
    add(at + integerBetween(random, 20, 240), { kind: "region", region, health: "dark" });
  if (lasts < 0.15) add(at + integerBetween(random, 3, 58), { kind: "region", region, health: "up" });
  else if (lasts < 0.4) add(at + integerBetween(random, 90, 900), { kind: "region", region, health: "up" });
}

/**
 * One Region after the other is lost, and the one that is left was cut off when the first was evacuated. The first is well
 * again by then, and only the evacuation keeps it out.
 */
function drawLossInTurn(random: Random, plan: Plan, first: string, add: Add): void {
  const others = plan.regions.map(({ name }) => name).filter((name) => name !== first);
  const last = pick(random, others);
  const second = others.find((name) => name !== last) as string;
  const [cutAt, mendedAt] = [integerBetween(random, 5, 25), integerBetween(random, 100, 200)];
  for (const vantage of [first, second, ...plan.detection.witnesses]) {
    add(cutAt, { kind: "link", between: [last, vantage], as: "cut" });
    add(mendedAt, { kind: "link", between: [last, vantage], as: "mended" });
  }
  add(0, { kind: "region", region: first, health: "dark" });
  add(integerBetween(random, 300, 600), { kind: "region", region: first, health: "up" });
  const secondAt = integerBetween(random, 700, 1_000);
  add(secondAt, { kind: "region", region: second, health: "dark" });
  if (random.next() < 0.5) {
    // Whoever holds the evacuation comes back, and the last Region is lost in its turn: a person has said no meanwhile.
    const returnsAt = secondAt + integerBetween(random, 300, 600);
    const output = { approved: false, by: "ana", reason: "it is back" };
    add(secondAt + integerBetween(random, 100, 250), { kind: "answer", output });
    add(returnsAt, { kind: "region", region: second, health: "up" });
    add(returnsAt + integerBetween(random, 300, 600), { kind: "region", region: last, health: "dark" });
  }
}

function drawLag(random: Random, regions: readonly string[], add: Add): void {
  const stalls = random.next() < 0.25;
  const secondsBefore = integerBetween(random, 20, 400);
  const metric = random.next();
  for (const region of regions.slice(1)) {
    if (stalls) add(-secondsBefore, { kind: "stallReplication", region });
    if (metric < 0.12) add(-secondsBefore - 240, { kind: "lagMetric", region, as: "missing" });
    else if (metric < 0.2) add(-secondsBefore - 240, { kind: "lagMetric", region, as: "frozen" });
  }
}

function drawAlarms(random: Random, plan: Plan, failed: string, add: Add): void {
  const regions = plan.regions.map(({ name }) => name);
  for (let count = integerBetween(random, 0, 4); count > 0; count--) {
    const suspect = random.next() < 0.7 ? failed : pick(random, regions);
    const silenced = pick(random, [null, null, "muted", "suppressed", "replayed"] as const);
    // A plan need not name any alarm: then it is a stranger's.
    const alarm =
      plan.detection.alarms.find(({ suspects }) => suspects === suspect)?.name ?? `${suspect}-of-a-stranger`;
    add(integerBetween(random, 0, 300), {
      kind: "alarmEvent",
      region: pick(random, regions),
      alarm,
      state: pick(random, ["ALARM", "ALARM", "OK", "INSUFFICIENT_DATA"] as const),
      ageSeconds: random.next() < 0.2 ? integerBetween(random, 0, 3_600) : 0,
      copies: integerBetween(random, 1, 5),
      spreadSeconds: integerBetween(random, 0, 30),
      ...(silenced === null ? {} : { silenced }),
    });
  }
}

/** AWS Health speaks of a Region, of one that is fine, or of one that is nobody's; in time, late, or of something else. */
function drawHealthEvents(random: Random, plan: Plan, failed: string, add: Add): void {
  const regions = plan.regions.map(({ name }) => name);
  for (let count = Math.max(0, integerBetween(random, -2, 2)); count > 0; count--) {
    const eventRegion = random.next() < 0.7 ? failed : pick(random, [...regions, "sa-east-1"]);
    add(integerBetween(random, 0, 400), {
      kind: "healthEvent",
      region: pick(random, regions),
      eventRegion,
      category: pick(random, ["issue", "issue", "issue", "scheduledChange"] as const),
      status: pick(random, ["open", "open", "closed", "upcoming"] as const),
      ageSeconds: random.next() < 0.2 ? integerBetween(random, 0, 3_600) : 0,
    });
  }
}

const throttled = [
  "autoscaling",
  "cloudwatch",
  "dynamodb",
  "events",
  "rds",
  "route53",
  "route53-recovery-cluster",
  "s3",
  "states",
] as const;

/** Spells in which a Region's APIs, or a service everywhere, refuse some or all calls for their rate (FM33). */
function drawThrottling(random: Random, plan: Plan, add: Add): void {
  if (random.next() >= 0.25) return;
  for (let count = integerBetween(random, 1, 2); count > 0; count--) {
    const what =
      random.next() < 0.5 ? { region: pick(random, plan.regions).name } : { service: pick(random, throttled) };
    add(integerBetween(random, 0, 400), {
      kind: "throttle",
      what,
      share: pick(random, [0.3, 0.7, 1]),
      seconds: integerBetween(random, 20, 200),
    });
  }
}

function drawPeople(random: Random, regions: readonly string[], failed: string, add: Add): void {
  if (random.next() < 0.6) {
    const approved = random.next() < 0.7;
    add(integerBetween(random, 100, lastTroubleSeconds), {
      kind: "answer",
      output: random.next() < 0.1 ? { approved: "yes" } : { approved, by: "ana", reason: "looked at it" },
    });
  }
  if (random.next() < 0.1) {
    add(integerBetween(random, 20, 300), {
      kind: "start",
      region: pick(random, regions),
      input: { region: random.next() < 0.8 ? failed : pick(random, regions), reason: "by hand", by: "ben" },
    });
  }
}

/**
 * A step stands still between the proof of its epoch and its change, for long enough to be taken over: at the look that
 * comes between the two, the second of converge (FM24). Which of its looks that is depends on what else the step reads.
 */
function drawStandstill(random: Random, plan: Plan, add: Add): void {
  if (random.next() >= 0.3) return;
  const looks: readonly { readonly call: CallPattern; readonly first: number; readonly last: number }[] = [
    { call: { functionName: "TrafficShift", ...switchLooks[plan.traffic.switch.kind] }, first: 2, last: 3 },
    {
      call: { functionName: "CapacityRaise", service: "autoscaling", operation: "DescribeAutoScalingGroups" },
      first: 3,
      last: 6,
    },
    {
      call: { functionName: "DatabasePromote", service: "rds", operation: "DescribeGlobalClusters" },
      first: 3,
      last: 3,
    },
  ];
  const { call, first, last } = pick(random, looks);
  const milliseconds = integerBetween(random, 120_000, 240_000);
  const occurrence = integerBetween(random, first, last);
  add(0, { kind: "faults", faults: [{ call, occurrence, verdict: { kind: "freeze", milliseconds } }] });
}

const switchLooks = {
  healthCheck: { service: "s3", operation: "ListObjectsV2" },
  routingControl: { service: "route53-recovery-cluster", operation: "ListRoutingControls" },
  record: { service: "route53", operation: "GetHealthCheck" },
} as const;

/** @param regions whether one more Region than the failed one may die, so that somebody is left */
function drawRates(random: Random, regions: "spare" | "none"): Readonly<Partial<Record<FaultKind, number>>> {
  const unruly = random.next();
  const scale = unruly < 0.3 ? 0 : unruly < 0.8 ? 1 : 3;
  const death = regions === "spare" ? random.next() : 1;
  return {
    throttle: 0.01 * scale,
    lostResponse: 0.006 * scale,
    lostRequest: 0.006 * scale,
    crashBefore: 0.002 * scale,
    crashAfter: 0.002 * scale,
    freeze: 0.001 * scale,
    slow: 0.005 * scale,
    serverError: 0.006 * scale,
    regionDiesAfter: death < 0.25 ? 0.0015 : 0,
    regionDiesBefore: death >= 0.25 && death < 0.5 ? 0.0015 : 0,
    deny: random.next() < 0.1 ? 0.001 * scale : 0,
  };
}
