import type { Random } from "../../../functions/shared/random.ts";
import type { VirtualClock } from "../../clock.ts";
import type { Regions } from "../regions.ts";
import { ServiceError } from "../service.ts";
import { mrecReplicationSeconds } from "../timings.ts";
import { TableCopy, type Version } from "./copy.ts";
import type { Item, Key } from "./item.ts";
import { type DelayRange, Replication } from "./replication.ts";

export type TableSpec =
  | {
      readonly name: string;
      /** Strongly consistent in three Regions: three replicas, or two and a witness. */
      readonly kind: "MRSC";
      readonly regions: readonly string[];
      /** Takes part in the quorum, cannot be asked. @default none */
      readonly witness?: string;
    }
  | {
      readonly name: string;
      /** Eventually consistent: a copy for each Region. */
      readonly kind: "MREC";
      readonly regions: readonly string[];
      /** @default 500 to 2,000 */
      readonly replicationMilliseconds?: DelayRange;
    };

/** One table with all its replicas. */
export interface Table {
  readonly spec: TableSpec;
  /** Replica status as DescribeTable gives it; ACTIVE unless set otherwise. */
  readonly statuses: Map<string, string>;
  /** What a replica sees. */
  copy(region: string): TableCopy;
  /** @throws ServiceError when the replica cannot vouch that what it reads is the latest */
  demandConsistentRead(region: string): void;
  /** @throws ServiceError when the replica cannot take a write to this item now */
  demandWritable(region: string, key: Key): void;
  write(region: string, key: Key, item: Item | null): void;
  /** Writes accepted in `from` that `to` does not have. */
  missing(from: string, to: string): number;
  setReplicationDelay(delay: DelayRange): void;
}

/** Surroundings of a table. */
export interface TableWorld {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Regions;
  /** Within this time a write of the same item through another replica conflicts, as both commit at once. */
  readonly conflictWindowMilliseconds: number;
}

export function createTable(world: TableWorld, spec: TableSpec): Table {
  return spec.kind === "MRSC" ? createStrongTable(world, spec) : createEventualTable(world, spec);
}

function createStrongTable(world: TableWorld, spec: TableSpec & { readonly kind: "MRSC" }): Table {
  const { clock, regions } = world;
  const members = spec.witness === undefined ? spec.regions : [...spec.regions, spec.witness];
  if (new Set(members).size !== 3) {
    throw new RangeError(`An MRSC table has three Regions: received ${members.join(", ")} for ${spec.name}`);
  }
  const copy = new TableCopy();
  let order = 0;

  function demandQuorum(region: string): void {
    const reached = members.filter((member) => regions.reachable(region, member)).length;
    // A replica without a majority waits for one: to its caller, that is no answer.
    if (reached < 2) throw new ServiceError("TimeoutError", `${spec.name}: ${region} reaches no majority`, 0);
  }

  return {
    spec,
    statuses: new Map(),
    copy: () => copy,
    demandConsistentRead: demandQuorum,
    demandWritable(region, key) {
      demandQuorum(region);
      const current = copy.version(key);
      if (
        current !== undefined &&
        current.region !== region &&
        clock.now() - current.writtenAt < world.conflictWindowMilliseconds
      ) {
        throw new ServiceError(
          "ReplicatedWriteConflictException",
          `The item is being modified by a request in ${current.region}`,
        );
      }
    },
    write(region, key, item) {
      copy.merge(key, { item, writtenAt: clock.now(), region, order: order++ }, clock.now());
    },
    missing: () => 0,
    setReplicationDelay() {
      throw new RangeError(`${spec.name} is strongly consistent: it has no replication delay`);
    },
  };
}

function createEventualTable(world: TableWorld, spec: TableSpec & { readonly kind: "MREC" }): Table {
  const { clock, random, regions } = world;
  const copies = new Map(spec.regions.map((region) => [region, new TableCopy()]));
  const delay = spec.replicationMilliseconds ?? {
    from: mrecReplicationSeconds.low * 1_000,
    to: mrecReplicationSeconds.high * 1_000,
  };
  const replication = new Replication(clock, random, regions, copies, delay);
  let order = 0;

  const copyIn = (region: string): TableCopy => {
    const copy = copies.get(region);
    if (copy === undefined) throw new RangeError(`${spec.name} has no replica in ${region}`);
    return copy;
  };

  return {
    spec,
    statuses: new Map(),
    copy: copyIn,
    demandConsistentRead() {},
    demandWritable() {},
    write(region, key, item) {
      const version: Version = { item, writtenAt: clock.now(), region, order: order++ };
      copyIn(region).merge(key, version, clock.now());
      replication.spread(key, version, region);
    },
    missing: (from, to) => replication.missing(from, to),
    setReplicationDelay(next) {
      replication.delayMilliseconds = next;
    },
  };
}
