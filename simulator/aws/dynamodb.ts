import type { Random } from "../../functions/shared/random.ts";
import { simulatedAccount } from "../account.ts";
import type { VirtualClock } from "../clock.ts";
import { holds } from "./dynamodb/conditions.ts";
import { type Item, itemBytes, type Key, keyOf, type PlainItem, plainItem } from "./dynamodb/item.ts";
import { keyRange } from "./dynamodb/key-conditions.ts";
import { Substitutes } from "./dynamodb/names.ts";
import type { DelayRange } from "./dynamodb/replication.ts";
import { createTable, type Table, type TableSpec, type TableWorld } from "./dynamodb/table.ts";
import { validation } from "./dynamodb/tokens.ts";
import type { Regions } from "./regions.ts";
import { ServiceError, type ServiceRequest, type SimulatedService } from "./service.ts";
import { demandKnownFields, UnknownToSimulator } from "./unknown.ts";

type Input = ServiceRequest["input"];
type Output = Record<string, unknown>;

/** A write that a replica has accepted, as observers are told of it. */
export interface AcceptedWrite {
  readonly at: number;
  readonly table: string;
  readonly region: string;
  readonly key: Key;
  /** Null: the item was deleted. */
  readonly item: Item | null;
  readonly request: ServiceRequest;
}

/** Lets reads that do not ask for consistency overlook what was written just before. */
export interface StaleReads {
  /** Probability that such a read is stale. */
  readonly rate: number;
  /** A stale read overlooks versions younger than this. */
  readonly withinMilliseconds: number;
}

export interface DynamoDBOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Regions;
  readonly tables: readonly TableSpec[];
  /** Items on one page of a Query. AWS's pages hold 1 MB; shorter ones make paging happen. @default 100 */
  readonly pageItems?: number;
  /** @default 20 */
  readonly conflictWindowMilliseconds?: number;
}

/** "Service, account, and table quotas in Amazon DynamoDB": items. */
const mostItemBytes = 400 * 1_024;
const conditionFields = ["ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues"] as const;
const putFields = new Set([...conditionFields, "TableName", "Item", "ReturnValuesOnConditionCheckFailure"]);
const deleteFields = new Set([...conditionFields, "TableName", "Key", "ReturnValuesOnConditionCheckFailure"]);
const getFields = new Set(["TableName", "Key", "ConsistentRead"]);
const queryFields = new Set([
  "TableName",
  "KeyConditionExpression",
  "ExpressionAttributeNames",
  "ExpressionAttributeValues",
  "ScanIndexForward",
  "Limit",
  "ConsistentRead",
  "ExclusiveStartKey",
]);

/** What a global table may be besides one of version 2019.11.21 in one account. */
export type GlobalTableForm =
  | { readonly kind: "version2017" }
  /** Its replica in `region` is a table of another account; this one has none of its name there. */
  | { readonly kind: "multiAccount"; readonly region: string };

/** DynamoDB with global tables, strongly (MRSC) and eventually (MREC) consistent; every key is `pk` and `sk`. */
export class SimulatedDynamoDB implements SimulatedService {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #pageItems: number;
  readonly #world: TableWorld;
  readonly #tables = new Map<string, Table>();
  readonly #forms = new Map<string, GlobalTableForm>();
  readonly #observers: ((write: AcceptedWrite) => void)[] = [];
  /** Null: reads are as fresh as their replica. */
  staleReads: StaleReads | null = null;

  constructor(options: DynamoDBOptions) {
    const { clock, random, regions, conflictWindowMilliseconds = 20 } = options;
    this.#clock = clock;
    this.#random = random;
    this.#pageItems = options.pageItems ?? 100;
    this.#world = { clock, random, regions, conflictWindowMilliseconds };
    for (const spec of options.tables) this.addTable(spec);
  }

  addTable(spec: TableSpec): void {
    this.#tables.set(spec.name, createTable(this.#world, spec));
  }

