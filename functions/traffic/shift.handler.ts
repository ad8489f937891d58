import { describeTakenOut, takenOutOfDns } from "../assess/taken-out.ts";
import { type Change, converge } from "../coordination/converge.ts";
import { regionsKeptOut } from "../coordination/rules.ts";
import { createCoordinationStore } from "../coordination/store.ts";
import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { eventBridge } from "../shared/aws/eventbridge.ts";
import { recoveryCluster } from "../shared/aws/recovery-cluster.ts";
import { route53 } from "../shared/aws/route53.ts";
import { s3 } from "../shared/aws/s3.ts";
import { classifyCallError, errorMessage, errorName, FailoverError } from "../shared/errors.ts";
import { createStep, type Handler, type StepContext, type StepDependencies, stepInput } from "../shared/step.ts";
import { wire } from "../shared/wire.ts";
import { readObservations } from "../watch/observations.ts";
import { createTrafficSwitch, judgeKeeper, judgeLever, type Kept, type Lever, type SwitchState } from "./switch.ts";

const inputSchema = stepInput({});

/** How long one try of one lever may take, in seconds: a slow bucket must not hold up the next. */
const leverDeadlineSeconds = 30;
/** Once one lever is pulled traffic leaves; the others are tried so often in all. */
const maximumRounds = 4;
const betweenRoundsMs = 5_000;
const keeperDeadlineSeconds = 15;
/** The first lever waits no longer for what others know. */
const observationsWithinMs = 2_000;
/**
 * Once traffic leaves, this step must come to its end, with what it could not do as its problems: cut off by its function's
 * 180 s it would begin all over. So long after its beginning nothing more is begun, of which the longest takes less than a
 * minute; and levers are tried again for less, so that there is time for what earlier evacuations left.
 */
const beginsUntilMs = 90_000;
const triesAgainUntilMs = 60_000;
const noTime = {
  kind: "failed",
  reason: "there was no time left to try",
  obstacle: "passing",
} as const satisfies Failed;

type SwitchService = "recoveryCluster" | "route53" | "s3";
type Context = StepContext<SwitchService>;

/** How a lever ended: a "passing" obstacle may be gone the next time. */
type Pulled<State> = { readonly kind: "pulled"; readonly state: State } | Failed;

interface Failed {
  readonly kind: "failed";
  readonly reason: string;
  readonly obstacle: "passing" | "lasting";
}

/**
 * Takes the failed Region out of DNS, and keeps out what was evacuated before. One lever suffices; the others make the
 * evacuation outlive the acting Region, so they are tried again while what stands in their way may pass, for a bounded time.
 * When none is pulled for such a reason, the state machine tries the whole step again: traffic is what matters most (FM33).
 */
export function createHandler(deps: StepDependencies<SwitchService>): Handler {
  return createStep(deps, inputSchema, async (_input, context) => {
    const { deps: scoped, run, journal } = context;
    const began = scoped.clock.now();
    const isPast = (milliseconds: number) => scoped.clock.now() - began > milliseconds;
    let pending = [...createTrafficSwitch(scoped).levers(run)];
    const outElsewhere = await readOutElsewhere(context);
    /** Regions that the levers' own stores hold out. */
    const out = new Set<string>();
    let pulled = 0;
    const failures = new Map<Lever, Failed>();
    for (let round = 1; round <= maximumRounds && pending.length > 0; round++) {
      for (const lever of pending) {
        if (pulled > 0 && isPast(beginsUntilMs)) {
          failures.set(lever, failures.get(lever) ?? noTime);
          continue;
        }
        const result = await pull(context, lever, outElsewhere);
        if (result.kind === "failed") failures.set(lever, result);
        else {
          for (const region of result.state.out) out.add(region);
          pulled++;
          failures.delete(lever);
        }
      }
      pending = pending.filter((lever) => failures.get(lever)?.obstacle === "passing");
      if (pulled === 0 || pending.length === 0 || isPast(triesAgainUntilMs)) break;
      await scoped.clock.sleep(betweenRoundsMs);
    }
    const problems = [...failures].map(([lever, { reason }]) => `${lever.resource}: ${reason}`);
    if (pulled === 0) {
      throw new FailoverError(
        pending.length > 0 ? "Transient" : "StepBlocked",
        `Traffic was not moved off ${run.failedRegion}: ${problems.join("; ") || "the plan's switch has no lever for it"}`,
      );
    }
    if (problems.length > 0) {
      const warning = `The evacuation hangs on ${pulled} of ${pulled + problems.length} levers: ${problems.join("; ")}`;
      await journal.append({ step: "traffic", kind: "observed", summary: warning, detail: { warning } });
    }
    const drained = run.survivors.filter((region) => out.has(region) || outElsewhere.includes(region));
    if (drained.length > 0) {
      const warning = `${describeTakenOut(drained)}: no customer comes there, and capacity does not rest on it`;
      await journal.append({
        step: "traffic",
        kind: "observed",
        summary: warning,
        detail: { warning, takenOut: drained },
      });
    }
    const left = await keepOut(context, began + beginsUntilMs);
    if (left.length > 0) {
      const warning = `Regions evacuated earlier may come back: ${left.join("; ")}`;
      await journal.append({ step: "traffic", kind: "observed", summary: warning, detail: { warning } });
    }
    return { result: "shifted", levers: pulled, problems: [...problems, ...left] };
  });
}

