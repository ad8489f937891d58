import { takenOutOfDns } from "../assess/taken-out.ts";
import type { Run } from "../coordination/item.ts";
import { regionsInService } from "../coordination/rules.ts";
import { createCoordinationStore } from "../coordination/store.ts";
import { parseInstant } from "../shared/clock.ts";
import { errorMessage } from "../shared/errors.ts";
import type { StepContext } from "../shared/step.ts";
import type { TimelineEvent } from "../timeline/event.ts";
import { readTimeline } from "../timeline/journal.ts";
import { readObservations } from "../watch/observations.ts";

/** What the traffic step read of the switch counts so long; the watches read it anew every minute. */
const readingLastsMs = 300_000;

/**
 * Regions besides the failed one that the switch holds out of DNS now: by what every watch reads of it, and by what this
 * run's traffic step read before it threw it (FM67). None where either cannot be read: what is not known moves nothing.
 */
export async function readTakenOut(context: StepContext): Promise<readonly string[]> {
  const { deps, run, logger } = context;
  const now = deps.clock.now();
  try {
    const [observations, timeline] = await Promise.all([readObservations(deps), readTimeline(deps, run.incident)]);
    const out = new Set([...takenOutOfDns(deps.plan, observations, now), ...readByTraffic(run, timeline, now)]);
    return deps.plan.regions.map(({ name }) => name).filter((name) => name !== run.failedRegion && out.has(name));
  } catch (error) {
    logger.warn("What the switch holds out of DNS is not known", { error: errorMessage(error) });
    return [];
  }
}

function readByTraffic(run: Run, timeline: readonly TimelineEvent[], now: number): readonly string[] {
  return timeline
    .filter(
      ({ step, epoch, at }) => step === "traffic" && epoch === run.epoch && now - parseInstant(at) < readingLastsMs,
    )
    .flatMap(({ detail }) => (Array.isArray(detail.takenOut) ? detail.takenOut.map(String) : []));
}

/** Those of them that the book has in service: their customers are with the others now, whatever those ran before. */
export async function drainedByHand(context: StepContext, takenOut: readonly string[]): Promise<readonly string[]> {
  if (takenOut.length === 0) return [];
  const { deps, run, logger } = context;
  try {
    const inService = regionsInService(await createCoordinationStore(deps, run.execution).read());
    return takenOut.filter((name) => inService.includes(name));
  } catch (error) {
    logger.warn("The book could not be read: only the run's own survivors count as drained", {
      error: errorMessage(error),
    });
    return takenOut.filter((name) => run.survivors.includes(name));
  }
}
