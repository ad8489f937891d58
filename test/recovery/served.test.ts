import { judgeServed } from "../../functions/recovery/served.ts";
import { longestGapSeconds, type Soak } from "../../functions/recovery/soak.ts";
import { createHandler } from "../../functions/recovery/verify.handler.ts";
import type { ProbeResult } from "../../functions/shared/clients.ts";
import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";
import type { Look } from "../../functions/watch/probes.ts";
import { FakeAws, invocation } from "../fakes/aws.ts";
import { failing, observe, type Voice } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";
import { itemKey, openItem, runIn } from "../fakes/runs.ts";

const plan = examplePlan("storefront");
const at = "2026-03-14T09:05:00.000Z";
const now = parseInstant(at);
const failed = "us-east-1";
const pass: Look = { vote: "passing", servedBy: "eu-west-1", reason: "HTTP 200" };
const fail: Look = { vote: "failing", servedBy: null, reason: "HTTP 503" };

function judged(changes: Partial<Parameters<typeof judgeServed>[0]> = {}, voices: Record<string, Voice> = {}) {
  return judgeServed({
    plan,
    self: "eu-west-1",
    failedRegion: failed,
    observations: observe(plan, at, voices),
    here: pass,
    write: pass,
    writer: null,
    now,
    ...changes,
  });
}

describe("customers are served when every voice says so", () => {
  it.each<[string, Parameters<typeof judged>, string[]]>([
    ["all do", [], []],
    ["the acting Region's own look fails", [{ here: fail }], ["eu-west-1 is not served"]],
    [
      "it is still sent to the failed Region",
      [{ here: { ...pass, servedBy: failed } }],
      ["eu-west-1 is still sent to us-east-1"],
    ],
    ["FM16: a vantage's customers fail", [{}, { "us-west-2": { customers: "failing" } }], ["us-west-2 is not served"]],
    [
      "FM53: a vantage is still sent to the failed Region, and served",
      [{}, { "us-west-2": { servedBy: failed } }],
      ["us-west-2 is still sent to us-east-1"],
    ],
    ["FM43: writes fail", [{ write: fail }], ["writes fail: HTTP 503"]],
    ["writes are not to be expected", [{ write: null }], []],
    ["FM86: the writer's Region is heard", [{ writer: { region: "sa-east-1", seenAt: at } }], []],
    [
      "FM86: the writer's Region has fallen silent",
      [{ writer: { region: "sa-east-1", seenAt: isoInstant(now - 31_000) } }],
      ["sa-east-1, which has the writer, gives no sign of life"],
    ],
    [
      "FM86: nobody has ever heard the writer's Region",
      [{ writer: { region: "sa-east-1", seenAt: null } }],
      ["sa-east-1, which has the writer, gives no sign of life"],
    ],
    ["the failed Region's own customers fail", [{}, { "us-east-1": { customers: "failing" } }], []],
    ["a silent vantage counts for nothing", [{}, { "us-west-2": { age: 31, customers: "failing" } }], []],
    [
      "its last word counts to the end of its time",
      [{}, { "us-west-2": { age: 30, customers: "failing" } }],
      ["us-west-2 is not served"],
    ],
    [
      "every reason is named",
      [{ here: fail, write: fail }, { "ap-southeast-1": { customers: "failing" } }],
      ["eu-west-1 is not served", "ap-southeast-1 is not served", "writes fail: HTTP 503"],
    ],
  ])("%s", (_name, [changes, voices], reasons) => {
    const served = judged(changes, voices);

    expect(served.kind).toBe(reasons.length === 0 ? "green" : "red");
    expect("reasons" in served ? served.reasons : []).toEqual(reasons);
  });
});

