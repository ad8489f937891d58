import { type CoordinationItem, itemFormat } from "../../functions/coordination/item.ts";
import { openIncident, pause, renewLease, type Transition } from "../../functions/coordination/rules.ts";
import { createCoordinationStore, nearestFirst } from "../../functions/coordination/store.ts";
import { fromAttributes } from "../../functions/shared/attributes.ts";
import { isoInstant } from "../../functions/shared/clock.ts";
import { awsError, type Call, FakeAws, noAnswer } from "../fakes/aws.ts";
import { examplePlan } from "../fakes/plans.ts";
import { incidentOf, itemKey, openItem, runIn } from "../fakes/runs.ts";

/** Replicas in eu-west-1, eu-west-2 and eu-central-1. */
const plan = examplePlan("storefront");
const table = plan.coordination.table;
const holder = { region: "eu-west-1", execution: "execution-1" };

function prepare() {
  const aws = new FakeAws();
  const storeIn = (region: string, writer = "execution-1", seed = 7) =>
    createCoordinationStore(aws.dependencies(plan, region, seed), writer);
  const stored = () => aws.items.get(`${table}|${itemKey(plan).pk}|item`) as unknown as CoordinationItem | undefined;
  return { aws, storeIn, store: storeIn("eu-west-1"), stored };
}

/** A rule that can tell how often it was asked, and of which versions. */
function counting() {
  const asked: number[] = [];
  const rule = (item: CoordinationItem): Transition => {
    asked.push(item.version);
    return pause(item, { until: "2026-03-14T10:00:00.000Z", by: `asked ${asked.length} times`, reason: "a test" });
  };
  return { asked, rule };
}

/** Throws for the first `times` calls of `operation`. */
function failFirst(operation: string, times: number, error: () => Error): (call: Call) => void {
  let left = times;
  return (call) => {
    if (call.operation === operation && left-- > 0) throw error();
  };
}

it("counts a Region that the plan has gained since the item was written as one that serves", async () => {
  const { aws, store } = prepare();
  const { "ap-southeast-1": _gained, ...regions } = openItem(plan, 0).regions;
  aws.put(table, { ...itemKey(plan), ...openItem(plan, 0), regions });

  const item = await aws.finish(store.read());

  expect(item.regions["ap-southeast-1"]?.state).toBe("inService");
});

describe("which replica", () => {
  it.each([
    ["eu-west-2", ["eu-west-2", "eu-west-1", "eu-central-1"]],
    ["eu-north-1", ["eu-west-1", "eu-west-2", "eu-central-1"]],
    ["us-east-1", ["eu-west-1", "eu-west-2", "eu-central-1"]],
  ])("is nearest to %s", (own, order) => {
    expect(nearestFirst(own, plan.coordination.regions)).toEqual(order);
  });

  it("the own part of the world before the rest", () => {
    expect(nearestFirst("us-west-2", ["eu-west-1", "us-east-1", "ap-south-1", "us-east-2"])).toEqual([
      "us-east-1",
      "us-east-2",
      "eu-west-1",
      "ap-south-1",
    ]);
  });

  it("FM26: the next when one does not answer, which is asked last from then on", async () => {
    const { aws, storeIn } = prepare();
    const store = storeIn("eu-west-2");
    aws.before = ({ region }) => {
      if (region === "eu-west-2") throw noAnswer();
    };

    await aws.finish(store.read());
    await aws.finish(store.read());

    expect(aws.made()).toEqual(["GetItem@eu-west-2", "GetItem@eu-west-1", "GetItem@eu-west-1"]);
  });

  it.each([
    ["no answer", noAnswer],
    ["throttling", () => awsError("ThrottlingException")],
    ["no permission there", () => awsError("AccessDeniedException")],
    ["a table that is not there yet", () => awsError("ResourceNotFoundException")],
    ["a fault of the service", () => awsError("InternalServerError", 500)],
  ])("the last of three, past %s", async (_name, error) => {
    const { aws, store } = prepare();
    aws.before = ({ region }) => {
      if (region !== "eu-central-1") throw error();
    };

    expect(await aws.finish(store.read())).toMatchObject({ version: 0, epoch: 0 });
    expect(aws.made()).toEqual(["GetItem@eu-west-1", "GetItem@eu-west-2", "GetItem@eu-central-1"]);
  });

  it("FM26: none: the lease store is unreachable and nothing is written", async () => {
    const { aws, store } = prepare();
    const { asked, rule } = counting();
    aws.before = () => {
      throw noAnswer();
    };

    await expect(aws.finish(store.change(rule))).rejects.toMatchObject({
      name: "LeaseStoreUnreachable",
      message: expect.stringMatching(/eu-west-1, eu-west-2, eu-central-1.*nothing is changed/),
    });
    expect(asked).toEqual([]);
    expect(aws.made("PutItem")).toEqual([]);
  });

  it("what every replica refuses is said as AWS says it", async () => {
    const { aws, store } = prepare();
    aws.before = () => {
      throw awsError("ResourceNotFoundException");
    };

    await expect(aws.finish(store.read())).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    expect(aws.made()).toEqual(["GetItem@eu-west-1", "GetItem@eu-west-2", "GetItem@eu-central-1"]);
  });

  it("FM26: refused by some and unanswered by the others, the store is unreachable", async () => {
    const { aws, store } = prepare();
    aws.before = ({ region }) => {
      throw region === "eu-west-1" ? awsError("ResourceNotFoundException") : noAnswer();
    };

    await expect(aws.finish(store.read())).rejects.toMatchObject({ name: "LeaseStoreUnreachable" });
  });

  it("a replica that refuses a write does not stand in the way of the next", async () => {
    const { aws, store, stored } = prepare();
    aws.before = ({ region, operation }) => {
      if (region === "eu-west-1" && operation === "PutItem") throw awsError("ResourceNotFoundException");
    };

    expect(await aws.finish(store.change(counting().rule))).toMatchObject({ kind: "changed" });
    expect(stored()?.version).toBe(1);
    expect(aws.made("PutItem")).toEqual(["PutItem@eu-west-1", "PutItem@eu-west-2"]);
  });
});

