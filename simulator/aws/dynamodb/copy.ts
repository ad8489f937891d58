import type { Item, Key } from "./item.ts";

/** One version of an item. */
export interface Version {
  /** Null marks a deletion, which must win over older writes that arrive later. */
  readonly item: Item | null;
  /** When and where it was written, which decides between versions from different Regions: the later one wins. */
  readonly writtenAt: number;
  readonly region: string;
  /** Orders the writes of one instant. */
  readonly order: number;
}

interface Slot {
  current: Version;
  /** What a stale read may still see, and until when the current version counts as new. */
  before: Version | null;
  changedAt: number;
}

interface Partition {
  /** Sorted. */
  readonly sortKeys: string[];
  readonly slots: Map<string, Slot>;
}

/** What one Region holds of a table, or all Regions together of a strongly consistent one. */
export class TableCopy {
  readonly #partitions = new Map<string, Partition>();

  version({ pk, sk }: Key): Version | undefined {
    return this.#partitions.get(pk)?.slots.get(sk)?.current;
  }

  /** @param staleSince a version newer than this may be overlooked; null reads what is there */
  item(key: Key, staleSince: number | null): Item | undefined {
    const slot = this.#partitions.get(key.pk)?.slots.get(key.sk);
    return slot === undefined ? undefined : visible(slot, staleSince);
  }

  /** Items of a partition in the order of their sort keys. */
  items(pk: string, staleSince: number | null): readonly { readonly sk: string; readonly item: Item }[] {
    const partition = this.#partitions.get(pk);
    if (partition === undefined) return [];
    const found: { sk: string; item: Item }[] = [];
    for (const sk of partition.sortKeys) {
      const slot = partition.slots.get(sk);
      const item = slot === undefined ? undefined : visible(slot, staleSince);
      if (item !== undefined) found.push({ sk, item });
    }
    return found;
  }

  get partitionKeys(): readonly string[] {
    return [...this.#partitions.keys()].sort();
  }

  /** Takes over `version` unless what is here is newer. */
  merge(key: Key, version: Version, now: number): void {
    let partition = this.#partitions.get(key.pk);
    if (partition === undefined) {
      partition = { sortKeys: [], slots: new Map() };
      this.#partitions.set(key.pk, partition);
    }
    const slot = partition.slots.get(key.sk);
    if (slot === undefined) {
      partition.slots.set(key.sk, { current: version, before: null, changedAt: now });
      insertSorted(partition.sortKeys, key.sk);
    } else if (isNewer(version, slot.current)) {
      slot.before = slot.current;
      slot.current = version;
      slot.changedAt = now;
    }
  }
}

function visible(slot: Slot, staleSince: number | null): Item | undefined {
  const version = staleSince !== null && slot.changedAt > staleSince ? slot.before : slot.current;
  return version?.item ?? undefined;
}

function isNewer(version: Version, than: Version): boolean {
  return version.writtenAt > than.writtenAt || (version.writtenAt === than.writtenAt && version.order > than.order);
}

function insertSorted(keys: string[], key: string): void {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  keys.splice(low, 0, key);
}
