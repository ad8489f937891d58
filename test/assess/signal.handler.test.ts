import { createHandler } from "../../functions/assess/signal.handler.ts";
import type { CoordinationItem, Run } from "../../functions/coordination/item.ts";
import { approveIncident } from "../../functions/coordination/rules.ts";
import { isoInstant } from "../../functions/shared/clock.ts";
import { findBreak, type TimelineEvent } from "../../functions/timeline/event.ts";
import { awsError, FakeAws, invocation, noAnswer } from "../fakes/aws.ts";
import { observe, regionDown, type Voice } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";
import { incidentOf, itemKey, openItem } from "../fakes/runs.ts";

const plan = examplePlan("storefront");
const suspect = "us-east-1";
const watch = { watch: { region: suspect, from: "eu-west-1" } };

interface Answer {
  readonly decision: string;
  readonly reasons: readonly string[];
  readonly run: Run | null;
  readonly branches: object;
  readonly question: string | null;
}

function prepare(voices: Record<string, Voice> = regionDown(plan, suspect), used = plan) {
  const aws = new FakeAws();
  const began = aws.clock.now();
  for (const observation of observe(plan, isoInstant(began), voices)) {
    aws.put(plan.recordsTable, { pk: "observations", sk: observation.vantage, ...observation });
  }
  const start = (execution: string, input: unknown, region = "eu-west-1", seed = 7) =>
    createHandler(aws.dependencies(used, region, seed))({ execution, input }, invocation) as unknown as Promise<Answer>;
  return {
    aws,
    began,
    start,
    assess: (execution: string, input: unknown, region?: string) => aws.finish(start(execution, input, region)),
    put: (item: CoordinationItem) => aws.put(plan.coordination.table, { ...itemKey(plan), ...item }),
    item: () => aws.items.get(`${plan.coordination.table}|${itemKey(plan).pk}|item`) as unknown as CoordinationItem,
    timeline: (incident = "storefront-us-east-1-e1") =>
      aws
        .rows(plan.recordsTable, `incident#${incident}`)
        .map(({ pk: _pk, sk: _sk, ...event }) => event) as unknown as TimelineEvent[],
    decisions: () => aws.rows(plan.recordsTable, `decisions#${plan.application}`) as unknown as TimelineEvent[],
  };
}

describe("a decision to act", () => {
  it("takes the lease, opens the incident, records both with the evidence, and hands the run over", async () => {
    const { assess, item, timeline } = prepare();

    const answer = await assess("execution-1", watch);

    expect(answer).toMatchObject({
      decision: "act",
      run: { incident: "storefront-us-east-1-e1", epoch: 1, execution: "execution-1", failedRegion: suspect },
      branches: { traffic: "run", capacity: "run", database: "run", tables: "run" },
      question: null,
    });
    expect(item()).toMatchObject({ epoch: 1, lease: { region: "eu-west-1", execution: "execution-1" } });
    expect(timeline().map(({ kind }) => kind)).toEqual(["decision", "opened"]);
    expect(findBreak(timeline())).toBeNull();
    expect(timeline()[0]?.detail).toMatchObject({
      decision: "act",
      assessment: "down",
      assessments: { "us-east-1": "down", "eu-west-1": "serving", "ap-southeast-1": "serving" },
      evidence: { observer: "connected", votes: [{ vote: "failing" }, { vote: "failing" }, { vote: "failing" }] },
    });
  });

  it("FM33: asks the coordination table again when every replica has throttled it once", async () => {
    const { aws, assess } = prepare();
    let throttles = 3;
    aws.before = ({ operation, input }) => {
      if (operation === "GetItem" && input.TableName === plan.coordination.table && throttles-- > 0) {
        throw awsError("ThrottlingException");
      }
    };

    expect(await assess("execution-1", { region: suspect, reason: "customers call", by: "ada" })).toMatchObject({
      decision: "act",
    });
  });

  it("FM31: invoked again because its answer was lost, finds its own lease and writes nothing twice", async () => {
    const { assess, item, timeline } = prepare();
    const first = await assess("execution-1", watch);

    const second = await assess("execution-1", watch);

    expect(second.run).toEqual(first.run);
    expect(item().epoch).toBe(1);
    expect(timeline().length).toBe(2);
  });

  it.each([1, 2, 3])("FM31: goes on where an invocation died after %i writes", async (writes) => {
    const { aws, assess, timeline, item } = prepare();
    let left = writes;
    aws.after = ({ operation }) => {
      if (operation === "PutItem" && --left < 0) throw new RangeError("the function was killed");
    };
    aws.before = ({ operation }) => {
      if (operation === "PutItem" && left <= 0) throw new RangeError("the function was killed");
    };
    await assess("execution-1", watch).catch(() => {});
    aws.after = () => {};
    aws.before = () => {};

    const answer = await assess("execution-1", watch);

    expect(answer).toMatchObject({ decision: "act", run: { epoch: 1 } });
    expect(item().epoch).toBe(1);
    expect(timeline().map(({ kind }) => kind)).toEqual(["decision", "opened"]);
    expect(findBreak(timeline())).toBeNull();
  });

  it("asks first where the plan says so, and not again once the book has the answer", async () => {
    const asking = examplePlan("storefront", { "automation.traffic": "approve", "automation.database": "approve" });
    const { aws, assess, item } = prepare(undefined, asking);
    const { question, run } = await assess("execution-1", watch);
    expect(question).toMatch(/us-east-1 is down. Evacuate it/);
    expect((await assess("execution-1", watch)).question).toBe(question);

    const approved = approveIncident(item(), run as Run);
    aws.put(plan.coordination.table, { ...itemKey(asking), ...(approved as { readonly item: CoordinationItem }).item });

    expect((await assess("execution-1", watch)).question).toBeNull();
  });
});

