import { readFileSync } from "node:fs";
import type { JsonValue } from "../../simulator/asl/json.ts";
import { HISTORY_EVENTS } from "../../simulator/asl/limits.ts";
import { parseDefinition } from "../../simulator/asl/parse.ts";
import { planNamed } from "../../simulator/plans.ts";
import { play } from "../../simulator/play.ts";
import { scenarios } from "../../simulator/scenarios/index.ts";
import { entered, type Functions, named, run, world } from "../simulator/asl/support.ts";

const definition = parseDefinition(
  JSON.parse(readFileSync(new URL("../../statemachines/failover.asl.json", import.meta.url), "utf8")),
);

const branches = { traffic: "run", capacity: "run", database: "run", tables: "run" };

/** Answers that send every loop round as often as its bound lets it. */
const worstAnswers: Readonly<Record<string, (call: number) => JsonValue>> = {
  AssessSignal: () => ({
    decision: "act",
    reasons: [],
    run: { incident: "i" },
    branches,
    question: "Evacuate?",
    approvalTimeoutSeconds: 60,
  }),
  ApprovalRequest: () => ({ asked: "run" }),
  ApprovalRecord: () => ({ approved: true, by: "nobody", reason: "silence", covers: "run" }),
  TrafficShift: () => ({ result: "shifted", levers: 1, problems: [] }),
  TrafficVerify: () => ({ result: "done", reason: null }),
  CapacityRaise: () => ({ result: "raised", reason: null, targets: [], deadlineAt: "2026-11-23T13:00:00Z" }),
  CapacityAwait: () => ({ result: "waiting", reason: null, targets: [], deadlineAt: "2026-11-23T13:00:00Z" }),
  // Asks twice, then begins a move that vanishes at the last look at which another is begun, which is never over.
  DatabasePromote: (call) => ({
    result: call <= 2 ? "needsApproval" : "moving",
    reason: null,
    target: "t",
    kind: "failover",
    lossSeconds: 1,
    worstCaseLossSeconds: 2,
    deadlineAt: "2026-11-23T13:00:00Z",
    question: { covers: "dataLoss", summary: "Promote?", detail: "" },
  }),
  DatabaseAwait: (call) => ({ result: call === 19 ? "retry" : "waiting", reason: "it vanished" }),
  TablesCheck: () => ({ result: "done", reason: null }),
  RecoveryVerify: () => ({
    result: "waiting",
    reason: null,
    verifiedAt: null,
    soak: null,
    deadlineAt: "2026-11-23T13:00:00Z",
  }),
  TimelineClose: () => ({ outcome: "degraded", incident: "i", reasons: [] }),
};

/** Each call of each function fails as often as its Retry bears, and then answers the worst. */
function worstFunctions(): { readonly functions: Functions; readonly answered: Map<string, number> } {
  const failures = new Map<string, number>();
  const answered = new Map<string, number>();
  const functions = Object.entries(worstAnswers).map(([name, answer]) => {
    const bears = name === "TrafficShift" ? 12 : 4;
    return [
      `\${${name}}`,
      () => {
        const failed = failures.get(name) ?? 0;
        if (failed < bears) {
          failures.set(name, failed + 1);
          throw named("Transient");
        }
        failures.set(name, 0);
        const call = (answered.get(name) ?? 0) + 1;
        answered.set(name, call);
        return answer(call);
      },
    ] as const;
  });
  return { functions: Object.fromEntries(functions), answered };
}

/** A tenth of what Step Functions allows. */
const farBelow = HISTORY_EVENTS / 10;

describe("FM36: the history of one execution", () => {
  it("is far below the limit when every loop goes round as often as it may and every try fails that can be repeated", async () => {
    const { functions, answered } = worstFunctions();
    const here = world(functions);

    const execution = await run(here, definition);

    expect(execution.status).toBe("SUCCEEDED");
    expect(entered(here).at(-1)).toBe("ReportOutcome");
    expect(Object.fromEntries(answered)).toMatchObject({
      CapacityAwait: 20,
      DatabasePromote: 4,
      DatabaseAwait: 40,
      RecoveryVerify: 20,
      ApprovalRequest: 3,
    });
    expect(execution.historyEvents).toBeGreaterThan(500);
    expect(execution.historyEvents).toBeLessThan(farBelow);
  });

  it.each(["region-outage", "no-capacity"])("is far below the limit in %s, with the real functions", async (name) => {
    const scenario = scenarios.find((each) => each.name === name);
    if (scenario === undefined) throw new RangeError(name);

    const { world: played } = await play({ scenario, plan: planNamed(scenario.plan), seed: 1 });

    const longest = Math.max(...played.stepFunctions.executions.map((each) => each.historyEvents));
    expect(longest).toBeGreaterThan(50);
    expect(longest).toBeLessThan(farBelow);
  });
});
