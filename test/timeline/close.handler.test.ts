import type { CoordinationItem } from "../../functions/coordination/item.ts";
import { takeOverIncident } from "../../functions/coordination/rules.ts";
import { createHandler } from "../../functions/timeline/close.handler.ts";
import { awsError, FakeAws, invocation, noAnswer } from "../fakes/aws.ts";
import { examplePlan } from "../fakes/plans.ts";
import { itemKey, openItem, runIn } from "../fakes/runs.ts";

const plan = examplePlan("storefront");
const done = { result: "done", reason: null };
const recovered = {
  approval: "notAsked",
  declinedBecause: null,
  branches: { traffic: { ...done, evidence: "shown" }, capacity: done, database: done, tables: done },
  recovery: { ...done, verifiedAt: "2026-03-14T09:05:00.000Z" },
  dataLossSeconds: 3,
};

function prepare(changes: Parameters<typeof openItem>[2] = {}) {
  const aws = new FakeAws();
  const opened = openItem(plan, aws.clock.now(), changes);
  const put = (item: CoordinationItem) => aws.put(plan.coordination.table, { ...itemKey(plan), ...item });
  put(opened);
  const run = runIn(opened);
  return {
    aws,
    run,
    opened,
    put,
    item: () => aws.items.get(`${plan.coordination.table}|${itemKey(plan).pk}|item`) as unknown as CoordinationItem,
    close: (input: object = recovered) =>
      aws.finish(createHandler(aws.dependencies(plan, "eu-west-1"))({ run, ...input }, invocation)),
    events: () => aws.rows(plan.recordsTable, `incident#${run.incident}`),
  };
}

it("writes the last event, then gives the lease back", async () => {
  const { aws, close, item, events } = prepare();

  expect(await close()).toEqual({ outcome: "recovered", incident: "storefront-us-east-1-e1", reasons: [] });
  expect(item()).toMatchObject({
    epoch: 1,
    lease: null,
    incident: null,
    completed: [{ outcome: "recovered", region: "us-east-1" }],
    regions: { "us-east-1": { state: "evacuated" } },
  });
  expect(events()).toMatchObject([
    {
      kind: "closed",
      summary: "Recovered from the loss of us-east-1 in 2 min, within the objective of 8 min",
      detail: { outcome: "recovered", rtoSeconds: 120, rpoSeconds: 3, rtoObjectiveSeconds: 480 },
    },
  ]);
  const tables = aws.calls.filter(({ operation }) => operation === "PutItem").map(({ input }) => input.TableName);
  // The note that people have heard comes last.
  expect(tables).toEqual([plan.coordination.table, plan.recordsTable, plan.coordination.table, plan.recordsTable]);
});

it.each([
  [
    "degraded",
    { branches: { ...recovered.branches, capacity: { result: "degraded", reason: "8 of 12" } } },
    "Degraded: capacity: 8 of 12",
  ],
  [
    "recovered",
    { recovery: { ...done, verifiedAt: "2026-03-14T09:13:00.000Z" } },
    "Recovered from the loss of us-east-1 in 10 min, beyond the objective of 8 min",
  ],
  [
    "recovered",
    { branches: { ...recovered.branches, traffic: { ...done, evidence: "notShown" } } },
    "Recovered from the loss of us-east-1 in 2 min, within the objective of 8 min; that traffic has left us-east-1 is not shown",
  ],
  [
    "recovered",
    { branches: { ...recovered.branches, traffic: done } },
    "Recovered from the loss of us-east-1 in 2 min, within the objective of 8 min; that traffic has left us-east-1 is not shown",
  ],
])("says how it ended: %s", async (outcome, changes, summary) => {
  const { close, events } = prepare();

  expect(await close({ ...recovered, ...changes })).toMatchObject({ outcome });
  expect(events()).toMatchObject([{ kind: "closed", summary }]);
});

it("keeps the recovery time that an earlier run of the incident has closed with", async () => {
  const { aws, opened, put, events } = prepare();
  put({ ...opened, epoch: 2 });
  const run = { ...runIn(opened), epoch: 2 };
  const branches = { ...recovered.branches, tables: { result: "degraded", reason: "denied" } };
  const detail = { outcome: "degraded", branches, rtoSeconds: 251, rpoSeconds: 3, regionState: "evacuated" };
  aws.put(plan.recordsTable, {
    pk: `incident#${run.incident}`,
    sk: "000001#000009",
    ...{ kind: "closed", epoch: 1, seq: 9, hash: "h", summary: "Degraded", detail },
  });
  const skipped = { result: "skipped", reason: null };
  const ends = { traffic: skipped, capacity: skipped, database: skipped, tables: done };
  const recovery = { ...done, verifiedAt: "2026-03-15T09:05:00.000Z" };

  await aws.finish(
    createHandler(aws.dependencies(plan, "eu-west-1"))({ run, ...recovered, branches: ends, recovery }, invocation),
  );

  expect(events().at(-1)).toMatchObject({
    kind: "closed",
    summary: expect.stringContaining("in 4 min 11 s"),
    detail: { outcome: "recovered", rtoSeconds: 251, rpoSeconds: 3 },
  });
});

