import { readFileSync } from "node:fs";
import type { Run } from "../../functions/coordination/item.ts";
import { loadPlan } from "../../functions/shared/plan/load.ts";
import type { Plan } from "../../functions/shared/plan/plan.ts";
import { createHandler } from "../../functions/tables/check.handler.ts";
import { awsError, SmallCloud } from "../fakes/small-cloud.ts";

const storefront = loadPlan(readFileSync("plans/storefront.yaml", "utf8"), "plans/storefront.yaml");
const run: Run = {
  incident: "storefront-us-east-1-e1",
  epoch: 1,
  execution: "execution-1",
  failedRegion: "us-east-1",
  cause: "down",
  failingSince: "2026-03-01T12:00:00.000Z",
  survivors: ["eu-west-1", "ap-southeast-1"],
  authority: "automation",
};
const active = (...others: string[]) => ({
  TableStatus: "ACTIVE",
  Replicas: others.map((RegionName) => ({ RegionName, ReplicaStatus: "ACTIVE" })),
});

function createWorld(changes: Partial<Plan> = {}) {
  const plan = { ...storefront, ...changes };
  const cloud = new SmallCloud("2026-03-01T12:01:30.000Z");
  cloud.tables.set("UserSessions@eu-west-1", active("us-east-1", "ap-southeast-1"));
  cloud.tables.set("UserSessions@ap-southeast-1", active("us-east-1", "eu-west-1"));
  cloud.open(plan, run);
  cloud.observe(plan, { vantage: "us-east-1", at: "2026-03-01T11:59:52.000Z" });
  return {
    cloud,
    check: () =>
      createHandler(cloud.dependencies(plan, "eu-west-1"))({ run }, { awsRequestId: "1", functionName: "a-function" }),
    events: () => cloud.timeline(plan, run.incident),
  };
}

