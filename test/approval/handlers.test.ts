import { createHandler as createRecord } from "../../functions/approval/record.handler.ts";
import { createHandler as createRequest } from "../../functions/approval/request.handler.ts";
import type { Incident } from "../../functions/coordination/item.ts";
import type { AwsClients } from "../../functions/shared/clients.ts";
import type { Plan } from "../../functions/shared/plan/plan.ts";
import { isoInstant } from "../../functions/shared/clock.ts";
import { run, storefront } from "../database/world.ts";
import { failing, observe, regionDown, type Voice } from "../fakes/observations.ts";
import { awsError, SmallCloud } from "../fakes/small-cloud.ts";

const token = "a-token-that-only-the-records-table-may-hold";
const question = { covers: "dataLoss", summary: "Lose 25 s of writes?", detail: "The lag is beyond the budget." };
const deadlineAt = "2026-03-01T12:31:30.000Z";
const context = { awsRequestId: "1", functionName: "a-function" };

function createWorld(changes: Partial<Plan> = {}, incident: Partial<Incident> = {}) {
  const plan = { ...storefront, ...changes };
  const cloud = new SmallCloud("2026-03-01T12:01:30.000Z");
  cloud.open(plan, run, incident);
  const base = cloud.dependencies(plan, "eu-west-1");
  const kept: Record<string, { readonly S?: string }>[] = [];
  const sent: { readonly Source: string; readonly DetailType: string; readonly Detail: string }[] = [];
  let eventAnswer: () => object = () => ({ FailedEntryCount: 0 });
  const aws: Pick<AwsClients, "dynamoDB" | "eventBridge"> = {
    ...base.aws,
    dynamoDB: (region) =>
      ({
        send: (command: { readonly input: { readonly Item?: Record<string, { readonly S?: string }> } }) => {
          if (command.input.Item?.pk?.S?.startsWith("approval#")) kept.push(command.input.Item);
          return base.aws.dynamoDB(region).send(command as never);
        },
      }) as unknown as ReturnType<AwsClients["dynamoDB"]>,
    eventBridge: () =>
      ({
        send: async ({ input }: { readonly input: { readonly Entries: typeof sent } }) => {
          const asking = input.Entries.filter(({ DetailType }) => DetailType === "Approval Requested");
          sent.push(...asking);
          return asking.length > 0 ? eventAnswer() : {};
        },
      }) as unknown as ReturnType<AwsClients["eventBridge"]>,
  };
  const deps = { ...base, aws };
  return {
    cloud,
    kept,
    sent,
    failEvents(answer: () => object) {
      eventAnswer = answer;
    },
    request: (input: object = {}) => createRequest(deps)({ run, token, question, deadlineAt, ...input }, context),
    record: (covers: string, answer: unknown) => createRecord(deps)({ run, covers, answer }, context),
    events: () => cloud.timeline(plan, run.incident),
    /** Writes what the vantages saw last. */
    see(voices: Readonly<Record<string, Voice>>) {
      for (const observation of observe(plan, isoInstant(cloud.clock.now()), voices)) {
        cloud.observe(plan, observation);
      }
    },
    incident: () => cloud.coordinationItem(plan).incident,
  };
}

