import { type Sign, signsOfLife } from "../assess/signs.ts";
import { isoInstant, parseInstant } from "../shared/clock.ts";
import { errorMessage } from "../shared/errors.ts";
import type { DatabasePlan } from "../shared/plan/plan.ts";
import { pollUntil } from "../shared/poll.ts";
import type { StepContext } from "../shared/step.ts";
import { readObservations } from "../watch/observations.ts";
import { type DatabaseView, regionOfArn, writersOf } from "./classify.ts";
import { estimateLoss, type Loss } from "./gate.ts";
import { readLag } from "./cloudwatch.ts";
import { judgeLag, type LagEvidence, type LagReading, readingsFrom, readingsOf } from "./lag.ts";
import { findLastWrite, findLife, isTooEarlyToTell, type SignOfLife, unreceivedSeconds } from "./life.ts";
import { readDatabase } from "./rds.ts";

/** What the gate goes by. */
export interface Evidence {
  readonly lag: LagEvidence;
  readonly life: SignOfLife;
  /** ISO 8601; the last instant at which the old primary may still have taken writes. What it lost is judged at this. */
  readonly lastWriteAt: string;
  /** For how long the old primary is known to have lived when the target heard nothing of it any more. */
  readonly unreceivedSeconds: number;
}

/** What a promotion would lose by this evidence. */
export function lossOf({ lag, lastWriteAt, unreceivedSeconds }: Evidence): Loss {
  return estimateLoss(lag, lastWriteAt, unreceivedSeconds);
}

/** The survivors that have a cluster, the acting Region first: it is asked in places that are known to work. */
export function readersOf({ run, deps }: Pick<StepContext, "run" | "deps">, database: DatabasePlan): readonly string[] {
  const able = run.survivors.filter((each) => each !== run.failedRegion && Object.hasOwn(database.clusters, each));
  return [...able.filter((each) => each === deps.region), ...able.filter((each) => each !== deps.region)];
}

export function readView(
  context: Pick<StepContext<"rds">, "run" | "deps">,
  database: DatabasePlan,
): Promise<DatabaseView> {
  const readers = readersOf(context, database);
  const others = Object.keys(database.clusters).filter(
    (region) => region !== context.run.failedRegion && !readers.includes(region),
  );
  return readDatabase(context.deps, database.globalCluster, database.clusters, readers, others);
}

/** Lag and signs of life as they can be seen from `target` now; the failed Region itself is not asked. */
export async function readEvidence(
  context: StepContext<"cloudWatch">,
  database: DatabasePlan,
  target: string,
): Promise<Evidence> {
  const evidences = await readEvidences(context, database, [target]);
  const evidence = evidences.get(target);
  if (evidence === undefined) throw new RangeError(`No evidence was read from ${target}`);
  return evidence;
}

/**
 * The same for several targets. What the primary wrote until any of them received it each of them may lack: the loss and the
 * lag of all are judged at that instant.
 */
async function readEvidences(
  { deps, run, logger }: StepContext<"cloudWatch">,
  database: DatabasePlan,
  targets: readonly string[],
): Promise<ReadonlyMap<string, Evidence>> {
  const [observations, measured] = await Promise.all([
    readObservations(deps),
    Promise.all(targets.map(async (target) => ({ target, readings: await measure(target) }))),
  ]);
  const seen = measured.map(({ target, readings }) => {
    const observed = readingsOf(observations.find(({ vantage }) => vantage === target)?.lag ?? null);
    return { target, readings: readings.length > 0 ? readings : observed };
  });
  const { cause, failingSince } = run;
  const signs = signsOfLife(deps.plan, deps.region, observations, run.failedRegion);
  const sign = signs[0] ?? null;
  const writes = seen.map(({ readings }) => parseInstant(findLastWrite(failingSince, sign, readings)));
  const lastWriteAt = isoInstant(Math.max(...writes));
  const { maximumLagAgeSeconds } = database;
  return new Map(
    seen.map(({ target, readings }): [string, Evidence] => [
      target,
      {
        lag: judgeLag(readings, { failingSince, lastWriteAt, maximumLagAgeSeconds }),
        life: findLife({ cause, failingSince, now: deps.clock.now(), sign, readings }),
        lastWriteAt,
        unreceivedSeconds: unreceivedSeconds(signs, target, readings, deps.plan.detection.probeEverySeconds),
      },
    ]),
  );

  async function measure(target: string): Promise<readonly LagReading[]> {
    const clusterArn = database.clusters[target];
    if (clusterArn === undefined) return [];
    try {
      return await readLag(deps, {
        region: target,
        clusterArn,
        sourceRegion: run.failedRegion,
        from: readingsFrom(run.failingSince),
        to: isoInstant(deps.clock.now()),
      });
    } catch (error) {
      logger.warn("The replication lag could not be read", { region: target, error: errorMessage(error) });
      return [];
    }
  }
}

/**
 * The evidence for each of the targets, as soon as a Region that fell silent can be told from one that lives: until its next
 * heartbeat would be overdue. Bounded by that; where a plan confirms a failure slower than heartbeats come, nothing is waited
 * for.
 */
export async function readSettledEvidence(
  context: StepContext<"cloudWatch">,
  database: DatabasePlan,
  targets: readonly string[],
): Promise<ReadonlyMap<string, Evidence>> {
  const { deps, run, guard } = context;
  await pollUntil(deps, guard, async () => {
    const sign = (await readSigns(context))[0] ?? null;
    const { cause, failingSince } = run;
    const input = { cause, failingSince, now: deps.clock.now(), sign };
    return isTooEarlyToTell(input, deps.plan.detection.probeEverySeconds) ? null : "told";
  });
  return readEvidences(context, database, targets);
}

/** The failed Region's signs of life, the youngest first. */
export async function readSigns({ deps, run }: Pick<StepContext, "run" | "deps">): Promise<readonly Sign[]> {
  return signsOfLife(deps.plan, deps.region, await readObservations(deps), run.failedRegion);
}

/**
 * The survivor that has become the writer though no intent of ours says so, if it was still a reader at the failure: only
 * readers have a lag. So a promotion is known as one even when the timeline that told of it died with its Region (FM30).
 */
export async function findUnrecordedPromotion(
  context: StepContext<"cloudWatch">,
  database: DatabasePlan,
  view: DatabaseView,
): Promise<string | null> {
  if (view.global.kind !== "read") return null;
  const [writer, ...more] = writersOf(view.global.found);
  if (writer === undefined || more.length > 0) return null;
  const region = regionOfArn(writer.arn);
  if (!readersOf(context, database).includes(region)) return null;
  const { lag } = await readEvidence(context, database, region);
  return lag.kind === "known" ? region : null;
}
