import { lossWords } from "../../../functions/timeline/report/loss-words.ts";

type Told = Parameters<typeof lossWords>[0];

const database = {
  kind: "failover",
  promotedRegion: "eu-west-1",
  rivals: [],
  mayWrite: [],
  oldCluster: null,
  lossSeconds: 1.3,
  worstCaseLossSeconds: 90,
} as const;
const loss = {
  seconds: 1.3,
  worstCaseSeconds: 90,
  objectiveSeconds: 30,
  budgetSeconds: 10,
  verdict: "met",
} as const;
const told: Told = {
  dataLoss: loss,
  database: { ...database, rivals: [], mayWrite: [], loss: "stated" },
  tables: { mayBeMissingSeconds: 8.062 },
  outcome: "recovered",
  failedRegion: "us-east-1",
};
const unknown = { ...loss, seconds: null, worstCaseSeconds: null, verdict: "unknown" } as const;

const lines = (summary: Told) =>
  lossWords(summary).map(({ name, words }) => `${name}: ${words.value} (${words.verdict})`);

describe("what was lost, one line each for the database and the tables", () => {
  it("keeps apart what is given up and what only arrives late", () => {
    expect(lines(told)).toEqual([
      "Database loss: about 1.3 s (objective 30 s: met; up to 10 s may be lost without asking)",
      "Table writes: up to 8.1 s missing (estimated from heartbeats; they arrive when us-east-1 replicates again)",
    ]);
  });

  it.each<[string, Partial<Told>, string]>([
    [
      "a switchover",
      { dataLoss: { ...loss, seconds: 0 }, database: { ...database, kind: "switchover", rivals: [], loss: "stated" } },
      "none (the writer was switched over)",
    ],
    [
      "a writer elsewhere",
      { dataLoss: { ...loss, seconds: 0 }, database: { ...database, kind: "none", rivals: [], loss: "stated" } },
      "none (the writer did not have to move)",
    ],
    ["no database", { dataLoss: { ...loss, seconds: 0 }, database: null }, "none (no database had to move)"],
    [
      "a run that changed nothing",
      { dataLoss: { ...unknown, verdict: "notApplicable" } },
      "none (the database was not touched)",
    ],
    [
      "an accepted loss that nobody could measure",
      { dataLoss: unknown },
      "unknown (nobody could measure how far behind the new writer was)",
    ],
    [
      "a question that waits",
      { dataLoss: unknown, database: null, outcome: "waitingForApproval" },
      "none yet (nothing is given up before a person has answered)",
    ],
    [
      "a promotion that failed",
      { dataLoss: unknown, database: null, outcome: "degraded" },
      "unknown (the database step ended without a new writer)",
    ],
  ])("the database after %s", (_case, change, expected) => {
    expect(lines({ ...told, ...change })[0]).toBe(`Database loss: ${expected}`);
  });

  it("says nothing of tables at which nobody looked, and never takes unknown for none", () => {
    expect(lines({ ...told, tables: null })).toHaveLength(1);
    expect(lines({ ...told, tables: { mayBeMissingSeconds: 0 } })[1]).toBe(
      "Table writes: none missing (as far as heartbeats tell)",
    );
    expect(lines({ ...told, tables: { mayBeMissingSeconds: null } })[1]).toMatch(/^Table writes: unknown /);
  });
});