describe("RequestApproval", () => {
  it("keeps the question with its token where tools find it", async () => {
    const world = createWorld();

    await world.request();

    expect(world.kept).toEqual([
      expect.objectContaining({
        pk: { S: "approval#storefront-us-east-1-e1" },
        sk: { S: "dataLoss" },
        token: { S: token },
        region: { S: "eu-west-1" },
        deadlineAt: { S: deadlineAt },
      }),
    ]);
  });

  it("tells the world what is asked, until when, and how to answer", async () => {
    const world = createWorld();

    await world.request();

    const [event] = world.sent;
    expect(event).toMatchObject({ Source: "region-failover", DetailType: "Approval Requested" });
    const detail = JSON.parse(event?.Detail ?? "{}");
    expect(detail).toMatchObject({
      application: "storefront",
      incident: "storefront-us-east-1-e1",
      region: "us-east-1",
      answerIn: "eu-west-1",
      ...question,
      deadlineAt,
    });
    expect(detail.answerBy.join("\n")).toContain(
      'aws stepfunctions send-task-success --region eu-west-1 --task-token "$token"',
    );
  });

  it("gives the token away neither in the timeline nor in events", async () => {
    const world = createWorld();

    await world.request();

    expect(JSON.stringify(world.events())).not.toContain(token);
    expect(JSON.stringify(world.sent)).not.toContain(token);
    expect(world.events()).toMatchObject([{ kind: "approvalRequested", step: "approval", summary: question.summary }]);
  });

  it("keeps the question before it tells anyone, and holds the lease", async () => {
    const world = createWorld();

    await world.request();

    const puts = world.cloud.calls.filter((call) => call.startsWith("PutItem"));
    // The lease, the question, the event, and that people have heard of it.
    expect(puts).toHaveLength(4);
    expect(puts[0]).toBe("PutItem@eu-west-1");
  });

  it.each<[string, () => object]>([
    [
      "does not answer",
      () => {
        throw awsError("TimeoutError", "no answer", 0);
      },
    ],
    ["refuses the entry", () => ({ FailedEntryCount: 1, Entries: [{ ErrorCode: "InternalFailure" }] })],
  ])("waits for the person all the same when the bus %s", async (_word, answer) => {
    const world = createWorld();
    world.failEvents(answer);

    await world.request();

    expect(world.kept).toHaveLength(1);
    expect(world.events().map(({ kind }) => kind)).toEqual(["approvalRequested", "observed"]);
  });

  it("does not ask once another run holds the lease (FM24)", async () => {
    const world = createWorld();
    world.cloud.open(storefront, { ...run, epoch: 2, execution: "execution-2" });

    await expect(world.request()).rejects.toMatchObject({ name: "LeaseLost" });
    expect(world.sent).toEqual([]);
  });

  it("refuses a question about nothing that it knows", async () => {
    const world = createWorld();

    await expect(world.request({ question: { ...question, covers: "everything" } })).rejects.toMatchObject({
      name: "InvalidInput",
      message: expect.stringContaining("covers"),
    });
  });
});

describe("FM69: a question that rests on a primary's silence", () => {
  it("is noted where every watch sees it, for as long as somebody waits for its answer", async () => {
    const world = createWorld();

    await world.request({ question: { ...question, ground: "silentPrimary" } });
    expect(world.incident()?.promotionAskedAt).toBeDefined();

    await world.record("dataLoss", { approved: false, by: "ada", reason: "not yet" });
    expect(world.incident()?.promotionAskedAt).toBeUndefined();
  });

  it("is not, where it rests on more than that", async () => {
    const world = createWorld();

    await world.request();

    expect(world.incident()?.promotionAskedAt).toBeUndefined();
  });
});

describe("FM69: an answer that comes after its run was taken over", () => {
  it.each([true, false])("is written down as given, and is acted on by nobody: %s", async (approved) => {
    const world = createWorld();
    world.cloud.open(storefront, { ...run, epoch: 2, execution: "execution-2" });
    const answer = { approved, by: "ada", reason: "it is down again" };

    await expect(world.record("run", answer)).rejects.toMatchObject({ name: "LeaseLost" });

    expect(world.events()).toEqual([
      expect.objectContaining({
        epoch: 1,
        kind: "observed",
        summary: expect.stringMatching(/by ada, too late: it is down again.*epoch is 2/),
        detail: { approved, by: "ada", reason: "it is down again", covers: "run", counts: false },
      }),
    ]);
  });

  it("is not written down where nobody gave one", async () => {
    const world = createWorld();
    world.cloud.open(storefront, { ...run, epoch: 2, execution: "execution-2" });

    await expect(world.record("run", null)).rejects.toMatchObject({ name: "LeaseLost" });
    expect(world.events()).toEqual([]);
  });
});