it("FM57: does not take for good what a newer version said of a branch in words that it does not know", async () => {
  const { aws, opened, put, events } = prepare();
  put({ ...opened, epoch: 2 });
  const run = { ...runIn(opened), epoch: 2, wave: "what only a newer version knows" };
  const branches = { ...recovered.branches, database: { result: "forwarded", reason: null }, queues: done };
  aws.put(plan.recordsTable, {
    pk: `incident#${run.incident}`,
    sk: "000001#000009",
    ...{ kind: "closed", epoch: 1, seq: 9, hash: "h", summary: "Degraded", detail: { outcome: "degraded", branches } },
  });
  const skipped = { result: "skipped", reason: null };
  const ends = { traffic: done, capacity: skipped, database: skipped, tables: skipped };

  await aws.finish(
    createHandler(aws.dependencies(plan, "eu-west-1"))({ run, ...recovered, branches: ends }, invocation),
  );

  expect(events().at(-1)).toMatchObject({
    kind: "closed",
    detail: {
      outcome: "degraded",
      reasons: ["database: how it ended before cannot be read by this version"],
      branches: { capacity: done },
    },
  });
});

describe("the news of the end, which starts the report", () => {
  const news = (aws: FakeAws) => aws.calls.filter(({ operation }) => operation === "PutEvents");

  it("FM33: is sent until the bus takes it, throttled or refused for its own reasons", async () => {
    const { aws, close } = prepare();
    aws.answers.PutEvents = () => {
      if (news(aws).length === 1) throw awsError("ThrottlingException");
      return news(aws).length === 2
        ? { FailedEntryCount: 1, Entries: [{ ErrorCode: "InternalFailure", ErrorMessage: "try again" }] }
        : { FailedEntryCount: 0, Entries: [{ EventId: "1" }] };
    };

    expect(await close()).toMatchObject({ outcome: "recovered" });
    expect(news(aws).map(({ input }) => JSON.parse(input.Entries[0].Detail).kind)).toEqual(Array(3).fill("closed"));
  });

  it("does not break the close where the bus never takes it", async () => {
    const { aws, close, item } = prepare();
    aws.answers.PutEvents = () => {
      throw noAnswer();
    };

    expect(await close()).toMatchObject({ outcome: "recovered" });
    expect(item().lease).toBeNull();
    expect(news(aws).length).toBe(4);
    expect(aws.logged).toContainEqual(expect.stringMatching(/^The closing event did not go out/));
  });
});

describe("declined", () => {
  const declined = { ...recovered, approval: "declined", declinedBecause: "ada: no" };

  it("before anything was changed: stood down, and the Region is in service", async () => {
    const { close, events, item } = prepare({ question: "Evacuate?", stage: "asking" });

    const answer = await close(declined);

    expect(answer).toMatchObject({ outcome: "stoodDown", reasons: ["ada: no"] });
    expect(await close(declined)).toEqual(answer);
    expect(events()).toMatchObject([{ kind: "closed", summary: "Stood down: ada: no" }]);
    expect(item().regions["us-east-1"]?.state).toBe("inService");
  });

  it("FM23: while an earlier holder may have changed things: degraded, and the book does not count on the Region", async () => {
    const { close, item } = prepare({ question: "Evacuate it all the same?" });

    expect(await close(declined)).toMatchObject({ outcome: "degraded" });
    expect(item().regions["us-east-1"]?.state).toBe("evacuating");
  });
});

it("FM31: asked again, answers the same and writes nothing", async () => {
  const { aws, close } = prepare();
  const first = await close();
  const puts = aws.made("PutItem").length;

  expect(await close()).toEqual(first);
  expect(aws.made("PutItem").length).toBe(puts);
});

it("FM31: recognises a close whose answer was lost", async () => {
  const { aws, close, events, item } = prepare();
  aws.after = ({ operation }) => {
    if (operation === "PutItem" && aws.made("PutItem").length === 3) throw noAnswer();
  };

  expect(await close()).toMatchObject({ outcome: "recovered" });
  expect(item().completed.length).toBe(1);
  expect(events().length).toBe(1);
});

it("goes on where it died between the last event and the lease", async () => {
  const { aws, close, events, item } = prepare();
  aws.before = ({ operation }) => {
    if (operation === "PutItem" && aws.made("PutItem").length >= 3) throw awsError("ResourceNotFoundException");
  };
  await expect(close()).rejects.toMatchObject({ name: "StepBlocked" });
  aws.before = () => {};

  expect(await close()).toMatchObject({ outcome: "recovered" });
  expect(events().length).toBe(1);
  expect(item().lease).toBeNull();
});

it("FM24: a run that was taken over closes nothing and writes no last event", async () => {
  const { aws, opened, put, close, item, events } = prepare();
  const taken = takeOverIncident(opened, {
    incident: "storefront-us-east-1-e1",
    epoch: 1,
    holder: { region: "ap-southeast-1", execution: "execution-2" },
    grounds: { kind: "holderDown" },
    authority: "automation",
    question: null,
    survivors: ["ap-southeast-1"],
    now: aws.clock.now(),
    leaseSeconds: 60,
  });
  if (taken.kind === "changed") put({ ...taken.item, version: 2 });

  await expect(close()).rejects.toMatchObject({ name: "LeaseLost" });
  expect(item()).toMatchObject({ epoch: 2, incident: { id: "storefront-us-east-1-e1" } });
  expect(events()).toEqual([]);
});
