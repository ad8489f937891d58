import { type BranchName, branchNames } from "../../functions/coordination/item.ts";
import { type BranchEnd, judgeRun } from "../../functions/timeline/outcome.ts";

const failingSince = "2026-03-14T09:03:00.000Z";
const done: BranchEnd = { result: "done", reason: null };
const skipped: BranchEnd = { result: "skipped", reason: null };
const degraded = (reason: string | null): BranchEnd => ({ result: "degraded", reason });
const allDone = Object.fromEntries(branchNames.map((name) => [name, done])) as Record<BranchName, BranchEnd>;

function judged(changes: Partial<Parameters<typeof judgeRun>[0]> = {}) {
  return judgeRun({
    failingSince,
    approval: "notAsked",
    declinedBecause: null,
    branches: allDone,
    recovery: { ...done, verifiedAt: "2026-03-14T09:08:30.500Z" },
    dataLossSeconds: 4,
    before: null,
    begun: [],
    ...changes,
  });
}

it("recovered: every branch did its part and customers were seen to be served", () => {
  expect(judged()).toEqual({
    outcome: "recovered",
    reasons: [],
    recoveryTimeSeconds: 330.5,
    dataLossSeconds: 4,
    regionState: "evacuated",
    branches: allDone,
    evidence: { traffic: "notShown" },
  });
});

it("FM62: what the traffic branch shows is what the run may claim, and a retry that leaves it out inherits it", () => {
  const shown = { ...allDone, traffic: { ...done, evidence: "shown" } } as const;
  const before = { branches: shown, recoveryTimeSeconds: null, dataLossSeconds: 3, regionState: "evacuated" } as const;

  expect(judged({ branches: shown }).evidence).toEqual({ traffic: "shown" });
  expect(judged({ branches: { ...allDone, traffic: skipped }, before }).evidence).toEqual({ traffic: "shown" });
  expect(judged({ branches: { ...allDone, traffic: skipped } }).evidence).toEqual({ traffic: "notShown" });
});

describe("a retry of some branches", () => {
  const onlyTables = { traffic: skipped, capacity: skipped, database: skipped, tables: done };
  const before = {
    branches: { ...allDone, tables: degraded("no answer") },
    recoveryTimeSeconds: null,
    dataLossSeconds: 3,
    regionState: "evacuated",
  } as const;

  it("leaves the others, the Region and the data loss as the run before left them", () => {
    expect(judged({ branches: onlyTables, before, dataLossSeconds: 0 })).toMatchObject({
      outcome: "recovered",
      dataLossSeconds: 3,
      regionState: "evacuated",
    });
  });

  it.each([
    ["the next day", { ...done, verifiedAt: "2026-03-15T09:03:00.000Z" }],
    ["which does not show it again", { ...degraded("eu-west-1 is not served"), verifiedAt: null }],
  ])("keeps the recovery time of the run that showed recovery, %s", (_when, recovery) => {
    const served = { ...before, recoveryTimeSeconds: 251 };

    expect(judged({ branches: onlyTables, before: served, recovery })).toMatchObject({ recoveryTimeSeconds: 251 });
  });

  it("has the recovery time of its own where the run before showed none", () => {
    const recovery = { ...done, verifiedAt: "2026-03-14T10:03:00.000Z" };

    expect(judged({ branches: onlyTables, before, recovery })).toMatchObject({ recoveryTimeSeconds: 3_600 });
  });

  it("does not make a run whole whose other branches are still broken", () => {
    const broken = { ...before.branches, traffic: degraded("denied"), database: degraded("denied") };

    expect(
      judged({
        branches: onlyTables,
        before: { ...before, branches: broken, dataLossSeconds: null, regionState: "evacuating" },
      }),
    ).toMatchObject({
      outcome: "degraded",
      reasons: ["traffic: denied", "database: denied"],
      dataLossSeconds: null,
      regionState: "evacuating",
    });
  });
});

