import { carryGreen, judgeServed } from "../../functions/recovery/served.ts";
import { createHandler } from "../../functions/recovery/verify.handler.ts";
import type { ProbeResult } from "../../functions/shared/clients.ts";
import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";
import type { Look } from "../../functions/watch/probes.ts";
import { FakeAws, invocation } from "../fakes/aws.ts";
import { observe, type Voice } from "../fakes/observations.ts";
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

describe("FM56: a green streak", () => {
  const green = judged();
  const red = judged({ here: fail });

  it.each([
    ["begins", null, green, at],
    ["goes on", "2026-03-14T09:04:00.000Z", green, "2026-03-14T09:04:00.000Z"],
    ["ends", "2026-03-14T09:04:00.000Z", red, null],
    ["has not begun", null, red, null],
  ])("%s", (_name, since, served, expected) => {
    expect(carryGreen(since, served, now)).toBe(expected);
  });
});

describe("proving recovery", () => {
  /** Runs the step, and again as the state machine does while it answers "waiting"; `probe` says what customers get. */
  async function prove(
    probe: (seconds: number, method: string) => ProbeResult,
    writes: "expected" | "notExpected" = "expected",
  ) {
    const aws = new FakeAws();
    const began = aws.clock.now();
    const item = openItem(plan, began);
    aws.put(plan.coordination.table, { ...itemKey(plan), ...item });
    const seconds = (until: number) => (until - began) / 1_000;
    aws.probe = ({ method }) => probe(seconds(aws.clock.now()), method);
    const run = runIn(item);
    const handler = createHandler(aws.dependencies(plan, "eu-west-1"));
    type Answer = Record<
      "result" | "greenSince" | "deadlineAt" | "verifiedAt" | "servedSince" | "reason",
      string | null
    >;
    let answer = { greenSince: null, deadlineAt: null } as Answer;
    let rounds = 0;
    do {
      const { greenSince, deadlineAt } = answer;
      answer = (await aws.finish(handler({ run, writes, greenSince, deadlineAt }, invocation))) as never as Answer;
    } while (answer.result === "waiting" && ++rounds < 10);
    const verified = answer.verifiedAt === null ? null : seconds(parseInstant(answer.verifiedAt));
    const served = answer.servedSince === null ? null : seconds(parseInstant(answer.servedSince));
    const told = aws
      .rows(plan.recordsTable, `incident#${run.incident}`)
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
      expect.stringMatching(/^observed: Reads are served at every vantage/),
      expect.stringMatching(/^stepEnded: Recovery is not shown: reads have been served since/),
    ]);
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
