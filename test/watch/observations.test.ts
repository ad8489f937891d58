import { isoInstant } from "../../functions/shared/clock.ts";
import { readObservations } from "../../functions/watch/observations.ts";
import { FakeAws } from "../fakes/aws.ts";
import { observe } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";

const plan = examplePlan("storefront");

describe("readObservations", () => {
  it.each<[string, Record<string, unknown>]>([
    ["an instant that is none", { at: "soon" }],
    ["an instant that only JavaScript takes for one", { at: "round 7" }],
    ["no votes", { votes: "none" }],
    ["a vote without a streak", { votes: [{ region: "us-east-1", vote: "failing" }] }],
    [
      "a change at no time",
      {
        votes: [{ region: "us-east-1", since: "2026-11-01T00:00:00Z", until: "2026-11-01T00:00:00Z", changes: ["x"] }],
      },
    ],
    ["no customers", { customers: null }],
    ["no heartbeats", { heartbeatAgeSeconds: null }],
  ])("FM6: counts an observation with %s as none, and reads the others", async (_name, nonsense) => {
    const aws = new FakeAws();
    for (const observation of observe(plan, isoInstant(aws.clock.now()))) {
      const broken = observation.vantage === "us-west-2" ? nonsense : {};
      aws.put(plan.recordsTable, { pk: "observations", sk: observation.vantage, ...observation, ...broken });
    }

    const read = await aws.finish(readObservations(aws.dependencies(plan, "eu-west-1")));

    expect(read.map(({ vantage }) => vantage).sort()).toEqual(["ap-southeast-1", "eu-west-1", "us-east-1"]);
  });

  /** What is read of us-west-2's observation with `changes`; of one that has nothing else where none of its own is left. */
  async function readChanged(changes: Readonly<Record<string, unknown>>, left: "whole" | "noOptional" = "whole") {
    const aws = new FakeAws();
    const at = isoInstant(aws.clock.now());
    const [own] = observe(plan, at).filter(({ vantage }) => vantage === "us-west-2");
    const base = left === "whole" ? own : { vantage: "us-west-2", at };
    aws.put(plan.recordsTable, { pk: "observations", sk: "us-west-2", ...base, ...changes });
    const [read] = await aws.finish(readObservations(aws.dependencies(plan, "eu-west-1")));
    return { own, read, at };
  }

  it("FM57: leaves fields of a newer version where they are", async () => {
    const newer = { nameServers: { learned: ["ns-1"] } };
    const { own, read } = await readChanged(newer);

    expect(read).toEqual({ ...own, ...newer });
  });

  it("FM57: is not put off by a value of a newer version that JSON does not have", async () => {
    const { own, read } = await readChanged({ seen: new Set(["us-east-1"]) });

    expect(read).toMatchObject({ ...own });
  });

  const size = { at: "2026-11-01T00:00:00.000Z", writerClass: "db.r8g.large", instances: 2, serverless: null };

  it.each<[string, unknown, unknown]>([
    ["whole", size, size],
    [
      "with a range",
      { ...size, serverless: { minimumUnits: 1, maximumUnits: 8 } },
      { ...size, serverless: { minimumUnits: 1, maximumUnits: 8 } },
    ],
    ["with half a range", { ...size, serverless: { minimumUnits: 1 } }, size],
    ["with more", { ...size, storage: "io1" }, { ...size, storage: "io1" }],
    ["without a count", { ...size, instances: null }, null],
    ["of no instant", { ...size, at: "soon" }, null],
    ["never taken", null, null],
  ])("FM57, FM85: reads a sample of the database's size that is %s", async (_name, databaseSize, expected) => {
    const { read } = await readChanged({ databaseSize });

    expect(read?.databaseSize).toEqual(expected);
  });

  it("FM57: an earlier version wrote no sample of the database's size", async () => {
    const { read } = await readChanged({}, "noOptional");

    expect(read === undefined || !("databaseSize" in read)).toBe(true);
  });

  it("FM57: takes a memory and a pass at no instant for none", async () => {
    const vote = { region: "us-east-1", vote: "failing", since: "2026-11-01T00:00:00Z", until: "2026-11-01T00:00:00Z" };

    const { read } = await readChanged({ sharedSince: "long ago", votes: [{ ...vote, passedAt: 7 }] });

    expect(read).not.toHaveProperty("sharedSince");
    expect(read?.votes[0]).not.toHaveProperty("passedAt");
  });

  it("FM57: takes what a version does not write for the least that it can mean", async () => {
    const since = "2026-03-14T09:00:00Z";
    const votes = [{ region: "us-east-1", vote: "failing", since }];
    const { read, at } = await readChanged({ votes }, "noOptional");

    expect(read).toMatchObject({
      votes: [{ region: "us-east-1", vote: "failing", since, until: since, changes: [], passesInARow: 0, reason: "" }],
      customers: { vote: "unknown", since: at, servedBy: null },
      heartbeatAgeSeconds: {},
      capacity: null,
      lag: null,
    });
  });

  it.each<[string, Readonly<Record<string, unknown>>, object]>([
    [
      "a vote",
      { votes: [{ region: "us-east-1", vote: "slow", since: "2026-03-14T09:00:00Z" }] },
      { votes: [{ vote: "unknown" }] },
    ],
    [
      "what customers get",
      { customers: { vote: "slow", since: "2026-03-14T09:00:00Z" } },
      { customers: { vote: "unknown" } },
    ],
    ["a sample of capacity", { capacity: { at: "2026-03-14T09:00:00Z", inService: "all" } }, { capacity: null }],
    ["a sample of the lag", { lag: { at: "2026-03-14T09:00:00Z" } }, { lag: null }],
    [
      "readings before the sample of the lag",
      {
        lag: {
          at: "2026-03-14T09:00:00Z",
          seconds: 1,
          recent: [{ at: "2026-03-14T09:00:00Z", seconds: 1 }, { at: "2026-03-14T09:00:00Z" }, "x"],
          more: 1,
        },
      },
      {
        lag: { at: "2026-03-14T09:00:00Z", seconds: 1, recent: [{ at: "2026-03-14T09:00:00Z", seconds: 1 }], more: 1 },
      },
    ],
    [
      "what went before it",
      { lag: { at: "2026-03-14T09:00:00Z", seconds: 1, recent: "x" } },
      { lag: { at: "2026-03-14T09:00:00Z", seconds: 1 } },
    ],
  ])("FM57: counts %s in words that this version does not know as unknown", async (_what, changes, expected) => {
    expect((await readChanged(changes)).read).toMatchObject(expected);
  });
});