describe("degraded, with a reason for each part that fell short", () => {
  it.each<[string, Partial<Parameters<typeof judgeRun>[0]>, object]>([
    [
      "FM48: capacity fell short and customers are served all the same",
      { branches: { ...allDone, capacity: degraded("8 of 12 instances") } },
      { reasons: ["capacity: 8 of 12 instances"], recoveryTimeSeconds: 330.5, regionState: "evacuated" },
    ],
    [
      "FM53: traffic has not all left: the Region is still being evacuated",
      { branches: { ...allDone, traffic: degraded("us-west-2 is still sent there") } },
      { reasons: ["traffic: us-west-2 is still sent there"], regionState: "evacuating" },
    ],
    [
      "FM56: every branch did its part and nobody saw customers served",
      { recovery: { ...degraded("eu-west-1 is not served"), verifiedAt: null } },
      { reasons: ["recovery: eu-west-1 is not served"], recoveryTimeSeconds: null },
    ],
    [
      "nobody looked",
      { recovery: { ...skipped, verifiedAt: null } },
      { reasons: ["recovery: not shown"], recoveryTimeSeconds: null },
    ],
    [
      "a part that gives no reason is named all the same",
      { branches: { ...allDone, tables: degraded(null) } },
      { reasons: ["tables: no reason given"] },
    ],
    [
      "everything",
      {
        branches: Object.fromEntries(branchNames.map((name) => [name, degraded("no")])) as typeof allDone,
        recovery: { ...degraded("no"), verifiedAt: null },
      },
      { reasons: ["traffic: no", "capacity: no", "database: no", "tables: no", "recovery: no"] },
    ],
  ])("%s", (_name, changes, expected) => {
    expect(judged(changes)).toMatchObject({ outcome: "degraded", ...expected });
  });
});

it.each(branchNames)("a skipped %s branch had nothing to do and takes nothing away", (name) => {
  expect(judged({ branches: { ...allDone, [name]: skipped } }).outcome).toBe("recovered");
});

it.each([
  ["unknown stays unknown", null],
  ["none is none", 0],
])("FM40: data loss: %s", (_name, dataLossSeconds) => {
  expect(judged({ dataLossSeconds }).dataLossSeconds).toBe(dataLossSeconds);
});

it("an approval that was granted is judged like any run", () => {
  expect(judged({ approval: "granted" })).toEqual(judged());
});

it.each([
  ["ada: the status page is wrong", "ada: the status page is wrong"],
  [null, "the approval was declined"],
])("a declined run stood down and left the Region in service: %s", (declinedBecause, reason) => {
  const nothing = Object.fromEntries(branchNames.map((name) => [name, skipped])) as typeof allDone;

  expect(judged({ approval: "declined", declinedBecause, branches: nothing })).toEqual({
    outcome: "stoodDown",
    reasons: [reason],
    recoveryTimeSeconds: null,
    dataLossSeconds: 0,
    regionState: "inService",
    branches: nothing,
    evidence: null,
  });
});

describe("a declined run that was under way", () => {
  const nothing = Object.fromEntries(branchNames.map((name) => [name, skipped])) as typeof allDone;
  const declined = { approval: "declined", declinedBecause: "ada: it is back", branches: nothing } as const;

  it("leaves what was changed, so that nobody counts on the Region and no loss is ruled out", () => {
    expect(judged({ ...declined, begun: branchNames })).toMatchObject({
      outcome: "degraded",
      reasons: ["ada: it is back", expect.stringMatching(/left as it is/)],
      recoveryTimeSeconds: null,
      dataLossSeconds: null,
      regionState: "evacuating",
    });
  });

  it.each([
    ["tables", 3],
    ["database", null],
  ] as const)("as a retry of %s keeps what the run before left", (branch, dataLossSeconds) => {
    const before = {
      branches: allDone,
      recoveryTimeSeconds: 251,
      dataLossSeconds: 3,
      regionState: "evacuated",
    } as const;

    expect(judged({ ...declined, before, begun: [branch] })).toMatchObject({
      outcome: "degraded",
      recoveryTimeSeconds: 251,
      dataLossSeconds,
      regionState: "evacuated",
      branches: allDone,
    });
  });
});