describe("a green verdict", () => {
  it.each([null, "us-east-1a", "US-EAST-1", "use1-az2"])("FM63: names nobody where the header says %j", (servedBy) => {
    const served = judged({ here: { ...pass, servedBy } }, { "us-west-2": { servedBy } });

    expect(served.kind).toBe("green");
    expect(served.customers.map((each) => each.servedBy)).toEqual([null, null, null]);
  });

  it("tells since when each vantage that can be heard has seen its customers served", () => {
    const served = judged({}, { "ap-southeast-1": { age: 31 } });

    expect(served).toMatchObject({ kind: "green", streaks: [{ vantage: "us-west-2", since: expect.any(String) }] });
  });
});

describe("proving recovery", () => {
  /** Runs the step, and again as the state machine does while it answers "waiting"; `probe` says what customers get. */
  async function prove(
    probe: (seconds: number, method: string) => ProbeResult,
    writes: "expected" | "notExpected" | "asBefore" = "expected",
    given: {
      readonly soakOf?: (began: number) => Soak;
      readonly between?: (aws: FakeAws) => Promise<unknown>;
      readonly latencyMs?: (at: number) => number;
      /** How the run before, which this one retries, left the database. */
      readonly databaseBefore?: "done" | "degraded";
      /** A Region that another run has evacuated. */
      readonly out?: string;
      /** What the database branch has said at its end. */
      readonly database?: Readonly<Record<string, string | null>>;
      /** What the vantages said when the run began to look. @default nothing */
      readonly voices?: Readonly<Record<string, Voice>>;
    } = {},
  ) {
    const aws = new FakeAws();
    const began = aws.clock.now();
    const item = { ...openItem(plan, began), epoch: 2 };
    const { databaseBefore, out } = given;
    const evacuated = { state: "evacuated", since: isoInstant(began), incident: "another" } as const;
    const regions = out === undefined ? item.regions : { ...item.regions, [out]: evacuated };
    aws.put(plan.coordination.table, { ...itemKey(plan), ...item, regions });
    if (databaseBefore !== undefined) {
      const branches = { database: { result: databaseBefore, reason: null } };
      const closed = { kind: "closed", epoch: 1, seq: 9, hash: "h", summary: "Degraded", detail: { branches } };
      aws.put(plan.recordsTable, { pk: `incident#${runIn(item).incident}`, sk: "000001#000009", ...closed });
    }
    if (given.database !== undefined) {
      const ended = {
        kind: "stepEnded",
        step: "database",
        epoch: 2,
        seq: 1,
        hash: "h",
        summary: "",
        detail: given.database,
      };
      aws.put(plan.recordsTable, { pk: `incident#${runIn(item).incident}`, sk: "000002#000001", ...ended });
    }
    const observed = given.voices === undefined ? [] : observe(plan, isoInstant(began), given.voices);
    for (const each of observed) aws.put(plan.recordsTable, { pk: "observations", sk: each.vantage, ...each });
    const seconds = (until: number) => (until - began) / 1_000;
    aws.probe = ({ method }) => probe(seconds(aws.clock.now()), method);
    const { latencyMs } = given;
    if (latencyMs !== undefined) aws.latencyMs = () => latencyMs(seconds(aws.clock.now()));
    const run = runIn(item);
    const handler = createHandler(aws.dependencies(plan, "eu-west-1"));
    type Answer = Record<"result" | "deadlineAt" | "verifiedAt" | "servedSince" | "reason", string | null> & {
      readonly soak: Soak | null;
    };
    let answer = { soak: given.soakOf?.(began) ?? null, deadlineAt: null as string | null } as Answer;
    let rounds = 0;
    do {
      const { soak, deadlineAt } = answer;
      if (rounds > 0) await given.between?.(aws);
      answer = (await aws.finish(handler({ run, writes, soak, deadlineAt }, invocation))) as never as Answer;
    } while (answer.result === "waiting" && ++rounds < 10);
    const verified = answer.verifiedAt === null ? null : seconds(parseInstant(answer.verifiedAt));
    const served = answer.servedSince === null ? null : seconds(parseInstant(answer.servedSince));
    const told = aws
      .rows(plan.recordsTable, `incident#${run.incident}`)
      .filter(({ epoch }) => epoch === 2)
      .map(({ kind, summary }) => `${kind}: ${summary}`);
    return { answer, verified, served, rounds, told };
  }
  const served: ProbeResult = { kind: "served", status: 200, latencyMs: 5, servedBy: "eu-west-1" };
  const refused: ProbeResult = { kind: "failed", reason: "ECONNREFUSED", latencyMs: 5 };

  it("takes the whole soak period", async () => {
    const { answer, verified, served: since } = await prove(() => served);

    expect(answer.result).toBe("done");
    expect(since).toBeLessThan(1);
    expect(verified).toBeGreaterThanOrEqual(30);
    expect(verified).toBeLessThan(33);
  });

  it("FM56: one red look in between begins it anew", async () => {
    const { served: since, verified, told } = await prove((at) => (at > 20 && at < 22 ? refused : served));

    expect(since).toBeGreaterThanOrEqual(22);
    expect(verified).toBeGreaterThanOrEqual(52);
    expect(told.filter((each) => each.startsWith("observed"))).toEqual([
      expect.stringMatching(/Customers are served/),
      expect.stringMatching(/Not every customer is served: eu-west-1 is not served; writes fail/),
      expect.stringMatching(/Customers are served/),
    ]);
  });

  it("the soak goes on over the end of one invocation", async () => {
    const { rounds, served: since, verified } = await prove((at) => (at < 110 ? refused : served));

    expect(rounds).toBe(1);
    expect(since).toBeLessThan(113);
    expect(verified).toBeLessThan(145);
  });

  it("FM29, FM56: a retry that finds a streak begun long ago, and nobody looking since, begins anew", async () => {
    const minuteAgo = (began: number) => isoInstant(began - 60_000);
    const soakOf = (began: number): Soak => ({
      greenSince: minuteAgo(began),
      lastGreenAt: minuteAgo(began),
      vantages: {},
      turns: 1,
    });

    const { served: since, verified, told } = await prove(() => served, "expected", { soakOf });

    expect(since).toBeGreaterThanOrEqual(0);
    expect(verified).toBeGreaterThanOrEqual(30);
    expect(told[0]).toMatch(/Customers are served, but nobody has looked since/);
  });

  it("FM29, FM56: what nobody saw between two rounds proves nothing", async () => {
    const { rounds, served: since } = await prove((at) => (at < 110 ? refused : served), "expected", {
      between: (aws) => aws.finish(aws.clock.sleep(longestGapSeconds * 1_000)),
    });

    expect(rounds).toBe(1);
    expect(since).toBeGreaterThan(120);
  });

  it("FM29, FM56: a process that stands still in the middle of a look begins anew", async () => {
    let frozen = false;
    const { served: since, verified } = await prove(() => served, "expected", {
      latencyMs: (at) => {
        if (at < 20 || frozen) return 10;
        frozen = true;
        return 60_000;
      },
    });

    expect(frozen).toBe(true);
    expect(since).toBeGreaterThanOrEqual(80);
    expect(verified).toBeGreaterThanOrEqual(110);
  });

  it("customers who come and go are told of a few times and then counted", async () => {
    const { told, answer } = await prove((at) => (Math.floor(at / 3) % 2 === 0 ? served : refused));

    expect(told.filter((each) => each.startsWith("observed")).length).toBe(6);
    expect(told[5]).toMatch(/Further turns are counted, not told$/);
    expect(answer.soak?.turns).toBeGreaterThan(50);
    expect(told.at(-1)).toMatch(new RegExp(`after ${answer.soak?.turns} turns between served and not`));
  });

  it("FM43: reads alone do not make a recovery where writes are expected", async () => {
    const { answer } = await prove((_at, method) => (method === "POST" ? refused : served));

    expect(answer).toMatchObject({ result: "degraded", reason: "writes fail: ECONNREFUSED", verifiedAt: null });
  });

  it("FM43: where the database branch left no writer nobody writes, and reads alone are no recovery", async () => {
    const methods = new Set<string>();
    const { answer, told } = await prove((_at, method) => {
      methods.add(method);
      return served;
    }, "notExpected");

    expect(methods).toEqual(new Set(["GET"]));
    expect(answer).toMatchObject({
      result: "degraded",
      reason: expect.stringMatching(/^reads have been served since .*; writes were not tried/),
      servedSince: null,
      verifiedAt: null,
    });
    expect(told).toEqual([
      expect.stringMatching(/^observed: Customers are served at every vantage.* \(reads alone: nobody writes\)/),
      expect.stringMatching(/^stepEnded: Recovery is not shown: reads have been served since/),
    ]);
  });

  it.each<["done" | "degraded" | undefined, string, readonly string[]]>([
    ["done", "done", ["GET", "POST"]],
    ["degraded", "degraded", ["GET"]],
    [undefined, "degraded", ["GET"]],
  ])(
    "FM45: a retry without the database, after a run that left it %s, ends %s and asks by %j",
    async (databaseBefore, result, asked) => {
      const methods = new Set<string>();
      const note = (_at: number, method: string) => {
        methods.add(method);
        return served;
      };

      const { answer } = await prove(note, "asBefore", databaseBefore === undefined ? {} : { databaseBefore });

      expect(answer.result).toBe(result);
      expect([...methods].toSorted()).toEqual(asked);
    },
  );

  describe("FM86: the Region that has the writer", () => {
    const writer = "ap-southeast-1";
    const kept = { result: "done", promotedRegion: null, writer };

    it("must be heard, whatever a write says", async () => {
      const { answer } = await prove(() => served, "expected", { database: kept });

      expect(answer).toMatchObject({
        result: "degraded",
        reason: `${writer}, which has the writer, gives no sign of life`,
        verifiedAt: null,
      });
    });

    it("ends the run where it is down itself, so that its own failover comes next", async () => {
      const down = { words: { [writer]: failing(120) } };
      const voices = { "eu-west-1": down, "us-west-2": down, [writer]: { age: 120 }, [failed]: { age: null } };

      const { answer, rounds, told } = await prove(() => served, "expected", { database: kept, voices });

      expect(answer).toMatchObject({
        result: "degraded",
        reason: `${writer}, which has the writer, is down itself: its own failover comes next`,
      });
      expect([rounds, told.length]).toEqual([0, 2]);
    });

    it("is not looked for where another run has taken it out of service since", async () => {
      const { answer } = await prove(() => served, "asBefore", { database: kept, databaseBefore: "done", out: writer });

      expect(answer.result).toBe("done");
    });

    it.each([
      ["is the acting one", { ...kept, writer: "eu-west-1" }],
      ["was named by an older version, as the one that was promoted", { result: "done", promotedRegion: "eu-west-1" }],
      ["is not known", { result: "done", promotedRegion: null }],
    ])("need not be heard where it %s", async (_name, database) => {
      const { answer } = await prove(() => served, "expected", { database });

      expect(answer.result).toBe("done");
    });
  });

  it("gives up at the deadline, with the reason", async () => {
    const { answer, rounds } = await prove(() => refused);

    expect(answer).toMatchObject({ result: "degraded", reason: expect.stringMatching(/eu-west-1 is not served/) });
    expect(rounds).toBe(2);
    expect(isoInstant(parseInstant(answer.deadlineAt as string))).toBe("2026-03-14T09:10:00.000Z");
  });

  it("says so when it was green, and not for long enough", async () => {
    const { answer } = await prove((at) => (at < 290 ? refused : served));

    expect(answer.reason).toBe("customers were served, but not for the whole soak period");
  });
});