describe("reading", () => {
  it("FM25: is strongly consistent", async () => {
    const { aws, store } = prepare();

    await aws.finish(store.read());

    expect(aws.calls[0]?.input).toMatchObject({ TableName: table, ConsistentRead: true });
  });

  it("an application that never ran has all its Regions in service", async () => {
    const { aws, store } = prepare();

    expect(await aws.finish(store.read())).toMatchObject({
      version: 0,
      lease: null,
      regions: { "us-east-1": { state: "inService" }, "ap-southeast-1": { state: "inService" } },
    });
  });

  it("gives back what was written", async () => {
    const { aws, store } = prepare();
    const item = openItem(plan, aws.clock.now());
    aws.put(table, { ...itemKey(plan), ...item });

    expect(await aws.finish(store.read())).toEqual(item);
  });

  it.each<[string, object, string]>([
    ["an epoch in words", { epoch: "7" }, 'epoch is "7".'],
    ["a negative version", { version: -1 }, "version is -1."],
    ["a lease without an end", { lease: { region: "eu-west-1", execution: "e" } }, "lease.expiresAt is missing."],
    [
      "an unknown state of a Region",
      { regions: { "us-east-1": { state: "draining", since: "2026-03-14T09:00:00Z", incident: null } } },
      'regions.us-east-1.state is "draining". Invalid option: expected one of "inService"',
    ],
    [
      "an incident without survivors",
      { incident: { ...incidentOf(plan), id: "i", survivors: [] } },
      "incident.survivors is [].",
    ],
    ["no list of runs", { completed: null }, "completed is null."],
    ["a set in place of a list", { completed: new Set(["a"]) }, "completed is a value of DynamoDB's type SS"],
  ])("FM30: %s: stops, and a person must mend it", async (_name, broken, what) => {
    const { aws, store } = prepare();
    aws.put(table, { ...itemKey(plan), ...openItem(plan, aws.clock.now()), ...broken });

    await expect(aws.finish(store.change(counting().rule))).rejects.toMatchObject({
      name: "StepBlocked",
      message: expect.stringMatching(/cannot be read: .*A person must mend it before anything is changed$/),
    });
    await expect(aws.finish(store.read())).rejects.toThrow(what);
    expect(aws.made("PutItem")).toEqual([]);
  });

  it("FM57: a word that only a newer version knows stops, and says that the newer version is wanted here", async () => {
    const { aws, store } = prepare();
    const item = { ...openItem(plan, aws.clock.now()), format: 7, pause: { until: "later", by: "ada", reason: "x" } };
    aws.put(table, { ...itemKey(plan), ...item });

    await expect(aws.finish(store.read())).rejects.toThrow(
      /pause\.until is "later"\. .*written in format 7 and this version knows 3: deploy the newer version here too/,
    );
  });
});

