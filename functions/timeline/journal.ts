import { PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { heardOfRuns } from "../notify/heard.ts";
import { fromAttributes, toAttributes } from "../shared/attributes.ts";
import { backoffMs, retryRead } from "../shared/backoff.ts";
import { sendEvent, tellPeople } from "../shared/bus.ts";
import { isoInstant } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { classifyCallError, errorMessage, errorName, FailoverError } from "../shared/errors.ts";
import {
  type Json,
  sealEvent,
  type TimelineEntry,
  type TimelineEvent,
  type TimelineKind,
  timelineEventType,
} from "./event.ts";
import { decisionKey, epochPrefix, eventKey, incidentKey, timelineKey } from "./keys.ts";

/** Appends to one incident's timeline under one epoch. */
export interface Journal {
  /** @throws FailoverError "Transient" when the event could not be stored: what must be journalled before must not happen */
  append(entry: TimelineEntry): Promise<TimelineEvent>;
  /** Whether the bus took an event of this journal: only then have people heard of it. */
  isHeard(event: TimelineEvent): boolean;
}

/** Kinds by which people hear of a run. The other events are a courtesy to listeners. */
const newsKinds: ReadonlySet<TimelineKind> = new Set(heardOfRuns);
/** Tries of such an event while the bus answers; the closing event has more, for nobody waits behind it. */
const newsTries = 3;

/** The branches of a run, the watch and a person's command may append at once. */
const maximumRaces = 30;

/**
 * The journal of a run, in the records table's copy of the acting Region. Within that Region a conditional write on the
 * next sequence number keeps the chain whole; each epoch has a chain of its own, linked to the last event that its
 * holder could see, so what arrives late from a dead Region is added and overwrites nothing.
 */
export function createJournal(
  deps: Dependencies<"dynamoDB" | "eventBridge">,
  incident: string,
  epoch: number,
): Journal {
  const { plan, region, clock, random, aws } = deps;
  const table = plan.recordsTable;
  let last: { readonly seq: number; readonly hash: string } | null = null;
  /** A bus that has let one call hang is not waited for again: the traffic switch must not queue behind listeners. */
  let bus: "answers" | "silent" = "answers";
  const heard = new Set<string>();

  /** The newest event of the whole incident, or of those whose key begins with `prefix`: an epoch's, or a single one. */
  async function newest(prefix: string | null): Promise<TimelineEvent | null> {
    const ofEpoch = prefix === null ? "" : " AND begins_with(sk, :prefix)";
    const answer = await retryRead(deps, () =>
      aws.dynamoDB(region).send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: `pk = :pk${ofEpoch}`,
          ExpressionAttributeValues: {
            ":pk": { S: incidentKey(incident) },
            ...(prefix === null ? {} : { ":prefix": { S: prefix } }),
          },
          ScanIndexForward: false,
          Limit: 1,
          ConsistentRead: true,
        }),
      ),
    );
    const item = answer.Items?.[0];
    return item === undefined ? null : (fromAttributes(item) as unknown as TimelineEvent);
  }

  async function findLast(): Promise<{ seq: number; hash: string }> {
    const own = await newest(epochPrefix(epoch));
    if (own !== null) return { seq: own.seq, hash: own.hash };
    const before = await newest(null);
    return { seq: 0, hash: before?.hash ?? "" };
  }

  return {
    async append(entry) {
      for (let race = 1; race <= maximumRaces; race++) {
        last ??= await findLast();
        const event = sealEvent({
          incident,
          epoch,
          seq: last.seq + 1,
          at: isoInstant(clock.now()),
          region,
          step: entry.step,
          kind: entry.kind,
          summary: entry.summary,
          detail: entry.detail ?? {},
          previousHash: last.hash,
        });
        const stored = await store(event);
        if (stored === "stored") {
          last = { seq: event.seq, hash: event.hash };
          await tell(event);
          return event;
        }
        last = null;
        if (stored === "unknown") {
          // The answer was lost, not necessarily the write: look for this very event, behind which others may stand (FM31).
          const storedNow = await newest(eventKey(epoch, event.seq));
          if (storedNow?.hash === event.hash) {
            last = { seq: event.seq, hash: event.hash };
            await tell(event);
            return event;
          }
        }
        await clock.sleep(backoffMs(random, race, 10, 250));
      }
      throw new FailoverError(
        "Transient",
        `The timeline of ${incident} could not be appended in ${maximumRaces} tries`,
      );
    },
    isHeard: ({ hash }) => heard.has(hash),
  };

  /** What closes a run starts its report and is the news of its end: it is tried again, also on a bus that has hung before. */
  async function tell(event: TimelineEvent): Promise<void> {
    if (event.kind === "closed") {
      if ((await sendClosing(deps, event)) === "taken") heard.add(event.hash);
      return;
    }
    const tries = newsKinds.has(event.kind) ? newsTries : 1;
    for (let attempt = 1; bus === "answers" && attempt <= tries; attempt++) {
      const result = await sendOut(deps, event);
      if (result === "taken") heard.add(event.hash);
      if (result === "silent") bus = "silent";
      if (result !== "refused") return;
      if (attempt < tries) await clock.sleep(backoffMs(random, attempt, 200, 2_000));
    }
  }

  async function store(event: TimelineEvent): Promise<"stored" | "conflict" | "unknown"> {
    try {
      await aws.dynamoDB(region).send(
        new PutItemCommand({
          TableName: table,
          Item: toAttributes({ ...timelineKey(incident, epoch, event.seq), ...event }),
          ConditionExpression: "attribute_not_exists(pk)",
        }),
      );
      return "stored";
    } catch (error) {
      const failure = classifyCallError(error);
      switch (failure) {
        case "conflict":
          return "conflict";
        case "unknownOutcome":
        case "throttled":
          return "unknown";
        case "accessDenied":
        case "rejected":
          throw new FailoverError(
            "AccessDenied",
            `${table} in ${region} refused a timeline event: ${errorMessage(error)}`,
            {
              cause: error,
            },
          );
      }
    }
  }
}