  handle(request: ServiceRequest): Output {
    const { operation, input } = request;
    const table = this.#tableAt(input, request.region);
    switch (operation) {
      case "PutItem": {
        demandKnownFields(input, putFields, operation);
        const item = input.Item as Item;
        if (itemBytes(item) > mostItemBytes) throw validation("Item size has exceeded the maximum allowed size");
        return this.#write(request, table, keyOf(item), item);
      }
      case "DeleteItem":
        demandKnownFields(input, deleteFields, operation);
        return this.#write(request, table, exactKey(input), null);
      case "GetItem":
        demandKnownFields(input, getFields, operation);
        return this.#get(table, request.region, input);
      case "Query":
        demandKnownFields(input, queryFields, operation);
        return this.#query(table, request.region, input);
      case "DescribeTable":
        return this.#describeTable(table, request);
      default:
        throw new UnknownToSimulator(`dynamodb:${operation}`);
    }
  }

  /** Tells `observer` of every write that a replica accepts; not of its replication. */
  observe(observer: (write: AcceptedWrite) => void): void {
    this.#observers.push(observer);
  }

  /** A replica's items of a partition as plain objects, in the order of their sort keys, without asking anybody. */
  peek(table: string, region: string, pk: string): readonly PlainItem[] {
    return this.#table(table)
      .copy(region)
      .items(pk, null)
      .map(({ item }) => plainItem(item));
  }

  /** One item of a replica as a plain object, without asking anybody. */
  peekItem(table: string, region: string, key: Key): PlainItem | null {
    const item = this.#table(table).copy(region).item(key, null);
    return item === undefined ? null : plainItem(item);
  }

  /** A replica's partition keys, sorted. */
  partitionKeys(table: string, region: string): readonly string[] {
    return this.#table(table).copy(region).partitionKeys;
  }

  /** Writes accepted in `from` that `to` does not have yet. */
  missing(table: string, from: string, to: string): number {
    return this.#table(table).missing(from, to);
  }

  /** Changes how long the replication of an MREC table takes from now on. */
  setReplicationDelay(table: string, delay: DelayRange): void {
    this.#table(table).setReplicationDelay(delay);
  }

  /** What DescribeTable says of a replica, for example `INACCESSIBLE_ENCRYPTION_CREDENTIALS`. */
  setReplicaStatus(table: string, region: string, status: string): void {
    this.#table(table).statuses.set(region, status);
  }

  /** What DescribeTable shows of the table from now on; nothing else of it changes. */
  setForm(table: string, form: GlobalTableForm): void {
    this.#forms.set(this.#table(table).spec.name, form);
  }

