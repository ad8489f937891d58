import { converge, type Verdict } from "../coordination/converge.ts";
import { errorMessage, errorName } from "../shared/errors.ts";
import type { DatabasePlan } from "../shared/plan/plan.ts";
import type { StepContext } from "../shared/step.ts";
import type { Json, TimelineEvent } from "../timeline/event.ts";
import { readObservations } from "../watch/observations.ts";
import { sampleOf } from "./heir.ts";
import { readRange, setRange } from "./instances.ts";
import type { Intent } from "./intent.ts";
import { type CapacityRange, rangeToRaise, raisedRange } from "./size.ts";

/** The writer is where it should be already, so this holds up the proof that customers are served and nothing else. */
const deadlineSeconds = 40;

/**
 * Raises the Serverless v2 range of the new writer to the old one's, where the plan allows it (`database.scale`) and this run
 * has promoted it itself. Never before it is the writer: a cluster that is being modified takes no promotion. What the range
 * was is registered first, like a group's size (FM51). The branch is done without it: what fails here is journalled as failed.
 * @throws FailoverError "LeaseLost" when another run has taken over
 */
export async function raiseRange(
  { deps, run, guard, journal, logger }: StepContext<"rds">,
  database: DatabasePlan,
  target: string,
  known: { readonly intents: readonly Intent[]; readonly timeline: readonly TimelineEvent[] },
): Promise<void> {
  const arn = database.clusters[target];
  const isOurs = known.intents.some((intent) => intent.target === target);
  if (database.scale === "off" || arn === undefined || !isOurs) return;
  const cluster = arn.split(":").at(-1) ?? arn;
  const isRegistered = known.timeline.some((event) => isRegistration(event, cluster, target));
  try {
    const observations = await readObservations(deps);
    const [old, heir] = [sampleOf(observations, run.failedRegion), sampleOf(observations, target)];
    const wanted = old === null || heir === null ? null : rangeToRaise(old, heir);
    const restore = await readRange(deps, target, arn);
    if (wanted === null || restore === null) return;
    // What an earlier holder registered it may have raised as well, and died before it said so.
    if (raisedRange(restore, wanted) === null && !isRegistered) return;
    if (!isRegistered) {
      await journal.append({
        step: "database",
        kind: "observed",
        summary: `Noted, to set it back one day: ${cluster} in ${target} scales within ${describeRange(restore)}`,
        detail: { region: target, cluster, restore: { ...restore } },
      });
    }
    await converge<CapacityRange | null>(deps, guard, journal, {
      step: "database",
      resource: clusterResource(cluster, target),
      summary: `Raise ${cluster} in ${target} to ${describeRange(wanted)}`,
      deadlineSeconds,
      read: () => readRange(deps, target, arn),
      judge: (range): Verdict => {
        if (range === null) return { kind: "blocked", reason: `${cluster} does not scale by itself any more` };
        const raised = raisedRange(range, wanted);
        return raised === null ? { kind: "done" } : { kind: "change", detail: { ...raised } };
      },
      apply: async (range) => {
        const raised = range === null ? null : raisedRange(range, wanted);
        if (raised !== null) await setRange(deps, target, cluster, raised);
      },
    });
  } catch (error) {
    if (errorName(error) === "LeaseLost") throw error;
    logger.warn("The writer's range could not be raised", { cluster, error: errorMessage(error) });
  }
}

function isRegistration({ step, kind, detail }: TimelineEvent, cluster: string, region: string): boolean {
  const isRange = (value: Json | undefined) => value !== null && typeof value === "object" && "minimumUnits" in value;
  const isOfIt = detail.cluster === cluster && detail.region === region;
  return step === "database" && kind === "observed" && isOfIt && isRange(detail.restore);
}

/** Names a cluster in intents and confirmations. */
export function clusterResource(cluster: string, region: string): string {
  return `cluster/${cluster}@${region}`;
}

function describeRange({ minimumUnits, maximumUnits }: CapacityRange): string {
  return `${minimumUnits} to ${maximumUnits} ACU`;
}
