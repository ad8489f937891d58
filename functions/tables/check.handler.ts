import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { eventBridge } from "../shared/aws/eventbridge.ts";
import { isoInstant } from "../shared/clock.ts";
import { errorMessage } from "../shared/errors.ts";
import { createStep, type Handler, type StepContext, type StepDependencies, stepInput } from "../shared/step.ts";
import { wire } from "../shared/wire.ts";
import type { Json } from "../timeline/event.ts";
import type { Observation } from "../watch/observation.ts";
import { readObservations } from "../watch/observations.ts";
import { readReplicas } from "./dynamodb.ts";
import { describeForms } from "./elsewhere.ts";
import { type Estimate, estimateMissing, heartbeatAges, notServing } from "./lag.ts";

const inputSchema = stepInput({});

/** Says whether the survivors' replicas of the global tables serve, and what may be missing in them. Changes nothing. */
export function createHandler(deps: StepDependencies): Handler {
  return createStep(deps, inputSchema, (_input, context) => check(context));
}

async function check(context: StepContext): Promise<Json> {
  const { deps, run, journal } = context;
  const { tables } = deps.plan;
  if (tables.length === 0) {
    const reason = "The plan names no tables";
    await journal.append({ step: "tables", kind: "stepEnded", summary: reason, detail: { result: "skipped", reason } });
    return { result: "skipped", reason, tables: [], mayBeMissingSeconds: null };
  }

  const [observations, ...looked] = await Promise.all([
    observationsOf(context),
    ...tables.map((table) => readReplicas(deps, table, run.survivors)),
  ]);
  const replicas = looked.flat();
  const at = isoInstant(deps.clock.now());
  const { failedRegion, cause, failingSince } = run;
  const missing = estimateMissing({ failedRegion, cause, failingSince, at, observations, replicas });
  const statuses = replicas.map(({ consistency: _, ...said }) => said);
  const found = run.survivors.length === 1 ? `${run.survivors[0]}'s tables` : "the survivors' tables";
  await journal.append({
    step: "tables",
    kind: "observed",
    summary: describeMissing(failedRegion, found, missing),
    detail: {
      tables: statuses,
      mayBeMissingSeconds: missing.value,
      source: missing.source,
      heartbeatAgeSeconds: heartbeatAges(observations, at),
    },
  });

  const broken = notServing(replicas);
  const result = broken.length === 0 ? "done" : "degraded";
  const reason =
    broken.length === 0
      ? null
      : broken.map(({ table, region, status }) => `${table} in ${region} is ${status}`).join("; ");
  await journal.append({
    step: "tables",
    kind: "stepEnded",
    summary: [
      reason ?? `Tables in service in ${run.survivors.join(", ")}: ${tables.join(", ")}`,
      ...describeForms(replicas),
    ].join(". "),
    detail: { result, reason, tables: statuses, mayBeMissingSeconds: missing.value },
  });
  return { result, reason, tables: statuses, mayBeMissingSeconds: missing.value };
}

function describeMissing(failedRegion: string, tables: string, { value, source }: Estimate): string {
  if (value === 0)
    return `Nothing of ${failedRegion}'s writes is missing in ${tables}, as far as can be told: ${source}`;
  const amount = value === null ? "An unknown amount" : `Up to ${value.toFixed(1)} s`;
  return `${amount} of ${failedRegion}'s last writes may be missing in ${tables}: ${source}`;
}

async function observationsOf({ deps, logger }: StepContext): Promise<readonly Observation[]> {
  try {
    return await readObservations(deps);
  } catch (error) {
    logger.warn("No heartbeats: what may be missing stays unknown", { error: errorMessage(error) });
    return [];
  }
}

export const handler: Handler = wire(createHandler, { dynamoDB, eventBridge });