describe("FM1, FM5: a storm", () => {
  it("of 20 executions makes one incident, one record each, and a bounded number of calls", async () => {
    const { aws, start, item, decisions, timeline } = prepare();

    const answers = await aws.finish(
      Promise.all(Array.from({ length: 20 }, (_, each) => start(`execution-${each}`, watch, "eu-west-1", each))),
    );

    expect(answers.filter(({ decision }) => decision === "act").length).toBe(1);
    expect(item().epoch).toBe(1);
    expect(decisions().length).toBe(19);
    expect(new Set(decisions().map(({ detail }) => detail.reason))).toEqual(new Set(["incidentInProgress"]));
    expect(timeline().length).toBe(2);
    expect(aws.calls.length).toBeLessThan(20 * 10);
  });

  it("from two Regions at once makes one incident", async () => {
    const { aws, start, item } = prepare();

    const answers = await aws.finish(
      Promise.all([start("execution-1", watch, "eu-west-1", 1), start("execution-2", watch, "ap-southeast-1", 2)]),
    );

    expect(answers.map(({ decision }) => decision).toSorted()).toEqual(["act", "stoodDown"]);
    expect(item().epoch).toBe(1);
  });
});

describe("taking over", () => {
  it("FM22: re-enters the same incident under the next epoch, in a chain that links to the first", async () => {
    const { began, put, assess, item, timeline } = prepare();
    put(openItem(plan, began - 61_000));

    const answer = await assess(
      "execution-2",
      { takeover: { incident: "storefront-us-east-1-e1", epoch: 1, from: "ap-southeast-1" } },
      "ap-southeast-1",
    );

    expect(answer).toMatchObject({ decision: "act", run: { epoch: 2, incident: "storefront-us-east-1-e1" } });
    expect(item()).toMatchObject({ epoch: 2, lease: { region: "ap-southeast-1", execution: "execution-2" } });
    expect(timeline().map(({ epoch, seq, kind }) => [epoch, seq, kind])).toEqual([
      [2, 1, "decision"],
      [2, 2, "takenOver"],
    ]);
  });

  it("FM23: of two that take over at once one does", async () => {
    const { aws, began, put, start, item } = prepare();
    put(openItem(plan, began - 61_000));
    const input = { takeover: { incident: "storefront-us-east-1-e1", epoch: 1, from: "x" } };

    const answers = await aws.finish(
      Promise.all([start("execution-2", input, "eu-west-1", 1), start("execution-3", input, "ap-southeast-1", 2)]),
    );

    expect(answers.map(({ decision }) => decision).toSorted()).toEqual(["act", "stoodDown"]);
    expect(item().epoch).toBe(2);
  });
});

it("a retry runs the named branches alone, under the next epoch", async () => {
  const { began, put, assess, timeline } = prepare({});
  const open = openItem(plan, began - 900_000);
  const record = { ...incidentOf(plan), id: "storefront-us-east-1-e1" };
  const run = {
    incident: record.id,
    region: suspect,
    outcome: "degraded",
    endedAt: isoInstant(began - 60_000),
    record,
  } as const;
  const evacuated = { state: "evacuated", since: isoInstant(began - 60_000), incident: record.id } as const;
  put({ ...open, lease: null, incident: null, completed: [run], regions: { ...open.regions, [suspect]: evacuated } });

  const answer = await assess("execution-2", { retry: record.id, branches: ["database"], reason: "quota raised" });

  expect(answer).toMatchObject({
    run: { incident: record.id, epoch: 2, authority: "person" },
    branches: { traffic: "skip", capacity: "skip", database: "run", tables: "skip" },
  });
  expect(timeline().map(({ kind }) => kind)).toEqual(["decision", "retried"]);
});

describe("a no", () => {
  it("is recorded with its reason and its evidence, and changes nothing", async () => {
    const { assess, item, decisions } = prepare(regionDown(plan, suspect, 43));

    const answer = await assess("execution-1", watch);

    expect(answer).toMatchObject({
      decision: "stoodDown",
      run: null,
      reasons: [expect.stringMatching(/^unconfirmed: /)],
    });
    expect(item()).toBeUndefined();
    expect(decisions()[0]).toMatchObject({
      incident: suspect,
      kind: "decision",
      detail: { decision: "stoodDown", reason: "unconfirmed", assessment: "unconfirmed", execution: "execution-1" },
    });
  });

  it("FM6: poison is recorded too", async () => {
    const { assess, decisions } = prepare();

    await assess("execution-1", { region: ["us-east-1"], reason: "x" });

    expect(decisions()[0]).toMatchObject({
      incident: "storefront",
      detail: { decision: "refused", reason: "invalidInput" },
    });
  });

  it("that cannot be recorded is an error that is tried again", async () => {
    const { aws, assess } = prepare({});
    aws.before = ({ operation }) => {
      if (operation === "PutItem") throw noAnswer();
    };

    await expect(assess("execution-1", watch)).rejects.toMatchObject({ name: "Transient" });
  });

  it("FM30: an item that nobody can read ends it without a decision", async () => {
    const { aws, began, assess } = prepare();
    aws.put(plan.coordination.table, { ...itemKey(plan), ...openItem(plan, began), epoch: "many" });

    await expect(assess("execution-1", watch)).rejects.toMatchObject({ name: "StepBlocked" });
  });
});
