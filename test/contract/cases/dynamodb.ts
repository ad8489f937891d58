import { GetItemCommand, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { howToAnswer } from "../../../functions/approval/question.ts";
import { keepQuestion } from "../../../functions/approval/records.ts";
import { initialItem } from "../../../functions/coordination/rules.ts";
import { createCoordinationStore } from "../../../functions/coordination/store.ts";
import { fromAttributes, toAttributes } from "../../../functions/shared/attributes.ts";
import type { AwsService } from "../../../functions/shared/clients.ts";
import { isoInstant } from "../../../functions/shared/clock.ts";
import type { Dependencies } from "../../../functions/shared/dependencies.ts";
import { classifyCallError } from "../../../functions/shared/errors.ts";
import type { Plan } from "../../../functions/shared/plan/plan.ts";
import { readReplica } from "../../../functions/tables/dynamodb.ts";
import { findBreak } from "../../../functions/timeline/event.ts";
import { createJournal, readTimeline, recordDecision } from "../../../functions/timeline/journal.ts";
import type { Observation } from "../../../functions/watch/observation.ts";
import { readObservations, writeObservation } from "../../../functions/watch/observations.ts";
import { type Cloud, home, ireland, singapore, virginia } from "../backend.ts";
import { type Contract, refusalOf } from "../contract.ts";
import { storefront } from "../plan.ts";

const coordinationRegions = [ireland, "eu-west-2", "eu-central-1"];
const entry = {
  step: "traffic",
  kind: "intent",
  summary: "about to",
  detail: { nested: { list: [1, null, ""] } },
} as const;

/** A plan whose records table is there, in all the shop's Regions. */
async function withRecords(cloud: Cloud): Promise<Dependencies<AwsService>> {
  const recordsTable = cloud.unique("records");
  await cloud.prepare.table(recordsTable, "eventual", [ireland, virginia, singapore]);
  return cloud.dependencies({ ...storefront, application: cloud.unique("shop"), recordsTable });
}

async function withCoordination(cloud: Cloud): Promise<Plan> {
  const table = cloud.unique("coordination");
  await cloud.prepare.table(table, "strong", coordinationRegions);
  const coordination = { ...storefront.coordination, table, regions: coordinationRegions };
  return { ...storefront, application: cloud.unique("shop"), coordination };
}

function observationOf(vantage: string, at: string): Observation {
  const vote = {
    region: singapore,
    vote: "failing",
    since: at,
    until: at,
    passesInARow: 0,
    reason: "HTTP 503",
  } as const;
  return {
    vantage,
    at,
    votes: [{ ...vote, changes: [at] }],
    customers: { vote: "passing", since: at, servedBy: null },
    heartbeatAgeSeconds: { [virginia]: 4.25 },
    capacity: { at, inService: 6, desired: 6, minimum: 2, maximum: 12 },
    lag: null,
  };
}

const pause = { until: "2030-01-01T00:00:00.000Z", by: "somebody", reason: "a test" };

/** Puts one item; `condition` as the journal and the store write theirs. */
function put(cloud: Cloud, region: string, table: string, item: object, condition?: { text: string; values?: object }) {
  return cloud.aws.dynamoDB(region).send(
    new PutItemCommand({
      TableName: table,
      Item: toAttributes(item),
      ...(condition === undefined ? {} : { ConditionExpression: condition.text }),
      ...(condition?.values === undefined ? {} : { ExpressionAttributeValues: toAttributes(condition.values) }),
    }),
  );
}

async function get(cloud: Cloud, region: string, table: string, pk: string, sk: string, consistency?: "consistent") {
  const { Item } = await cloud.aws.dynamoDB(region).send(
    new GetItemCommand({
      TableName: table,
      Key: toAttributes({ pk, sk }),
      ...(consistency === undefined ? {} : { ConsistentRead: true }),
    }),
  );
  return Item === undefined ? null : fromAttributes(Item);
}

export const coordination: Contract = {
  service: "DynamoDB, coordination",
  cases: {
    "an item that was never written is none, and begins at version 0": async (cloud) => {
      const plan = await withCoordination(cloud);

      const item = await createCoordinationStore(cloud.dependencies(plan), "one").read();

      expect(item).toMatchObject({ application: plan.application, version: 0, epoch: 0, lease: null, incident: null });
    },

    "what was written is read as it was": async (cloud) => {
      const plan = await withCoordination(cloud);
      const store = createCoordinationStore(cloud.dependencies(plan), "one");

      const changed = await store.change((item) => ({ kind: "changed", item: { ...item, pause } }));

      expect(changed).toMatchObject({ kind: "changed", item: { version: 1, pause } });
      expect(await store.read()).toEqual(changed.kind === "changed" && changed.item);
    },

    "of two writers that saw the same version one is refused, and comes round with what the other wrote": async (
      cloud,
    ) => {
      const plan = await withCoordination(cloud);
      const stores = ["one", "other"].map((writer) => createCoordinationStore(cloud.dependencies(plan), writer));

      const changes = await Promise.all(
        stores.map((store) => store.change((item) => ({ kind: "changed", item: { ...item, epoch: item.epoch + 1 } }))),
      );

      expect(changes.map(({ kind }) => kind)).toEqual(["changed", "changed"]);
      expect(await stores[0]?.read()).toMatchObject({ version: 2, epoch: 2 });
    },

    "a compare-and-set on a version that is gone is a conflict": async (cloud) => {
      const {
        coordination: { table },
      } = await withCoordination(cloud);
      const key = { pk: "coordination#x", sk: "item" };
      await put(cloud, home, table, { ...key, version: 3 });

      const refusal = await refusalOf(
        put(cloud, home, table, { ...key, version: 3 }, { text: "version = :expected", values: { ":expected": 2 } }),
      );

      expect(refusal).toEqual({ name: "ConditionalCheckFailedException", sortedAs: "conflict" });
    },

    "a compare-and-set on what was never written is a conflict, unless its absence is allowed": async (cloud) => {
      const {
        coordination: { table },
      } = await withCoordination(cloud);
      const item = { pk: "coordination#x", sk: "item", version: 1 };

      const refusal = await refusalOf(
        put(cloud, home, table, item, { text: "version = :expected", values: { ":expected": 0 } }),
      );
      await put(cloud, home, table, item, {
        text: "attribute_not_exists(pk) OR version = :expected",
        values: { ":expected": 0 },
      });

      expect(refusal).toEqual({ name: "ConditionalCheckFailedException", sortedAs: "conflict" });
      expect(await get(cloud, home, table, item.pk, item.sk, "consistent")).toEqual(item);
    },

    "a write through one replica is read consistently through each of the others": async (cloud) => {
      const {
        coordination: { table },
      } = await withCoordination(cloud);
      const item = { pk: "coordination#x", sk: "item", version: 1 };

      await put(cloud, ireland, table, item);

      for (const region of coordinationRegions) {
        expect(await get(cloud, region, table, item.pk, item.sk, "consistent")).toEqual(item);
      }
    },

    "a condition is judged by what another replica has taken": async (cloud) => {
      const {
        coordination: { table },
      } = await withCoordination(cloud);
      const item = { pk: "coordination#x", sk: "item", version: 1 };
      await put(cloud, ireland, table, item);
      await cloud.clock.sleep(1_000);

      const refusal = await refusalOf(put(cloud, "eu-central-1", table, item, { text: "attribute_not_exists(pk)" }));

      expect(refusal).toEqual({ name: "ConditionalCheckFailedException", sortedAs: "conflict" });
    },

    "of two that are first at once through two replicas one is refused": async (cloud) => {
      const {
        coordination: { table },
      } = await withCoordination(cloud);
      const writeAs = (region: string) =>
        put(
          cloud,
          region,
          table,
          { pk: "coordination#x", sk: "item", by: region },
          { text: "attribute_not_exists(pk)" },
        ).then(
          () => "written",
          (error: unknown) => classifyCallError(error),
        );

      const outcomes = await Promise.all([writeAs(ireland), writeAs("eu-central-1")]);

      expect([...outcomes].sort()).toEqual(["conflict", "written"]);
    },

    "an unknown table is ResourceNotFoundException": async (cloud) => {
      const refusal = await refusalOf(get(cloud, home, cloud.unique("nobody"), "a", "b", "consistent"));

      expect(refusal).toEqual({ name: "ResourceNotFoundException", sortedAs: "rejected" });
    },

    "a value that no expression uses is refused": async (cloud) => {
      const {
        coordination: { table },
      } = await withCoordination(cloud);

      const refusal = await refusalOf(
        put(cloud, home, table, { pk: "a", sk: "b" }, { text: "attribute_not_exists(pk)", values: { ":unused": 1 } }),
      );

      expect(refusal).toEqual({ name: "ValidationException", sortedAs: "rejected" });
    },

    "a value that is used and not given is refused": async (cloud) => {
      const {
        coordination: { table },
      } = await withCoordination(cloud);

      const refusal = await refusalOf(put(cloud, home, table, { pk: "a", sk: "b" }, { text: "version = :expected" }));

      expect(refusal).toEqual({ name: "ValidationException", sortedAs: "rejected" });
    },

    "an empty key is refused": async (cloud) => {
      const {
        coordination: { table },
      } = await withCoordination(cloud);

      const refusal = await refusalOf(put(cloud, home, table, { pk: "", sk: "b" }));

      expect(refusal).toEqual({ name: "ValidationException", sortedAs: "rejected" });
    },

    "an application's item is none of another's": async (cloud) => {
      const plan = await withCoordination(cloud);
      const other: Plan = { ...plan, application: cloud.unique("other") };
      const change = createCoordinationStore(cloud.dependencies(plan), "one").change;
      await change((item) => ({ kind: "changed", item: { ...item, pause } }));

      const found = await createCoordinationStore(cloud.dependencies(other), "one").read();

      const names = other.regions.map(({ name }) => name);
      const { regions: _since, ...expected } = initialItem(other.application, names, cloud.clock.now());
      expect(found).toMatchObject(expected);
    },
  },
};

export const records: Contract = {
  service: "DynamoDB, records",
  cases: {
    "a timeline is read in the order in which it was written, and its hashes hold": async (cloud) => {
      const deps = await withRecords(cloud);
      const journal = createJournal(deps, "incident-1", 1);

      for (let number = 1; number <= 12; number++) await journal.append({ ...entry, summary: `number ${number}` });

      const events = await readTimeline(deps, "incident-1");
      expect(events.map(({ summary }) => summary)).toEqual(Array.from({ length: 12 }, (_, at) => `number ${at + 1}`));
      expect(events[0]?.detail).toEqual(entry.detail);
      expect(findBreak(events)).toBeNull();
    },

    "writers of one epoch get a place each, whoever comes first": async (cloud) => {
      const deps = await withRecords(cloud);
      const journals = [1, 2, 3].map(() => createJournal(deps, "incident-1", 1));

      await Promise.all(journals.map((journal) => journal.append(entry)));

      const events = await readTimeline(deps, "incident-1");
      expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(findBreak(events)).toBeNull();
    },

    "a new epoch goes on from the newest event of the one before": async (cloud) => {
      const deps = await withRecords(cloud);
      for (let number = 1; number <= 3; number++) await createJournal(deps, "incident-1", 9).append(entry);

      const first = await createJournal(deps, "incident-1", 10).append(entry);

      const events = await readTimeline(deps, "incident-1");
      expect(first).toMatchObject({ seq: 1, previousHash: events[2]?.hash });
      expect(events.map(({ epoch, seq }) => [epoch, seq])).toEqual([
        [9, 1],
        [9, 2],
        [9, 3],
        [10, 1],
      ]);
    },

    "a place that is taken is a conflict, and keeps what it had": async (cloud) => {
      const {
        plan: { recordsTable },
      } = await withRecords(cloud);
      const place = { pk: "incident#1", sk: "000001#000001" };
      await put(cloud, home, recordsTable, { ...place, by: "one" }, { text: "attribute_not_exists(pk)" });

      const refusal = await refusalOf(
        put(cloud, home, recordsTable, { ...place, by: "other" }, { text: "attribute_not_exists(pk)" }),
      );

      expect(refusal).toEqual({ name: "ConditionalCheckFailedException", sortedAs: "conflict" });
      expect(await get(cloud, home, recordsTable, place.pk, place.sk)).toEqual({ ...place, by: "one" });
    },

    "attribute_not_exists speaks of this item, not of its partition": async (cloud) => {
      const {
        plan: { recordsTable },
      } = await withRecords(cloud);
      await put(cloud, home, recordsTable, { pk: "incident#1", sk: "1" }, { text: "attribute_not_exists(pk)" });

      await put(cloud, home, recordsTable, { pk: "incident#1", sk: "2" }, { text: "attribute_not_exists(pk)" });

      expect(await get(cloud, home, recordsTable, "incident#1", "2")).not.toBeNull();
    },

    "more than one page is read to its end": async (cloud) => {
      const deps = await withRecords(cloud);
      const { recordsTable } = deps.plan;
      const filler = "x".repeat(12_000);
      const places = Array.from({ length: 110 }, (_, at) => `000001#${String(at + 1).padStart(6, "0")}`);
      for (let from = 0; from < places.length; from += 10) {
        await Promise.all(
          places
            .slice(from, from + 10)
            .map((sk) => put(cloud, home, recordsTable, { pk: "incident#1", sk, filler, name: sk })),
        );
      }

      const firstPage = await cloud.aws.dynamoDB(home).send(
        new QueryCommand({
          TableName: recordsTable,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": { S: "incident#1" } },
        }),
      );
      const events = await readTimeline(deps, "1");

      expect(firstPage.LastEvaluatedKey).toBeDefined();
      expect(events.map((event) => (event as unknown as { name: string }).name)).toEqual(places);
    },

    "a page that is just full may be followed by an empty one": async (cloud) => {
      const deps = await withRecords(cloud);
      const { recordsTable } = deps.plan;
      for (const sk of ["1", "2"]) await put(cloud, home, recordsTable, { pk: "incident#1", sk });
      const query = (more: object) =>
        cloud.aws.dynamoDB(home).send(
          new QueryCommand({
            TableName: recordsTable,
            KeyConditionExpression: "pk = :pk",
            ExpressionAttributeValues: { ":pk": { S: "incident#1" } },
            Limit: 2,
            ...more,
          }),
        );

      const first = await query({});
      const second = await query({ ExclusiveStartKey: first.LastEvaluatedKey });

      expect(first.Items).toHaveLength(2);
      expect(first.LastEvaluatedKey).toEqual(toAttributes({ pk: "incident#1", sk: "2" }));
      expect(second.Items).toEqual([]);
      expect(second.LastEvaluatedKey).toBeUndefined();
    },

    "an item of more than 400 KB is refused": async (cloud) => {
      const {
        plan: { recordsTable },
      } = await withRecords(cloud);
      const item = { pk: "incident#1", sk: "1" };

      await put(cloud, home, recordsTable, { ...item, filler: "x".repeat(380_000) });
      const refusal = await refusalOf(put(cloud, home, recordsTable, { ...item, filler: "é".repeat(210_000) }));

      expect(refusal).toEqual({ name: "ValidationException", sortedAs: "rejected" });
    },

    "asked newest first for one, Query answers with the last of the prefix": async (cloud) => {
      const {
        plan: { recordsTable },
      } = await withRecords(cloud);
      for (const sk of ["000001#000001", "000001#000002", "000001#000010", "000002#000001"]) {
        await put(cloud, home, recordsTable, { pk: "incident#1", sk });
      }

      const { Items, LastEvaluatedKey } = await cloud.aws.dynamoDB(home).send(
        new QueryCommand({
          TableName: recordsTable,
          KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
          ExpressionAttributeValues: toAttributes({ ":pk": "incident#1", ":prefix": "000001#" }),
          ScanIndexForward: false,
          Limit: 1,
          ConsistentRead: true,
        }),
      );

      expect(Items?.map(({ sk }) => sk?.S)).toEqual(["000001#000010"]);
      expect(LastEvaluatedKey).toEqual(toAttributes({ pk: "incident#1", sk: "000001#000010" }));
    },

    "a decision recorded again overwrites itself": async (cloud) => {
      const deps = await withRecords(cloud);
      await recordDecision(deps, "execution-1", "shop", { ...entry, summary: "first" });

      await recordDecision(deps, "execution-1", "shop", { ...entry, summary: "second" });

      const pk = `decisions#${deps.plan.application}`;
      expect(await get(cloud, home, deps.plan.recordsTable, pk, "execution-1")).toMatchObject({ summary: "second" });
    },

    "a vantage's observation comes back as it was, its last one alone": async (cloud) => {
      const deps = await withRecords(cloud);
      const now = cloud.clock.now();
      await writeObservation(deps, observationOf(ireland, isoInstant(now - 10_000)));
      await writeObservation(deps, observationOf(virginia, isoInstant(now)));

      await writeObservation(deps, observationOf(ireland, isoInstant(now)));

      const found = await cloud.until(
        () => readObservations(deps),
        (seen) => seen.length === 2 && seen[0]?.at === isoInstant(now),
      );
      expect(found).toEqual([observationOf(ireland, isoInstant(now)), observationOf(virginia, isoInstant(now))]);
    },

    "what is written in one Region arrives in the others": async (cloud) => {
      const deps = await withRecords(cloud);
      const observation = observationOf(ireland, isoInstant(cloud.clock.now()));

      await writeObservation(deps, observation);

      const there = { ...deps, region: singapore };
      expect(
        await cloud.until(
          () => readObservations(there),
          ({ length }) => length > 0,
        ),
      ).toEqual([observation]);
    },

    "a condition is judged by the Region's own copy alone, so it is no lock, and the copies come to agree": async (
      cloud,
    ) => {
      const {
        plan: { recordsTable },
      } = await withRecords(cloud);
      const regions = [ireland, singapore];

      await Promise.all(
        regions.map((region) =>
          put(cloud, region, recordsTable, { pk: "a", sk: "b", by: region }, { text: "attribute_not_exists(pk)" }),
        ),
      );

      const copies = await cloud.until(
        () => Promise.all(regions.map((region) => get(cloud, region, recordsTable, "a", "b"))),
        ([here, there]) => here?.by === there?.by,
      );
      expect(regions).toContain(copies[0]?.by);
      expect(copies[1]).toEqual(copies[0]);
    },

    "the command that a question names finds its token": async (cloud) => {
      const deps = await withRecords(cloud);
      const at = isoInstant(cloud.clock.now());
      const place = {
        incident: "incident-1",
        covers: "promotion",
        region: home,
        recordsTable: deps.plan.recordsTable,
      } as const;
      const { recordsTable: _table, ...question } = place;

      await keepQuestion(deps, {
        ...question,
        application: deps.plan.application,
        epoch: 1,
        execution: "execution-1",
        summary: "Promote?",
        detail: "Because",
        token: "AQB8A-token",
        askedAt: at,
        deadlineAt: at,
      });

      const [command = ""] = howToAnswer(place);
      const key = JSON.parse(/--key '([^']+)'/.exec(command)?.[1] ?? "null");
      const { Item } = await cloud.aws
        .dynamoDB(home)
        .send(new GetItemCommand({ TableName: deps.plan.recordsTable, Key: key }));
      expect(Item?.token?.S).toBe("AQB8A-token");
    },

    "attributes of every kind that JSON has come back as they were": async (cloud) => {
      const {
        plan: { recordsTable },
      } = await withRecords(cloud);
      const item = {
        pk: "a",
        sk: "b",
        empty: "",
        none: null,
        yes: true,
        no: false,
        large: Number.MAX_SAFE_INTEGER,
        small: -0.001_25,
        list: [1, "two", [], {}, null],
        nested: { deep: { deeper: ["é", "\u{1F30D}"] } },
      };

      await put(cloud, home, recordsTable, item);

      expect(await get(cloud, home, recordsTable, "a", "b", "consistent")).toEqual(item);
    },
  },
};

