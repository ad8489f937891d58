import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { eventBridge } from "../shared/aws/eventbridge.ts";
import { parseInstant } from "../shared/clock.ts";
import { describeSeconds } from "../shared/plan/duration.ts";
import { pollUntil } from "../shared/poll.ts";
import { createStep, type Handler, type StepDependencies, stepInput } from "../shared/step.ts";
import { createNameServerClient } from "../shared/name-servers.ts";
import { wire } from "../shared/wire.ts";
import * as z from "../shared/zod.ts";
import { readObservations } from "../watch/observations.ts";
import { probePublicName } from "../watch/probes.ts";
import { judgeTraffic, type TrafficView } from "./residual.ts";

/** Health checkers have to notice (up to 30 s) and a few probe rounds must pass after resolvers have let go. */
const beyondTimeToLiveSeconds = 90;

/** `problems`: the levers that could not be pulled, from the step before. */
const inputSchema = stepInput({ problems: z.array(z.string()) });

/** Verifies, from here and from every vantage that can be heard, that nobody is sent to the failed Region any more. */
export function createHandler(deps: StepDependencies): Handler {
  return createStep(deps, inputSchema, async ({ problems }, { deps: scoped, run, guard, journal }) => {
    const began = scoped.clock.now();
    let last: TrafficView = { kind: "residual", vantages: [], customers: [] };
    const gone = await pollUntil(
      scoped,
      guard,
      async () => {
        const [observations, here] = await Promise.all([readObservations(scoped), probePublicName(scoped)]);
        last = judgeTraffic({
          plan: scoped.plan,
          failedRegion: run.failedRegion,
          observations,
          here: { vantage: scoped.region, ...here },
          now: scoped.clock.now(),
          since: began,
        });
        return last.kind === "gone" ? last : null;
      },
      scoped.plan.traffic.timeToLiveSeconds + beyondTimeToLiveSeconds,
    );
    const seconds = Math.round((scoped.clock.now() - parseInstant(run.failingSince)) / 1_000);
    const detail = { customers: last.customers };
    if (gone === null) {
      const reason =
        last.kind === "residual" && last.vantages.length > 0
          ? `still sent to ${run.failedRegion}, or not served: ${last.vantages.join(", ")}`
          : "not every vantage has looked again since the switch was thrown, or one is silent and the switch has not had its time";
      await journal.append({
        step: "traffic",
        kind: "stepEnded",
        summary: `Traffic is switched, but not all of it has left ${run.failedRegion}: ${reason}`,
        detail: { result: "degraded", reason, ...detail },
      });
      return { result: "degraded", reason };
    }
    if (problems.length > 0) {
      const reason = `the evacuation may not outlive ${scoped.region}: ${problems.join("; ")}`;
      await journal.append({
        step: "traffic",
        kind: "stepEnded",
        summary: `DNS sends no vantage to ${run.failedRegion} any more, but ${reason}`,
        detail: { result: "degraded", reason, ...detail },
      });
      return { result: "degraded", reason };
    }
    await journal.append({
      step: "traffic",
      kind: "stepEnded",
      summary: `DNS sends no vantage to ${run.failedRegion} any more, ${describeSeconds(seconds)} after the first failing probe`,
      detail: { result: "done", ...detail },
    });
    return { result: "done", reason: null };
  });
}

export const handler: Handler = wire(createHandler, { dynamoDB, eventBridge }, { nameServers: createNameServerClient });