/**
 * Sees to it that this run's survivors keep out what was evacuated before it, also those that were away then: with one
 * Region lost after the other, each that is left must hold every evacuation.
 */
async function keepOut(context: Context, until: number): Promise<readonly string[]> {
  const { deps, run } = context;
  const store = createCoordinationStore(deps, run.execution);
  const trafficSwitch = createTrafficSwitch(deps);
  const problems: string[] = [];
  for (const region of regionsKeptOut(await store.read())) {
    for (const keeper of trafficSwitch.keepers(run, region)) {
      const result: Pulled<Kept> =
        deps.clock.now() > until
          ? noTime
          : await tryTo(context, {
              step: "traffic",
              resource: keeper.resource,
              summary: keeper.summary,
              deadlineSeconds: keeperDeadlineSeconds,
              async read(): Promise<Kept> {
                const [state, item] = await Promise.all([keeper.read(), store.read()]);
                return { ...state, item };
              },
              judge: (kept) => judgeKeeper(region, run.failedRegion, kept),
              apply: () => keeper.pull(),
            });
      if (result.kind === "failed") problems.push(`${keeper.resource}: ${result.reason}`);
    }
  }
  return problems;
}

/**
 * What the watches have read of the `healthCheck` switch: a bucket tells of what it holds itself, and a Region that is out
 * by another one's would count as left in DNS. With the other switches each lever reads the whole truth. Traffic waits for
 * this no longer than a moment.
 */
async function readOutElsewhere({ deps, logger }: Context): Promise<readonly string[]> {
  if (deps.plan.traffic.switch.kind !== "healthCheck") return [];
  const read = async () => takenOutOfDns(deps.plan, await readObservations(deps), deps.clock.now());
  const giveUp = async () => {
    await deps.clock.sleep(observationsWithinMs);
    return [];
  };
  try {
    return await Promise.race([read(), giveUp()]);
  } catch (error) {
    logger.warn("What the watches have read of the switch is not known", { error: errorMessage(error) });
    return [];
  }
}

function pull(context: Context, lever: Lever, outElsewhere: readonly string[]): Promise<Pulled<SwitchState>> {
  const { deps, run } = context;
  const regions = deps.plan.regions.map((region) => region.name);
  return tryTo(context, {
    step: "traffic",
    resource: lever.resource,
    summary: lever.summary,
    deadlineSeconds: leverDeadlineSeconds,
    read: () => lever.read(),
    judge: (state) => judgeLever(regions, run.failedRegion, state, outElsewhere),
    apply: () => lever.pull(),
  });
}

/** Brings one change about; what stands in its way is told, except that this run may no longer act. */
async function tryTo<State>({ deps, guard, journal, logger }: Context, change: Change<State>): Promise<Pulled<State>> {
  try {
    const converged = await converge(deps, guard, journal, change);
    if (converged.kind !== "blocked") return { kind: "pulled", state: converged.state };
    return { kind: "failed", reason: converged.reason, obstacle: "lasting" };
  } catch (error) {
    const name = errorName(error);
    if (name === "LeaseLost" || name === "LeaseStoreUnreachable") throw error;
    logger.warn("A lever of the traffic switch could not be pulled", { resource: change.resource });
    return { kind: "failed", reason: errorMessage(error), obstacle: obstacleOf(error) };
  }
}

function obstacleOf(error: unknown): "passing" | "lasting" {
  if (error instanceof FailoverError) {
    return error.name === "Transient" || error.name === "DeadlinePassed" ? "passing" : "lasting";
  }
  const failure = classifyCallError(error);
  return failure === "accessDenied" || failure === "rejected" ? "lasting" : "passing";
}

export const handler: Handler = wire(createHandler, { dynamoDB, eventBridge, recoveryCluster, route53, s3 });