describe("RecordApproval", () => {
  const proceed = {
    automation: { ...storefront.automation, approval: { timeoutSeconds: 60, onNoAnswer: "proceed" } },
  } as const;

  it("records who answered what and why", async () => {
    const world = createWorld();

    const answer = await world.record("dataLoss", { approved: true, by: "ada", reason: "customers first" });

    expect(answer).toEqual({ approved: true, by: "ada", reason: "customers first", covers: "dataLoss" });
    expect(world.events()).toMatchObject([
      {
        kind: "approvalAnswered",
        detail: { approved: true, by: "ada", reason: "customers first", covers: "dataLoss" },
      },
    ]);
  });

  it.each([
    ["run", true],
    ["promotion", true],
    ["dataLoss", false],
  ])("takes silence about %s, when the plan says proceed, for: %s", async (covers, approved) => {
    const world = createWorld(proceed);

    const answer = await world.record(covers, null);

    expect(answer).toMatchObject({ approved, covers });
    expect(world.events()[0]?.detail.approved).toBe(approved);
  });

  it.each([
    ["run", true, { question: null, stage: "underWay" }],
    ["run", false, { question: "Evacuate?", stage: "asking" }],
    ["promotion", true, { question: "Evacuate?", stage: "asking" }],
  ] as const)(
    "notes in the book what answers the run's own question: %s, approved: %s",
    async (covers, approved, left) => {
      const world = createWorld({}, { question: "Evacuate?", stage: "asking" });

      await world.record(covers, { approved, by: "ada", reason: "looked at it" });
      await world.record(covers, { approved, by: "ada", reason: "looked at it" });

      expect(world.incident()).toMatchObject(left);
    },
  );

  const asking = { question: "us-east-1 is down. Evacuate it?", stage: "asking" } as const;

  it("FM68: takes silence for a yes only after another look, with the survivors of now", async () => {
    const world = createWorld(proceed, asking);
    world.see({ ...regionDown(storefront, "us-east-1"), "us-west-2": { words: { "us-east-1": failing(120) } } });

    const answer = await world.record("run", null);
    const again = await world.record("run", null);

    expect(answer).toMatchObject({ approved: true, survivors: ["eu-west-1", "ap-southeast-1"] });
    expect(again).toEqual(answer);
    expect(world.incident()).toMatchObject({
      question: null,
      stage: "underWay",
      survivors: ["eu-west-1", "ap-southeast-1"],
    });
  });

  it("FM31: stays with the no that it came to, where the answer was lost and the Region fails anew", async () => {
    const world = createWorld(proceed, asking);
    world.see({});
    const answer = await world.record("run", null);
    world.see({ ...regionDown(storefront, "us-east-1"), "us-west-2": { words: { "us-east-1": failing(120) } } });

    expect(await world.record("run", null)).toEqual(answer);
    expect(world.incident()).toMatchObject({ stage: "asking", withdrawn: expect.stringMatching(/us-east-1 serves/) });
  });

  it("FM68: takes it for a no where the Region serves again, and keeps why", async () => {
    const world = createWorld(proceed, asking);
    world.see({});

    const answer = await world.record("run", null);

    expect(answer).toMatchObject({ approved: false, by: "nobody", reason: expect.stringMatching(/us-east-1 serves/) });
    expect(answer).not.toHaveProperty("survivors");
    expect(world.events()).toMatchObject([
      { kind: "approvalAnswered", detail: { approved: false, origin: "silence" } },
    ]);
    expect(world.incident()).toMatchObject({ stage: "asking", withdrawn: expect.stringMatching(/us-east-1 serves/) });
  });

  it("FM68: takes it for a no where nothing can be seen", async () => {
    expect(await createWorld(proceed, asking).record("run", null)).toMatchObject({ approved: false });
  });

  it("a person's yes needs no evidence", async () => {
    const world = createWorld(proceed, asking);
    world.see({});

    expect(await world.record("run", { approved: true, by: "ada", reason: "drill" })).toMatchObject({ approved: true });
    expect(world.incident()).toMatchObject({ question: null, stage: "underWay" });
  });

  it("records a malformed answer as declined", async () => {
    const world = createWorld(proceed);

    const answer = await world.record("promotion", { approved: true });

    expect(answer).toMatchObject({ approved: false, by: "nobody" });
    expect(world.events()[0]?.summary).toContain("malformed");
  });
});