export const replicas: Contract = {
  service: "DynamoDB, global tables",
  cases: {
    "a replica in service is ACTIVE": async (cloud) => {
      const table = cloud.unique("sessions");
      await cloud.prepare.table(table, "eventual", [ireland, virginia]);
      const deps = cloud.dependencies(storefront);

      const found = await cloud.until(
        () => readReplica(deps, table, ireland),
        ({ status }) => status === "ACTIVE",
      );

      expect(found).toEqual({ table, region: ireland, status: "ACTIVE", consistency: "eventual" });
    },

    "a replica is ACTIVE as its own Region tells it": async (cloud) => {
      const table = cloud.unique("sessions");
      await cloud.prepare.table(table, "eventual", [ireland, virginia]);
      const deps = cloud.dependencies(storefront);

      const found = await cloud.until(
        () => readReplica(deps, table, virginia),
        ({ status }) => status === "ACTIVE",
      );

      expect(found).toEqual({ table, region: virginia, status: "ACTIVE", consistency: "eventual" });
    },

    "a strongly consistent table says so": async (cloud) => {
      const table = cloud.unique("ledger");
      await cloud.prepare.table(table, "strong", coordinationRegions);
      const deps = cloud.dependencies(storefront);

      const found = await cloud.until(
        () => readReplica(deps, table, ireland),
        ({ status }) => status === "ACTIVE",
      );

      expect(found).toEqual({ table, region: ireland, status: "ACTIVE", consistency: "strong" });
    },

    "a table in one Region alone is not replicated": async (cloud) => {
      const table = cloud.unique("local");
      await cloud.prepare.table(table, "eventual", [ireland]);

      const found = await readReplica(cloud.dependencies(storefront), table, ireland);

      expect(found).toMatchObject({ status: "NOT_REPLICATED" });
    },

    "an unknown table is not found": async (cloud) => {
      const found = await readReplica(cloud.dependencies(storefront), cloud.unique("nobody"), ireland);

      expect(found).toMatchObject({ status: "NOT_FOUND", consistency: "unknown" });
    },

    "a table is not found where it has no replica": async (cloud) => {
      const table = cloud.unique("sessions");
      await cloud.prepare.table(table, "eventual", [ireland, virginia]);

      expect(await readReplica(cloud.dependencies(storefront), table, singapore)).toMatchObject({
        status: "NOT_FOUND",
      });
    },
  },
};