describe("FM57: what a newer version wrote", () => {
  const newer = { wave: { of: ["a", { tier: 1 }] } };

  it("is kept at every level by a write that does not know it", async () => {
    const { aws, store, stored } = prepare();
    const item = openItem(plan, aws.clock.now());
    const { incident, lease, regions } = item;
    const run = { incident: "i", region: "us-east-1", outcome: "degraded", endedAt: "2026-03-14T09:00:00Z" };
    const marked = {
      ...item,
      ...newer,
      format: 7,
      incident: { ...incident, ...newer },
      lease: { ...lease, ...newer },
      regions: { ...regions, "us-east-1": { ...regions["us-east-1"], ...newer } },
      completed: [{ ...run, ...newer, record: { ...incident, ...newer } }],
      pause: { until: "2026-03-14T10:00:00.000Z", by: "ada", reason: "x", ...newer },
    };
    aws.put(table, { ...itemKey(plan), ...marked });

    await aws.finish(store.change((read) => ({ kind: "changed", item: read })));

    const { version: _version, writtenBy: _writtenBy, ...kept } = marked;
    expect(stored()).toMatchObject({ ...kept, version: item.version + 1 });
  });

  it("is kept where it is of a type that JSON does not have", async () => {
    const { aws, store, stored } = prepare();
    const foreign = { regionsSeen: new Set(["us-east-1"]), digest: new Uint8Array([1, 2]) };
    const item = openItem(plan, aws.clock.now());
    aws.put(table, { ...itemKey(plan), ...item, ...foreign, incident: { ...item.incident, deep: [foreign] } });

    await aws.finish(store.change((read) => ({ kind: "changed", item: read })));

    expect(stored()).toMatchObject({ ...foreign, incident: { deep: [foreign] } });
  });

  it("counts as of the form of this version where an older one wrote last", async () => {
    const { aws, store, stored } = prepare();
    const { format: _none, ...older } = openItem(plan, aws.clock.now());
    aws.put(table, { ...itemKey(plan), ...older });

    expect(await aws.finish(store.read())).toMatchObject({ format: 1 });
    await aws.finish(store.change((read) => ({ kind: "changed", item: read })));

    expect(stored()).toMatchObject({ format: itemFormat });
  });
});

