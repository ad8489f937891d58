import { PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { fromAttributes, toAttributes } from "../shared/attributes.ts";
import { retryRead } from "../shared/backoff.ts";
import { isoInstant } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { errorMessage } from "../shared/errors.ts";
import type { Matter } from "./matters.ts";
import { type Stage, severity } from "./words.ts";

/** The type of the event by which people hear of a matter; its source is that of the timeline's events. */
export const escalationEventType = "Attention Needed";

/** What is remembered of a matter, and sent as the event's detail. One record a matter in the records table. */
export interface Escalation extends Omit<Matter, "key" | "dueForSeconds"> {
  readonly application: string;
  readonly matter: string;
  /** ISO 8601; when it came to stand as it does. */
  readonly at: string;
  /** ISO 8601; since when somebody has tried to tell it and no bus has taken it. Records of older writers have none. */
  readonly untoldSince?: string;
  /** The vantage that says so. */
  readonly from: string;
  /** The same for everything that is ever said of this matter: a pager folds it into one. */
  readonly dedupKey: string;
  /** ISO 8601; when a bus took it. Null: nobody has heard it, and it is told again. */
  readonly toldAt: string | null;
  readonly toldBy: string | null;
  /** What was told before, the newest first. */
  readonly changes: readonly { readonly stage: Stage; readonly at: string }[];
}

const changesKept = 8;
/** The run goes on behind it: whatever is not noted is told once more, and no harm done. */
const noteTries = 2;

export function escalationPartition(application: string): string {
  return `escalations#${application}`;
}

/** All matters of the application that were ever told, as this Region's copy of the records table knows them. */
export async function readEscalations(deps: Dependencies<"dynamoDB">): Promise<readonly Escalation[]> {
  const { plan, region } = deps;
  const answer = await retryRead(deps, () =>
    deps.aws.dynamoDB(region).send(
      new QueryCommand({
        TableName: plan.recordsTable,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": { S: escalationPartition(plan.application) } },
      }),
    ),
  );
  return (answer.Items ?? []).flatMap((item) => {
    const { pk: _pk, sk: _sk, ...found } = fromAttributes(item);
    return isEscalation(found) ? [found] : [];
  });
}

/** A record of another form counts as none: then people hear once more. */
function isEscalation(
  found: Readonly<Record<string, unknown>>,
): found is Readonly<Record<string, unknown>> & Escalation {
  const { matter, stage, since, at, toldAt, changes } = found as Partial<Escalation>;
  return (
    typeof matter === "string" &&
    stage !== undefined &&
    stage in severity &&
    typeof since === "string" &&
    typeof at === "string" &&
    (toldAt === null || typeof toldAt === "string") &&
    Array.isArray(changes)
  );
}

export async function writeEscalation(deps: Dependencies<"dynamoDB">, escalation: Escalation): Promise<void> {
  const { plan, region } = deps;
  await deps.aws.dynamoDB(region).send(
    new PutItemCommand({
      TableName: plan.recordsTable,
      Item: toAttributes({ pk: escalationPartition(plan.application), sk: escalation.matter, ...escalation }),
    }),
  );
}

/** The record of a matter as it stands now, before anybody has heard of it. */
export function escalationOf(
  deps: Pick<Dependencies, "plan" | "region" | "clock">,
  { key, dueForSeconds: _dueForSeconds, ...matter }: Matter,
  before: Escalation | null,
): Escalation {
  const { application } = deps.plan;
  const stands = before !== null && before.stage !== "healed";
  const at = isoInstant(deps.clock.now());
  return {
    ...matter,
    application,
    matter: key,
    since: stands ? before.since : matter.since,
    at,
    untoldSince: before === null || before.toldAt !== null ? at : untoldSince(before),
    from: deps.region,
    dedupKey: `${application}/${key}`,
    toldAt: null,
    toldBy: null,
    changes: before?.changes ?? [],
  };
}

/** Since when nobody has got out what a record says, which no bus has taken; ISO 8601. */
export function untoldSince({ at, untoldSince: since }: Pick<Escalation, "at" | "untoldSince">): string {
  return since ?? at;
}

/** The same once a bus has taken it. */
export function heardNow(deps: Pick<Dependencies, "region" | "clock">, escalation: Escalation): Escalation {
  const at = isoInstant(deps.clock.now());
  const changes = [{ stage: escalation.stage, at }, ...escalation.changes].slice(0, changesKept);
  return { ...escalation, toldAt: at, toldBy: deps.region, changes };
}

/**
 * Remembers that people have heard of a matter by another event: a run's opening or closing, or a question. Where that
 * cannot be written the watch tells them once more.
 */
export async function noteHeard(deps: Dependencies<"dynamoDB">, matter: Matter): Promise<void> {
  try {
    const heard = heardNow(deps, escalationOf(deps, matter, null));
    await retryRead(deps, () => writeEscalation(deps, heard), noteTries);
  } catch (error) {
    deps.logger.warn("That people have heard could not be remembered", {
      matter: matter.key,
      error: errorMessage(error),
    });
  }
}