  #describeTable(table: Table, { region, input }: ServiceRequest): Output {
    const form = this.#forms.get(table.spec.name) ?? null;
    if (form?.kind === "multiAccount" && form.region === region) throw notFound(input);
    return describeTable(table, region, form);
  }

  #table(name: string): Table {
    const table = this.#tables.get(name);
    if (table === undefined) throw new RangeError(`No such table in this world: received ${JSON.stringify(name)}`);
    return table;
  }

  #tableAt(input: Input, region: string): Table {
    const table = this.#tables.get(String(input.TableName));
    if (table?.spec.regions.includes(region)) return table;
    throw notFound(input);
  }

  #write(request: ServiceRequest, table: Table, key: Key, item: Item | null): Output {
    const { region, input } = request;
    table.demandWritable(region, key);
    const condition = input.ConditionExpression;
    if (typeof condition === "string") {
      const current = table.copy(region).item(key, null);
      if (!holds(condition, current, new Substitutes(input))) {
        const error = new ServiceError("ConditionalCheckFailedException", "The conditional request failed");
        const wanted = input.ReturnValuesOnConditionCheckFailure === "ALL_OLD" && current !== undefined;
        throw wanted ? Object.assign(error, { Item: current }) : error;
      }
    }
    table.write(region, key, item);
    for (const observer of this.#observers) {
      observer({ at: this.#clock.now(), table: table.spec.name, region, key, item, request });
    }
    return {};
  }

  #get(table: Table, region: string, input: Input): Output {
    const staleSince = this.#staleSince(table, region, input);
    const item = table.copy(region).item(exactKey(input), staleSince);
    return item === undefined ? {} : { Item: item };
  }

  #query(table: Table, region: string, input: Input): Output {
    const staleSince = this.#staleSince(table, region, input);
    const range = keyRange(String(input.KeyConditionExpression), new Substitutes(input));
    const found = table
      .copy(region)
      .items(range.pk, staleSince)
      .filter(({ sk }) => range.includes(sk));
    const forward = input.ScanIndexForward !== false;
    if (!forward) found.reverse();
    const start = input.ExclusiveStartKey as Item | undefined;
    const after = start === undefined ? null : keyOf(start);
    if (after !== null && after.pk !== range.pk) throw validation("The provided starting key is outside the query");
    const from = after === null ? 0 : found.findIndex(({ sk }) => (forward ? sk > after.sk : sk < after.sk));
    const limit = input.Limit === undefined ? this.#pageItems : Math.min(Number(input.Limit), this.#pageItems);
    if (!(limit >= 1)) throw validation(`Limit must be at least 1: received ${input.Limit}`);
    const page = from === -1 ? [] : found.slice(from, from + limit);
    const last = page.at(-1);
    const items = page.map(({ item }) => item);
    const output: Output = { Items: items, Count: items.length, ScannedCount: items.length };
    // As at AWS, a page that is full names its last key even when nothing follows.
    if (last !== undefined && page.length === limit) {
      output.LastEvaluatedKey = { pk: { S: range.pk }, sk: { S: last.sk } };
    }
    return output;
  }

  #staleSince(table: Table, region: string, input: Input): number | null {
    if (input.ConsistentRead === true) {
      table.demandConsistentRead(region);
      return null;
    }
    const { staleReads } = this;
    if (staleReads === null || this.#random.next() >= staleReads.rate) return null;
    return this.#clock.now() - staleReads.withinMilliseconds;
  }
}

function exactKey(input: Input): Key {
  const key = (input.Key ?? {}) as Item;
  if (Object.keys(key).length !== 2) throw validation("The provided key element does not match the schema");
  return keyOf(key);
}

function notFound({ TableName }: Input): ServiceError {
  return new ServiceError("ResourceNotFoundException", `Requested resource not found: Table: ${TableName} not found`);
}

/** Whose replicas of multi-account global tables are. */
export const otherAccount = "444455556666";

/**
 * Lists the other replicas: a table is itself the replica in the Region that is asked. Of version 2017.11.29 the Replicas are told
 * by DescribeGlobalTable alone ("Global tables version 2017.11.29 (Legacy)"); that GlobalTableVersion says so is documented
 * (TableDescription), that MultiRegionConsistency is left out an assumption, as is ReplicaArn's account in a multi-account table.
 */
function describeTable(table: Table, region: string, form: GlobalTableForm | null): Output {
  const { spec, statuses } = table;
  const others = spec.regions.filter((each) => each !== region);
  const arnIn = (each: string, account: string) => `arn:aws:dynamodb:${each}:${account}:table/${spec.name}`;
  const accountOf = (each: string) =>
    form?.kind === "multiAccount" && form.region === each ? otherAccount : simulatedAccount;
  const own = {
    TableName: spec.name,
    TableArn: arnIn(region, simulatedAccount),
    TableStatus: statuses.get(region) ?? "ACTIVE",
  };
  if (form?.kind === "version2017") return { Table: { ...own, GlobalTableVersion: "2017.11.29" } };
  return {
    Table: {
      ...own,
      GlobalTableVersion: "2019.11.21",
      MultiRegionConsistency: spec.kind === "MRSC" ? "STRONG" : "EVENTUAL",
      Replicas: others.map((each) => ({
        RegionName: each,
        ReplicaStatus: statuses.get(each) ?? "ACTIVE",
        ReplicaArn: arnIn(each, accountOf(each)),
      })),
      ...(spec.kind === "MRSC" && spec.witness !== undefined
        ? { GlobalTableWitnesses: [{ RegionName: spec.witness, WitnessStatus: "ACTIVE" }] }
        : {}),
    },
  };
}
