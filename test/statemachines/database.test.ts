import { readFileSync } from "node:fs";
import type { JsonValue } from "../../simulator/asl/json.ts";
import { parseDefinition } from "../../simulator/asl/parse.ts";
import { named, run, type World, world } from "../simulator/asl/support.ts";

const definition = parseDefinition(
  JSON.parse(readFileSync(new URL("../../statemachines/failover.asl.json", import.meta.url), "utf8")),
);

const moving = {
  result: "moving",
  reason: null,
  target: "eu-west-1",
  kind: "failover",
  lossSeconds: 1.3,
  worstCaseLossSeconds: 61.3,
  deadlineAt: "2026-11-23T13:00:00Z",
  question: null,
};
const asking = {
  ...moving,
  result: "needsApproval",
  reason: "beyond the budget",
  lossSeconds: 45,
  question: { covers: "dataLoss", summary: "Promote?", detail: "beyond the budget" },
};

/** Plays a run of the database branch alone; each function's last answer is repeated. */
async function play(promote: readonly JsonValue[], wait: readonly JsonValue[] = []) {
  const asked: JsonValue[] = [];
  const closed: { branches: { database: JsonValue }; dataLossSeconds: JsonValue }[] = [];
  const promoted: { approval: JsonValue }[] = [];
  const calls = new Map<string, number>();
  const answer = (name: string, answers: readonly JsonValue[]) => {
    const call = calls.get(name) ?? 0;
    calls.set(name, call + 1);
    const said = answers[Math.min(call, answers.length - 1)];
    if (said === undefined) throw named("Unexpected", name);
    return said;
  };
  const here: World = world({
    "${AssessSignal}": () => ({
      decision: "act",
      reasons: [],
      run: { incident: "i" },
      branches: { traffic: "skip", capacity: "skip", database: "run", tables: "skip" },
      question: null,
      approvalTimeoutSeconds: 60,
    }),
    "${DatabasePromote}": (payload) => {
      promoted.push(payload as never);
      return answer("promote", promote);
    },
    "${DatabaseAwait}": () => answer("wait", wait),
    "${ApprovalRequest}": (payload, call) => {
      asked.push(payload);
      here.tokens.succeedTask(call.taskToken ?? "", { approved: true, by: "ada", reason: "yes" });
      return null;
    },
    "${ApprovalRecord}": () => ({ approved: true, by: "ada", reason: "yes", covers: "dataLoss" }),
    "${RecoveryVerify}": () => ({ result: "done", reason: null, soak: null, deadlineAt: null, verifiedAt: null }),
    "${TimelineClose}": (payload) => {
      closed.push(payload as never);
      return { outcome: "recovered", incident: "i", reasons: [] };
    },
  });
  const execution = await run(here, definition);
  expect(execution.status).toBe("SUCCEEDED");
  const [end] = closed;
  return {
    result: end?.branches.database as { result: string; reason: string | null },
    lossSeconds: end?.dataLossSeconds,
    approvals: promoted.map(({ approval }) => approval),
    questions: asked.length,
    waits: calls.get("wait") ?? 0,
  };
}

describe("the data loss of a run", () => {
  it("is that of a promotion which has been made", async () => {
    expect(await play([moving], [{ result: "done", reason: null }])).toMatchObject({
      result: { result: "done", reason: null },
      lossSeconds: 1.3,
    });
  });

  it.each<[string, readonly JsonValue[], readonly JsonValue[]]>([
    ["a second writer appeared on the way", [moving], [{ result: "blocked", reason: "two writers" }]],
    ["the move was late", [moving], [{ result: "late", reason: "not done by then" }]],
    ["the move was never over", [moving], [{ result: "waiting", reason: null }]],
    ["the move vanished again and again", [moving], [{ result: "retry", reason: "it vanished" }]],
    ["people approved something else", [asking], []],
  ])("FM43: is unknown, and the branch says why, where %s", async (_why, promote, wait) => {
    const { result, lossSeconds } = await play(promote, wait);

    expect(lossSeconds).toBeNull();
    expect(result).toEqual(expect.objectContaining({ result: "degraded", reason: expect.stringMatching(/./) }));
  });
});

it("FM39: an answer is bound to the target, the move and the loss of its question", async () => {
  const { approvals, questions } = await play([asking, moving], [{ result: "done", reason: null }]);

  expect(questions).toBe(1);
  expect(approvals).toEqual([
    null,
    {
      approved: true,
      by: "ada",
      reason: "yes",
      covers: "dataLoss",
      target: "eu-west-1",
      flavour: "failover",
      lossSeconds: 45,
      beside: null,
    },
  ]);
});

it("FM76: an answer is bound to the clusters that the question said may take writes, too", async () => {
  const { approvals } = await play([{ ...asking, beside: "eu-west-1" }, moving], [{ result: "done", reason: null }]);

  expect(approvals[1]).toMatchObject({ beside: "eu-west-1" });
});

describe("FM79: nobody can become the writer yet", () => {
  const waiting = { ...moving, result: "waitingForTarget", reason: "eu-west-1 is backing-up", target: null };
  const waits = (length: number) => Array.from({ length }, () => waiting);

  it("is looked at again, and uses up none of what a promotion has", async () => {
    const { result, approvals } = await play([...waits(20), asking, moving], [{ result: "done", reason: null }]);

    expect(result).toEqual(expect.objectContaining({ result: "done" }));
    expect(approvals).toHaveLength(22);
  });

  it("is looked at a bounded number of times", async () => {
    const { result, approvals } = await play(waits(30));

    expect(result).toEqual(expect.objectContaining({ result: "degraded", reason: "eu-west-1 is backing-up" }));
    expect(approvals).toHaveLength(21);
  });
});

describe("FM36: a move that vanished", () => {
  const rounds = (length: number) => Array.from({ length }, () => ({ result: "waiting", reason: null }));
  const vanished = { result: "retry", reason: "it vanished" };

  it("is begun anew, and then has 20 rounds at least", async () => {
    const { result, waits } = await play(
      [moving],
      [...rounds(18), vanished, ...rounds(20), { result: "done", reason: null }],
    );

    expect(result).toEqual(expect.objectContaining({ result: "done" }));
    expect(waits).toBe(40);
  });

  it("is begun anew three times", async () => {
    const { result, approvals } = await play([moving], [vanished]);

    expect(result).toEqual(expect.objectContaining({ result: "degraded", reason: "it vanished" }));
    expect(approvals).toHaveLength(4);
  });

  it("uses up none of the questions: what must be asked then is asked", async () => {
    const { result, questions } = await play(
      [moving, moving, moving, asking, asking, moving],
      [vanished, vanished, vanished, { result: "done", reason: null }],
    );

    expect(result).toEqual(expect.objectContaining({ result: "done" }));
    expect(questions).toBe(2);
  });

  it("is not begun anew where so many would not be left", async () => {
    const { result, waits, approvals } = await play([moving], [...rounds(19), vanished]);

    expect(result).toEqual(expect.objectContaining({ result: "degraded", reason: "it vanished" }));
    expect([waits, approvals.length]).toEqual([20, 1]);
  });
});