describe("CheckTables", () => {
  it("says that the replicas serve, and what may be missing in them", async () => {
    const world = createWorld();

    const answer = await world.check();

    expect(answer).toEqual({
      result: "done",
      reason: null,
      tables: [
        { table: "UserSessions", region: "eu-west-1", status: "ACTIVE" },
        { table: "UserSessions", region: "ap-southeast-1", status: "ACTIVE" },
      ],
      mayBeMissingSeconds: 8,
    });
    expect(world.events().map(({ kind, detail }) => [kind, detail.mayBeMissingSeconds])).toEqual([
      ["observed", 8],
      ["stepEnded", 8],
    ]);
  });

  it("asks the survivors alone and changes nothing", async () => {
    const world = createWorld();

    await world.check();

    const tableCalls = world.cloud.calls.filter((call) => call.startsWith("DescribeTable"));
    expect(tableCalls.toSorted()).toEqual(["DescribeTable@ap-southeast-1", "DescribeTable@eu-west-1"]);
    expect(world.cloud.calls.filter((call) => call.startsWith("Update"))).toEqual([]);
    expect(world.cloud.calls.filter((call) => call.endsWith("@us-east-1"))).toEqual([]);
  });

  it.each([
    {
      case: "its own replica is ill",
      table: {
        TableStatus: "ACTIVE",
        Replicas: [{ RegionName: "eu-west-1", ReplicaStatus: "REPLICATION_NOT_AUTHORIZED" }],
      },
      status: "REPLICATION_NOT_AUTHORIZED",
    },
    {
      case: "the table itself is ill",
      table: { ...active("us-east-1"), TableStatus: "INACCESSIBLE_ENCRYPTION_CREDENTIALS" },
      status: "INACCESSIBLE_ENCRYPTION_CREDENTIALS",
    },
    { case: "it is a table of one Region", table: { TableStatus: "ACTIVE" }, status: "NOT_REPLICATED" },
    { case: "there is no table", table: undefined, status: "NOT_FOUND" },
  ])("is degraded when $case", async ({ table, status }) => {
    const world = createWorld();
    if (table === undefined) world.cloud.tables.delete("UserSessions@eu-west-1");
    else world.cloud.tables.set("UserSessions@eu-west-1", table);

    expect(await world.check()).toMatchObject({
      result: "degraded",
      reason: `UserSessions in eu-west-1 is ${status}`,
    });
    expect(world.events().at(-1)?.detail.result).toBe("degraded");
  });

  it("FM82: names a global table of version 2017.11.29, and goes by each survivor's own table", async () => {
    const world = createWorld();
    const old = { TableStatus: "ACTIVE", GlobalTableVersion: "2017.11.29" };
    for (const region of run.survivors) world.cloud.tables.set(`UserSessions@${region}`, old);

    expect(await world.check()).toMatchObject({
      result: "done",
      reason: null,
      tables: [
        { table: "UserSessions", region: "eu-west-1", status: "ACTIVE", version: "2017.11.29" },
        { table: "UserSessions", region: "ap-southeast-1", status: "ACTIVE", version: "2017.11.29" },
      ],
    });
    expect(world.events().at(-1)?.summary).toBe(
      "Tables in service in eu-west-1, ap-southeast-1: UserSessions. UserSessions is a global table of version 2017.11.29, which lists no replicas: each survivor's table was looked at by itself",
    );

    world.cloud.tables.set("UserSessions@eu-west-1", { ...old, TableStatus: "INACCESSIBLE_ENCRYPTION_CREDENTIALS" });
    expect(await world.check()).toMatchObject({ result: "degraded" });
  });

  const listing = (account: string, ReplicaStatus = "ACTIVE") => ({
    TableArn: "arn:aws:dynamodb:eu-west-1:111122223333:table/UserSessions",
    TableStatus: "ACTIVE",
    Replicas: [
      {
        RegionName: "ap-southeast-1",
        ReplicaStatus,
        ReplicaArn: `arn:aws:dynamodb:ap-southeast-1:${account}:table/UserSessions`,
      },
    ],
  });

  it("FM82: a replica of another account is named as that, by another survivor's word", async () => {
    const world = createWorld();
    world.cloud.tables.delete("UserSessions@ap-southeast-1");
    world.cloud.tables.set("UserSessions@eu-west-1", listing("444455556666"));

    expect(await world.check()).toMatchObject({ result: "done", reason: null });
    expect(world.events().at(-1)?.detail.tables).toContainEqual({
      table: "UserSessions",
      region: "ap-southeast-1",
      status: "ACTIVE",
      account: "444455556666",
    });
    expect(world.events().at(-1)?.summary).toContain(
      "UserSessions in ap-southeast-1 is of account 444455556666, which is not asked; another survivor's replica says ACTIVE",
    );
  });

  it.each([
    ["it is ill by that word", listing("444455556666", "REPLICATION_NOT_AUTHORIZED"), "REPLICATION_NOT_AUTHORIZED"],
    ["it is this account's, and missing", listing("111122223333"), "NOT_FOUND"],
    ["nobody says whose it is", { ...listing(""), TableArn: undefined }, "NOT_FOUND"],
  ])("FM82: a replica that is not found is a finding where %s", async (_where, table, status) => {
    const world = createWorld();
    world.cloud.tables.delete("UserSessions@ap-southeast-1");
    world.cloud.tables.set("UserSessions@eu-west-1", table);

    expect(await world.check()).toMatchObject({
      result: "degraded",
      reason: `UserSessions in ap-southeast-1 is ${status}`,
    });
  });

  it("another Region's ill replica says nothing of this one's", async () => {
    const world = createWorld();
    const Replicas = [{ RegionName: "us-east-1", ReplicaStatus: "REGION_DISABLED" }];
    world.cloud.tables.set("UserSessions@eu-west-1", { TableStatus: "ACTIVE", Replicas });

    expect(await world.check()).toMatchObject({ result: "done" });
  });

  it.each([
    { error: awsError("TimeoutError", "no answer"), status: "NO_ANSWER" },
    { error: awsError("AccessDeniedException", "no"), status: "ACCESS_DENIED" },
    { error: awsError("ValidationException", "no"), status: "ValidationException" },
  ])("a survivor that fails with $status is a finding, not an error", async ({ error, status }) => {
    const world = createWorld();
    world.cloud.onCall = (operation, region) => {
      if (operation === "DescribeTable" && region === "ap-southeast-1") throw error;
    };

    expect(await world.check()).toMatchObject({
      result: "degraded",
      reason: `UserSessions in ap-southeast-1 is ${status}`,
    });
  });

  it("leaves unknown what cannot be known", async () => {
    const world = createWorld();
    world.cloud.onCall = (operation, _region, input) => {
      const asksForHeartbeats = operation === "Query" && input.ExpressionAttributeValues[":pk"]?.S === "observations";
      if (asksForHeartbeats) throw awsError("TimeoutError", "no answer");
    };

    expect(await world.check()).toMatchObject({ result: "done", mayBeMissingSeconds: null });
    expect(world.events()[0]?.summary).toContain("An unknown amount of us-east-1's last writes may be missing");
  });

  it("is skipped when the plan names no tables", async () => {
    const world = createWorld({ tables: [] });

    expect(await world.check()).toMatchObject({ result: "skipped", tables: [], mayBeMissingSeconds: null });
    expect(world.events().map(({ kind, detail }) => [kind, detail.result])).toEqual([["stepEnded", "skipped"]]);
  });
});
