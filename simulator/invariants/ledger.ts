import { maximumProofAgeMs } from "../../functions/coordination/guard.ts";
import type { CoordinationItem } from "../../functions/coordination/item.ts";
import type { TimelineEvent } from "../../functions/timeline/event.ts";
import { type Item, plainItem } from "../aws/dynamodb/item.ts";
import type { AcceptedWrite } from "../aws/dynamodb.ts";

/**
 * A proof of the epoch may be this old when the service carries the call out: what the guard allows, and the client's
 * whole timeout on top, since a request can be that long on its way.
 */
export const proofAllowanceMs = maximumProofAgeMs + 5_000;

/** Who held the lease, from when to when (milliseconds), under which epoch. */
export interface Tenure {
  readonly execution: string;
  readonly epoch: number;
  readonly incident: string;
  readonly failedRegion: string;
  readonly from: number;
  to: number;
}

/**
 * What the strongly consistent table and the timeline were made to hold, written down as it happened: the world's own
 * record, against which the controller's doings are judged.
 */
export class Ledger {
  readonly #recordsTable: string;
  readonly #tenures: Tenure[] = [];
  readonly #events: TimelineEvent[] = [];
  readonly #storedAt = new Map<TimelineEvent, number>();
  readonly #decisions: TimelineEvent[] = [];
  readonly #rivals: string[] = [];
  #item: CoordinationItem | null = null;

  constructor(tables: { readonly records: string }) {
    this.#recordsTable = tables.records;
  }

  /** The coordination item as it is now; null before the first write. */
  get item(): CoordinationItem | null {
    return this.#item;
  }

  /** Who has held the lease, in the order of taking it. */
  get tenures(): readonly Tenure[] {
    return this.#tenures;
  }

  /** Every timeline event that was stored anywhere, in the order of storing. */
  get events(): readonly TimelineEvent[] {
    return this.#events;
  }

  /** Every record of a decision that opened no incident. */
  get decisions(): readonly TimelineEvent[] {
    return this.#decisions;
  }

  /** Executions that held the same epoch, which a lease must make impossible. */
  get rivals(): readonly string[] {
    return this.#rivals;
  }

  /** When an event of `events` was stored, by the world's own clock; its `at` is by the clock of its writer. */
  storedAt(event: TimelineEvent): number {
    return this.#storedAt.get(event) ?? Number.NEGATIVE_INFINITY;
  }

  note(write: AcceptedWrite): void {
    if (write.item === null) return;
    const { pk } = write.key;
    // Wherever the controller keeps its lease: that it keeps it in the right table is for the promises to show.
    if (pk.startsWith("coordination#")) {
      this.#noteItem(plainItem(write.item) as unknown as CoordinationItem, write.at);
    } else if (write.table === this.#recordsTable) {
      if (pk.startsWith("incident#")) this.#noteEvent(toEvent(write.item), write.at);
      else if (pk.startsWith("decisions#")) this.#decisions.push(toEvent(write.item));
    }
  }

  /** How `execution` held the lease at some instant of the span; null when it did not. */
  tenureOf(execution: string, from: number, to: number): Tenure | null {
    return this.#tenures.findLast((each) => each.execution === execution && each.from <= to && each.to >= from) ?? null;
  }

  /** The Region that an incident is about; null before anybody held it. */
  failedRegionOf(incident: string): string | null {
    return this.#tenures.find((tenure) => tenure.incident === incident)?.failedRegion ?? null;
  }

  #noteEvent(event: TimelineEvent, at: number): void {
    this.#events.push(event);
    this.#storedAt.set(event, at);
  }

  #noteItem(item: CoordinationItem, at: number): void {
    this.#item = item;
    const holder = item.lease?.execution ?? null;
    const last = this.#tenures.at(-1);
    if (last !== undefined && last.to === Number.POSITIVE_INFINITY) {
      if (last.execution === holder && last.epoch === item.epoch) return;
      last.to = at;
    }
    if (holder !== null && item.incident !== null) {
      const rival = this.#tenures.find(({ epoch, execution }) => epoch === item.epoch && execution !== holder);
      if (rival !== undefined) this.#rivals.push(`${holder} and ${rival.execution} hold epoch ${item.epoch} both`);
      const { failedRegion, id: incident } = item.incident;
      this.#tenures.push({
        execution: holder,
        epoch: item.epoch,
        incident,
        failedRegion,
        from: at,
        to: Number.POSITIVE_INFINITY,
      });
    }
  }
}

function toEvent(item: Item): TimelineEvent {
  const { pk: _pk, sk: _sk, ...event } = plainItem(item);
  return event as unknown as TimelineEvent;
}