describe("changing", () => {
  it("counts the version up and names the write", async () => {
    const { aws, store, stored } = prepare();

    const transition = await aws.finish(store.change(counting().rule));

    expect(stored()).toMatchObject({ version: 1, writtenBy: expect.stringMatching(/^execution-1#\w+$/) });
    expect(transition).toEqual({ kind: "changed", item: expect.objectContaining({ version: 1 }) });
  });

  it("writes nothing when the rule refuses", async () => {
    const { aws, store } = prepare();

    expect(await aws.finish(store.change(() => ({ kind: "refused", reason: "no" })))).toEqual({
      kind: "refused",
      reason: "no",
    });
    expect(aws.made("PutItem")).toEqual([]);
  });

  it.each(["ConditionalCheckFailedException", "ReplicatedWriteConflictException"])(
    "FM15: %s: reads again and asks the rule again",
    async (name) => {
      const { aws, store, stored } = prepare();
      const { asked, rule } = counting();
      aws.before = failFirst("PutItem", 2, () => awsError(name));

      await aws.finish(store.change(rule));

      expect(asked).toEqual([0, 0, 0]);
      expect(stored()).toMatchObject({ version: 1, pause: { by: "asked 3 times" } });
      // A conflict is an answer: no other replica is asked to write.
      expect(aws.made("PutItem")).toEqual(Array(3).fill("PutItem@eu-west-1"));
    },
  );

  it("FM15: of two that open an incident at the same instant one wins and one is refused", async () => {
    const { aws, storeIn, stored } = prepare();
    const attempt = (region: string, execution: string, seed: number) =>
      storeIn(region, execution, seed).change((item) =>
        openIncident(item, {
          incident: incidentOf(plan),
          holder: { region, execution },
          now: aws.clock.now(),
          leaseSeconds: 60,
        }),
      );

    const both = await aws.finish(
      Promise.all([attempt("eu-west-1", "execution-1", 1), attempt("ap-southeast-1", "execution-2", 2)]),
    );

    expect(both.map(({ kind }) => kind).toSorted()).toEqual(["changed", "refused"]);
    expect(stored()).toMatchObject({ version: 1, epoch: 1 });
  });

  it("FM5: nine writers at once all get through, each once", async () => {
    const { aws, storeIn, stored } = prepare();
    aws.put(table, { ...itemKey(plan), ...openItem(plan, aws.clock.now()) });
    const run = runIn(openItem(plan, aws.clock.now()));
    const writers = Array.from({ length: 9 }, (_, seed) =>
      storeIn("eu-west-1", "execution-1", seed).change((item) =>
        renewLease(item, { run, now: aws.clock.now(), leaseSeconds: 60 }),
      ),
    );

    const ends = await aws.finish(Promise.all(writers));

    expect(ends.every(({ kind }) => kind === "changed")).toBe(true);
    expect(stored()?.version).toBe(10);
  });

  it("gives up, retryably, when others win the race every time", async () => {
    const { aws, store } = prepare();
    aws.before = failFirst("PutItem", 1_000, () => awsError("ConditionalCheckFailedException"));

    await expect(aws.finish(store.change(counting().rule))).rejects.toMatchObject({ name: "Transient" });
    expect(aws.made("PutItem").length).toBe(12);
  });

  it("FM26: goes to the next replica when one throttles the write", async () => {
    const { aws, store, stored } = prepare();
    aws.before = failFirst("PutItem", 1, () => awsError("ThrottlingException"));

    await aws.finish(store.change(counting().rule));

    expect(aws.made("PutItem")).toEqual(["PutItem@eu-west-1", "PutItem@eu-west-2"]);
    expect(stored()?.version).toBe(1);
  });
});

describe("FM31: an answer that never came", () => {
  it("of a write that was done: it is recognised and not repeated", async () => {
    const { aws, store, stored } = prepare();
    const { asked, rule } = counting();
    aws.after = failFirst("PutItem", 1, noAnswer);

    const transition = await aws.finish(store.change(rule));

    expect(transition).toMatchObject({ kind: "changed", item: { version: 1 } });
    expect(asked).toEqual([0]);
    expect(aws.made("PutItem").length).toBe(1);
    expect(stored()?.version).toBe(1);
  });

  it("of a write that was not done: what is stored is read before it is tried again", async () => {
    const { aws, store, stored } = prepare();
    aws.before = failFirst("PutItem", 1, noAnswer);

    await aws.finish(store.change(counting().rule));

    expect(aws.made()).toEqual([
      "GetItem@eu-west-1",
      "PutItem@eu-west-1",
      "GetItem@eu-west-2",
      "GetItem@eu-west-2",
      "PutItem@eu-west-2",
    ]);
    expect(stored()?.version).toBe(1);
  });

  it("of a write that was done and written over since: the rule finds its own lease", async () => {
    const { aws, store, stored } = prepare();
    aws.after = (call) => {
      if (call.operation !== "PutItem" || aws.made("PutItem").length > 1) return;
      // Between the write and the look at what became of it, an operator pauses the application.
      const written = stored() as CoordinationItem;
      const paused = { until: "2026-03-14T10:00:00.000Z", by: "ada", reason: "a test" };
      aws.put(table, { ...itemKey(plan), ...written, version: 2, pause: paused, writtenBy: "ada#1" });
      throw noAnswer();
    };

    const transition = await aws.finish(
      store.change((item) =>
        openIncident(item, { incident: incidentOf(plan), holder, now: aws.clock.now(), leaseSeconds: 60 }),
      ),
    );

    expect(transition).toMatchObject({ kind: "changed", item: { epoch: 1, version: 3, lease: holder } });
    expect(stored()).toMatchObject({ epoch: 1, pause: { by: "ada" } });
  });

  it("of a write that lands after the look that missed it: it is recognised one race later", async () => {
    const { aws, store, stored } = prepare();
    const { asked, rule } = counting();
    let late: (() => void) | null = null;
    aws.before = ({ operation, input }) => {
      if (operation !== "PutItem") return;
      if (late === null) {
        late = () => aws.put(table, fromAttributes(input.Item));
        throw noAnswer();
      }
      // Just before the second try arrives, the first one does after all.
      late();
    };

    const transition = await aws.finish(store.change(rule));

    expect(transition).toMatchObject({ kind: "changed", item: { version: 1, pause: { by: "asked 1 times" } } });
    expect(asked.length).toBe(2);
    expect(stored()).toMatchObject({ version: 1, pause: { by: "asked 1 times" } });
  });

  it("FM24: the same write arriving late, after another, changes nothing", async () => {
    const { aws, store, stored } = prepare();
    aws.before = failFirst("PutItem", 1, noAnswer);
    await aws.finish(store.change(counting().rule));
    const delayed = aws.calls.find(({ operation }) => operation === "PutItem") as Call;
    const before = structuredClone(stored());

    const { PutItemCommand } = await import("@aws-sdk/client-dynamodb");
    const late = aws.dependencies(plan, "eu-west-1").aws.dynamoDB("eu-west-1").send(new PutItemCommand(delayed.input));

    await expect(aws.finish(late)).rejects.toMatchObject({ name: "ConditionalCheckFailedException" });
    expect(stored()).toEqual(before);
  });
});

it("writes instants as the schema reads them", async () => {
  const { aws, store } = prepare();
  await aws.finish(
    store.change((item) =>
      openIncident(item, { incident: incidentOf(plan), holder, now: aws.clock.now(), leaseSeconds: 60 }),
    ),
  );

  expect((await aws.finish(store.read())).lease?.expiresAt).toBe(isoInstant(Date.parse("2026-03-14T09:06:00.010Z")));
});
