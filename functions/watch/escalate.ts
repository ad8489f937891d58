import type { CoordinationItem } from "../coordination/item.ts";
import { endOf, type EscalationInput, type Matter, mattersOf } from "../escalation/matters.ts";
import {
  type Escalation,
  escalationEventType,
  escalationOf,
  heardNow,
  readEscalations,
  writeEscalation,
} from "../escalation/records.ts";
import { hasEnded, isToBeTold, turnOf } from "../escalation/telling.ts";
import { retryRead } from "../shared/backoff.ts";
import { tellPeople } from "../shared/bus.ts";
import { parseInstant } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { errorMessage } from "../shared/errors.ts";
import type { Json } from "../timeline/event.ts";

/** A bus that does not take it is asked again in the next round: the round itself must not wait for it. */
const triesARound = 1;

/** A round that read nothing, or saw a matter otherwise, makes no new matter of it; nor does a table that was away so briefly. */
const lapseMs = 60_000;

/** A record is written over itself, so that what was not answered may be tried again. */
const writeTries = 2;
/** Of what could not be recorded an event goes out no more often: it names nothing, or what arrived all the same. */
const unrecordedEveryMs = 60_000;

/** What a watch's process knows of matters besides what the records table says, which may be late or away. */
export interface EscalationMemory {
  /** Since when a matter has stood as it does, and when it last did, by its key, stage and reason; milliseconds since the Unix epoch. */
  readonly known: Map<string, { readonly since: number; readonly last: number }>;
  /** What was read or written last, by matter. */
  readonly records: Map<string, Escalation>;
  /** The coordination item as it was read last, and when. */
  item: { readonly read: CoordinationItem; readonly at: number } | null;
  /** When an event was last sent of a matter that could not be recorded; milliseconds since the Unix epoch. */
  readonly unrecorded: Map<string, number>;
}

export function createEscalationMemory(): EscalationMemory {
  return { known: new Map(), records: new Map(), item: null, unrecorded: new Map() };
}

/**
 * Tells people of what they must hear of, where it is this vantage's turn. The records are read when there is something to
 * tell or to end, and at least once an invocation.
 */
export async function escalate(
  deps: Dependencies<"dynamoDB" | "eventBridge">,
  memory: EscalationMemory,
  seen: EscalationInput,
  reading: "always" | "whereNeeded",
): Promise<void> {
  const { plan, self, evidence, now } = seen;
  if (seen.item !== null) memory.item = { read: seen.item, at: now };
  const lately = memory.item !== null && now - memory.item.at <= lapseMs ? memory.item.read : null;
  const input = { ...seen, item: seen.item ?? lately };
  const found = mattersOf(input);
  const isOpen = [...memory.records.values()].some(({ stage, toldAt }) => stage !== "healed" || toldAt === null);
  if (reading === "always" || found.length > 0 || isOpen) await refresh(deps, memory);
  const open = [...memory.records.values()].filter(({ stage }) => stage !== "healed");
  const knownSince = new Map(open.map(({ matter, since }) => [matter, since]));
  const matters = knownSince.size === 0 ? found : mattersOf({ ...input, knownSince });
  const ended = [...memory.records.values()]
    .filter(
      (told) => !matters.some(({ key }) => key === told.matter) && (told.stage !== "healed" || told.toldAt === null),
    )
    .filter((told) => hasEnded(input, told))
    .map((told) => endOf(input, { ...told, key: told.matter }));
  const all = [...matters, ...ended];
  for (const [name, { last }] of memory.known) if (now - last > lapseMs) memory.known.delete(name);
  await Promise.all(
    all.map(async (matter) => {
      const name = nameOf(matter);
      const known = memory.known.get(name)?.since ?? now;
      memory.known.set(name, { since: known, last: now });
      const before = memory.records.get(matter.key) ?? null;
      const turn = turnOf(plan, evidence.heard, self, matter.region);
      if (
        isToBeTold(matter, before, {
          self,
          turn,
          forSeconds: Math.max((now - known) / 1_000, matter.dueForSeconds),
          now,
        })
      ) {
        await tell(deps, memory, escalationOf(deps, matter, before));
      }
    }),
  );
}

function nameOf({ key, stage, reason }: Matter): string {
  return `${key} ${stage} ${reason}`;
}

/** What is newer counts: a record that was told and could not be written must not be told for ever. */
async function refresh(deps: Dependencies<"dynamoDB">, memory: EscalationMemory): Promise<void> {
  try {
    for (const found of await readEscalations(deps)) {
      const known = memory.records.get(found.matter);
      if (known === undefined || parseInstant(latest(found)) >= parseInstant(latest(known))) {
        memory.records.set(found.matter, found);
      }
    }
  } catch (error) {
    deps.logger.warn("What people have heard could not be read", { error: errorMessage(error) });
  }
}

function latest({ at, toldAt }: Escalation): string {
  return toldAt ?? at;
}

/**
 * First the record, then the event, then that it was taken: whoever dies in between leaves it to the next in turn. People
 * read the record, never the event. Without one they have not heard, whatever the bus took: it is recorded and told in a
 * later round, or by the next vantage, whose own copy has none either. The event goes out all the same: that it told nobody
 * rings an alarm of its own, which is all that is left where no table takes anything.
 */
async function tell(
  deps: Dependencies<"dynamoDB" | "eventBridge">,
  memory: EscalationMemory,
  escalation: Escalation,
): Promise<void> {
  const { matter } = escalation;
  const isRecorded = await write(deps, escalation);
  const now = deps.clock.now();
  if (!isRecorded && now - (memory.unrecorded.get(matter) ?? 0) < unrecordedEveryMs) return;
  try {
    await tellPeople(deps, escalationEventType, escalation as unknown as Readonly<Record<string, Json>>, triesARound);
  } catch (error) {
    deps.logger.warn("The bus did not take it: people have not heard", { matter, error: errorMessage(error) });
    return;
  }
  if (!isRecorded) {
    memory.unrecorded.set(matter, now);
    return;
  }
  const told = heardNow(deps, escalation);
  memory.records.set(matter, told);
  deps.logger.warn(escalation.summary, { matter, stage: escalation.stage, reason: escalation.reason });
  await write(deps, told);
}

/** Whether it was stored, as far as the table has said. */
async function write(deps: Dependencies<"dynamoDB">, escalation: Escalation): Promise<boolean> {
  try {
    await retryRead(deps, () => writeEscalation(deps, escalation), writeTries);
    return true;
  } catch (error) {
    deps.logger.warn("What people hear could not be recorded", {
      matter: escalation.matter,
      error: errorMessage(error),
    });
    return false;
  }
}
