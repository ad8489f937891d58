import { isoInstant } from "../shared/clock.ts";
import { errorMessage } from "../shared/errors.ts";
import type { DatabasePlan } from "../shared/plan/plan.ts";
import type { StepContext } from "../shared/step.ts";
import { readObservations } from "../watch/observations.ts";
import { type DatabaseView, regionOfArn, writersOf } from "./classify.ts";
import { readLag } from "./cloudwatch.ts";
import { judgeLag, type LagEvidence, type LagReading, readingsFrom } from "./lag.ts";
import { findLastWrite, findLife, type SignOfLife } from "./life.ts";
import { readDatabase } from "./rds.ts";

/** What the gate goes by. */
export interface Evidence {
  readonly lag: LagEvidence;
  readonly life: SignOfLife;
  /** ISO 8601; the last instant at which the old primary may still have taken writes. What it lost is judged at this. */
  readonly lastWriteAt: string;
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
  { deps, run, logger }: StepContext<"cloudWatch">,
  database: DatabasePlan,
  target: string,
): Promise<Evidence> {
  const [observations, measured] = await Promise.all([readObservations(deps), measure()]);
  const lastSeen = observations.find(({ vantage }) => vantage === target)?.lag ?? null;
  const observed: readonly LagReading[] =
    lastSeen === null ? [] : [{ seconds: lastSeen.seconds, sampledAt: lastSeen.at, source: "observation" }];
  const readings = measured.length > 0 ? measured : observed;
  const heartbeatAt = observations.find(({ vantage }) => vantage === run.failedRegion)?.at ?? null;
  const lastWriteAt = findLastWrite(run.failingSince, heartbeatAt, readings);
  return {
    lag: judgeLag(readings, {
      failingSince: run.failingSince,
      lastWriteAt,
      maximumLagAgeSeconds: database.maximumLagAgeSeconds,
    }),
    life: findLife({ cause: run.cause, failingSince: run.failingSince, now: deps.clock.now(), heartbeatAt, readings }),
    lastWriteAt,
  };

  async function measure(): Promise<readonly LagReading[]> {
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
