import { regionsInService, regionsKeptOut } from "../../functions/coordination/rules.ts";
import { coordinationItemSchema } from "../../functions/coordination/schema.ts";
import { examplePlan } from "../fakes/plans.ts";
import { incidentOf, openItem } from "../fakes/runs.ts";

const plan = examplePlan("storefront");
const now = Date.parse("2026-03-14T09:10:00.000Z");
const open = openItem(plan, now);
const { id = "" } = open.incident ?? {};
const ended = {
  ...open,
  lease: null,
  incident: null,
  completed: [
    {
      incident: id,
      region: "us-east-1",
      outcome: "recovered",
      endedAt: "2026-03-14T09:20:00.000Z",
      record: open.incident,
    },
  ],
};

/** The same without the fields named, as a version wrote it that had none of them. */
function without(fields: object, ...names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** What an incident in progress and the record of one that has ended read as, when they were written without the fields. */
function incidentWithout(...names: readonly string[]) {
  const old = without(incidentOf(plan, { stage: "asking", question: "Evacuate it?" }), ...names);
  const incident = { ...old, id };
  const record = coordinationItemSchema.parse({ ...ended, completed: [{ ...ended.completed[0], record: incident }] });
  const inProgress = coordinationItemSchema.parse({ ...open, incident });
  expect(record.completed[0]?.record).toEqual(inProgress.incident);
  return inProgress.incident;
}

describe("FM57: what a version before this one did not write", () => {
  it.each<[string, object]>([
    ["format", { format: 1 }],
    ["completed", { completed: [] }],
    ["pause", { pause: null }],
    ["writtenBy", { writtenBy: "" }],
    ["lease", { lease: null, incident: null }],
    ["incident", { lease: null, incident: null }],
  ])("%s has a default", (name, expected) => {
    expect(coordinationItemSchema.parse(without({ ...open, lease: null, incident: null }, name))).toMatchObject(
      expected,
    );
  });

  it.each<[string, object]>([
    ["cause: nothing says that its Region is dead", { cause: "requested" }],
    ["failingSince: since it was opened", { failingSince: "2026-03-14T09:04:30.000Z" }],
    ["openedAt: when it failed", { openedAt: "2026-03-14T09:03:00.000Z" }],
    ["branches: any may have begun", { branches: ["traffic", "capacity", "database", "tables"] }],
    ["stage: something may have been changed", { stage: "underWay" }],
    ["question: one that waits for a yes asks", { question: expect.stringContaining("Evacuate us-east-1?") }],
    ["authority: no more than automation's", { authority: "automation" }],
    ["startedBy: said so", { startedBy: "not recorded" }],
    ["reason: said so", { reason: "not recorded" }],
    ["takeovers: none", { takeovers: 0 }],
    ["paged: people hear once too often rather than never", { paged: [] }],
  ])("of an incident, %s", (what, expected) => {
    expect(incidentWithout(what.slice(0, what.indexOf(":")))).toMatchObject(expected);
  });

  it("leaves no question to a run under way", () => {
    expect(incidentWithout("question", "stage")).toMatchObject({ stage: "underWay", question: null });
  });

  it.each<[string, unknown, object]>([
    ["asks", 7, { asks: { about: "serving", since: "2026-03-14T09:04:30.000Z" } }],
    ["asks", {}, { asks: { about: "serving", since: "2026-03-14T09:04:30.000Z" } }],
    [
      "asks",
      { about: "tides", since: "2026-03-14T09:05:00.000Z", by: "moon" },
      { asks: { about: "serving", since: "2026-03-14T09:05:00.000Z", by: "moon" } },
    ],
    ["asks", { about: "dispute", since: "soon" }, { asks: { about: "dispute", since: "2026-03-14T09:04:30.000Z" } }],
    ["asks", null, {}],
    ["withdrawn", {}, {}],
    ["withdrawn", null, {}],
    ["promotionAskedAt", 7, {}],
    ["promotionAskedAt", "soon", {}],
  ])("stops nobody where it can be left out and cannot be read: %s %j", (name, value, expected) => {
    const { [name as "asks"]: _before, ...incident } = { ...incidentOf(plan), id };
    const read = coordinationItemSchema.parse({ ...open, incident: { ...incident, [name]: value } });

    expect(read.incident).toEqual({ ...incident, ...expected });
  });

  it.each(["2", 0, 1.5, {}, null])("stops nobody by a format that is none: %j", (format) => {
    expect(coordinationItemSchema.parse({ ...open, format })).toEqual({ ...open, format: 1 });
  });

  it("is read from the first item that this project ever wrote", () => {
    const record = without(open.incident ?? {}, "question", "stage", "authority", "takeovers", "paged");
    const completed = [{ ...ended.completed[0], startedBy: "automation", record }];

    const read = coordinationItemSchema.parse({ ...without(ended, "format"), completed });

    expect(read).toMatchObject({
      format: 1,
      completed: [{ startedBy: "automation", record: { authority: "automation" } }],
    });
    expect(regionsInService(read)).toEqual(["eu-west-1", "ap-southeast-1"]);
  });

  it.each([
    ["recovered", { state: "evacuated" }],
    ["degraded", { state: "evacuating" }],
    ["stoodDown", undefined],
  ])("counts a Region as its last run left it where no Region is written down: %s", (outcome, expected) => {
    const completed = [{ ...ended.completed[0], outcome }];
    const read = coordinationItemSchema.parse(without({ ...ended, completed }, "regions"));

    expect(read.regions["us-east-1"]).toEqual(expected && expect.objectContaining(expected));
    expect(regionsKeptOut(read)).toEqual(outcome === "stoodDown" ? [] : ["us-east-1"]);
  });

  it("counts the Region of a run in progress as leaving where no Region is written down", () => {
    const read = coordinationItemSchema.parse(without(open, "regions"));

    expect(read.regions).toEqual({
      "us-east-1": { state: "evacuating", since: open.incident?.openedAt, incident: id },
    });
  });

  it.each(["version", "epoch", "application"])("FM30: stops without %s, which has no safe default", (name) => {
    expect(coordinationItemSchema.safeParse(without(open, name)).error?.issues).toMatchObject([{ path: [name] }]);
  });

  it.each(["lease", "incident"])("FM30: stops where only one of lease and incident is there: not %s", (name) => {
    expect(coordinationItemSchema.safeParse(without(open, name)).error?.issues).toMatchObject([{ path: [name] }]);
  });
});
