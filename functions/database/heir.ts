import { errorMessage } from "../shared/errors.ts";
import type { DatabasePlan } from "../shared/plan/plan.ts";
import type { StepContext } from "../shared/step.ts";
import type { DatabaseSizeSample, Observation } from "../watch/observation.ts";
import { readObservations } from "../watch/observations.ts";
import { globalClusterResource } from "./intent.ts";
import { type Comparison, compareSizes } from "./size.ts";

/**
 * Says in the timeline, and so in the report, where the writer is smaller now than it was, or where nobody knows (FM85): by
 * what every vantage sampled of its own Region's cluster in calm times. Changes nothing, and nothing that fails in it fails
 * the step: the writer is where it should be.
 */
export async function noteHeirsSize(context: StepContext, database: DatabasePlan, target: string): Promise<void> {
  const { deps, run, journal, logger } = context;
  const primary = run.failedRegion;
  let found: Comparison;
  try {
    found = compareSamples(await readObservations(deps), primary, target);
  } catch (error) {
    logger.warn("What was sampled of the clusters' sizes could not be read", { error: errorMessage(error) });
    found = { kind: "unknown", reason: "what was sampled could not be read" };
  }
  const resource = globalClusterResource(database.globalCluster);
  switch (found.kind) {
    case "notSmaller":
      return;
    case "smaller": {
      const warning = `The writer in ${target} is smaller than the one in ${primary} was: ${found.ways.join(", ")}. Watch its load`;
      await journal.append({
        step: "database",
        kind: "observed",
        summary: warning,
        detail: { resource, target, comparison: found.kind, warning },
      });
      return;
    }
    case "unknown":
      await journal.append({
        step: "database",
        kind: "observed",
        summary: `Whether the writer in ${target} is as large as the one in ${primary} was is not known: ${found.reason}`,
        detail: { resource, target, comparison: found.kind },
      });
  }
}

export function compareSamples(observations: readonly Observation[], primary: string, target: string): Comparison {
  const [old, heir] = [sampleOf(observations, primary), sampleOf(observations, target)];
  const missing = old === null ? primary : heir === null ? target : null;
  if (old === null || heir === null) return { kind: "unknown", reason: `the cluster in ${missing} was never sampled` };
  return compareSizes(old, heir);
}

export function sampleOf(observations: readonly Observation[], region: string): DatabaseSizeSample | null {
  return observations.find(({ vantage }) => vantage === region)?.databaseSize ?? null;
}