/** Every event of an incident that this Region knows, in the order of epochs and sequence. */
export async function readTimeline(
  deps: Dependencies<"dynamoDB">,
  incident: string,
): Promise<readonly TimelineEvent[]> {
  const events: TimelineEvent[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const start = from;
    const answer = await retryRead(deps, () =>
      deps.aws.dynamoDB(deps.region).send(
        new QueryCommand({
          TableName: deps.plan.recordsTable,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": { S: incidentKey(incident) } },
          ConsistentRead: true,
          ...(start === undefined ? {} : { ExclusiveStartKey: start as never }),
        }),
      ),
    );
    for (const item of answer.Items ?? []) {
      const { pk: _pk, sk: _sk, ...event } = fromAttributes(item);
      events.push(event as unknown as TimelineEvent);
    }
    from = answer.LastEvaluatedKey;
  } while (from !== undefined);
  return events;
}

/**
 * Records a decision that opened no incident. Each stands alone (no chain), so that a storm of events costs one write
 * apiece and they never wait for each other (FM5). The same execution's record overwrites itself.
 */
export async function recordDecision(
  deps: Dependencies<"dynamoDB" | "eventBridge">,
  execution: string,
  about: string,
  entry: TimelineEntry,
): Promise<TimelineEvent> {
  const event = sealEvent({
    incident: about,
    epoch: 0,
    seq: 1,
    at: isoInstant(deps.clock.now()),
    region: deps.region,
    step: entry.step,
    kind: entry.kind,
    summary: entry.summary,
    detail: entry.detail ?? {},
    previousHash: "",
  });
  await retryRead(deps, () =>
    deps.aws.dynamoDB(deps.region).send(
      new PutItemCommand({
        TableName: deps.plan.recordsTable,
        Item: toAttributes({ ...decisionKey(deps.plan.application, execution), ...event }),
      }),
    ),
  );
  await sendOut(deps, event);
  return event;
}

/** Tells the world that a run has ended. Told twice, it makes the same report once more. A failure stops nothing. */
async function sendClosing(deps: Dependencies<"eventBridge">, event: TimelineEvent): Promise<"taken" | "refused"> {
  try {
    await tellPeople(deps, timelineEventType, event as unknown as Readonly<Record<string, Json>>);
    return "taken";
  } catch (error) {
    deps.logger.warn("The closing event did not go out: no report is made of it by itself", {
      seq: event.seq,
      error: errorMessage(error),
    });
    return "refused";
  }
}

/** Tells the world, once. Listeners are a courtesy: a bus that does not take the event must not stop a failover. */
async function sendOut(
  deps: Dependencies<"eventBridge">,
  event: TimelineEvent,
): Promise<"taken" | "refused" | "silent"> {
  try {
    await sendEvent(deps, timelineEventType, event as unknown as Readonly<Record<string, Json>>);
    return "taken";
  } catch (error) {
    deps.logger.warn("A timeline event did not go out", { seq: event.seq, error: errorMessage(error) });
    return classifyCallError(error) === "unknownOutcome" && errorName(error) !== "Transient" ? "silent" : "refused";
  }
}
