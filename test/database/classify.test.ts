import fc from "fast-check";
import {
  type Classification,
  type ClassifyInput,
  type Cluster,
  classify,
  type DatabaseView,
  judgeMove,
  type Move,
  type Read,
} from "../../functions/database/classify.ts";
import type { Standing, Standings } from "../../functions/database/standing.ts";
import { describeClassification } from "../../functions/database/words.ts";
import { clusters, database } from "./world.ts";

const regions = ["us-east-1", "eu-west-1", "ap-southeast-1"] as const;
const survivors = ["eu-west-1", "ap-southeast-1"];
type Region = (typeof regions)[number];

function cluster(status = "available", writer = false): Cluster {
  const instance = (id: string, role: "writer" | "reader") => ({ id, role, status: "available" });
  return {
    status,
    engineVersion: "17.4",
    instances: [instance("one", writer ? "writer" : "reader"), instance("two", "reader")],
  };
}

function viewOf(
  writers: readonly Region[],
  move: Move | null = null,
  statuses: Readonly<Partial<Record<Region, string>>> = {},
  status = "available",
): DatabaseView {
  return {
    global: {
      kind: "read",
      found: {
        status,
        move,
        engineVersion: "17.4",
        members: regions.map((region) => ({
          arn: clusters[region],
          role: writers.includes(region) ? "writer" : "reader",
          synchronization: "connected",
        })),
      },
    },
    clusters: Object.fromEntries(
      survivors.map((region) => [
        region,
        { kind: "read", found: cluster(statuses[region as Region], writers.includes(region as Region)) },
      ]),
    ),
  };
}

function moveTo(to: string | null, status = "failing-over", dataLoss: Move["dataLoss"] = "allowed"): Move {
  return { status, from: clusters["us-east-1"], to, dataLoss };
}

const unreadable: DatabaseView = { global: { kind: "unreadable", reason: "no answer" }, clusters: {} };
const stranger = "arn:aws:rds:eu-west-1:111122223333:cluster:stranger";

function found(
  view: DatabaseView,
  promotedHere: readonly string[] = [],
  preferred: string | null = null,
  standings: Standings = {},
  more: Partial<ClassifyInput> = {},
) {
  const aim = { preferred, promotedHere, standings, ...more };
  return classify({ view, database, failedRegion: "us-east-1", survivors, ...aim });
}

const able = (region: string) =>
  ({ region, standing: "well", synchronization: "connected", instance: "available", version: "same" }) as const;

describe("FM81: clusters of another engine", () => {
  const of = (engine: string | null, view = viewOf(["us-east-1"])): DatabaseView =>
    view.global.kind === "read" ? { ...view, global: { kind: "read", found: { ...view.global.found, engine } } } : view;

  it.each([
    ["the global cluster says so", of("docdb")],
    [
      "a cluster says so, and the global cluster cannot be read",
      { ...unreadable, clusters: { "eu-west-1": { kind: "read" as const, found: { ...cluster(), engine: "docdb" } } } },
    ],
    ["a person is moving its writer", of("docdb", viewOf(["us-east-1"], moveTo(clusters["eu-west-1"])))],
    ["its writer is a survivor's", of("docdb", viewOf(["eu-west-1"]))],
  ])("are named and left alone when %s", (_when, view) => {
    const actual = found(view, ["eu-west-1"]);

    expect(actual).toEqual({ kind: "otherEngine", globalCluster: "storefront", engine: "docdb" });
    expect(describeClassification(actual)).toMatch(/^storefront is of Amazon DocumentDB \(engine docdb\), and only/);
  });

  it.each(["aurora-mysql", "aurora-postgresql", null])("%s holds nothing back", (engine) => {
    expect(found(of(engine)).kind).toBe("idle");
  });
});

const well: Standing = { state: "inService", incident: null, health: "notConfirmedToFail" };

/** eu-west-1's cluster is no member any more. */
function without(view: DatabaseView): DatabaseView {
  if (view.global.kind !== "read") return view;
  const { found: global } = view.global;
  const members = global.members.filter(({ arn }) => arn !== clusters["eu-west-1"]);
  return { ...view, global: { kind: "read", found: { ...global, members } } };
}

function unread(view: DatabaseView): DatabaseView {
  return { ...view, clusters: { ...view.clusters, "eu-west-1": { kind: "unreadable", reason: "?" } } };
}

describe("classify", () => {
  it.each<[string, DatabaseView, readonly string[], Classification]>([
    ["nothing can be read", unreadable, [], { kind: "unknown", reason: "no answer" }],
    [
      "nobody is the writer",
      viewOf([]),
      [],
      { kind: "unknown", reason: "No member of the global cluster is the writer" },
    ],
    [
      "the writer failed",
      viewOf(["us-east-1"]),
      [],
      {
        kind: "idle",
        primary: "us-east-1",
        target: "eu-west-1",
        candidates: [able("eu-west-1"), able("ap-southeast-1")],
        passedOver: [],
        outsiders: [],
      },
    ],
    ["the writer is a survivor", viewOf(["eu-west-1"]), [], { kind: "notNeeded", writer: "eu-west-1" }],
    [
      "the writer is a survivor that another was promoted before",
      viewOf(["eu-west-1"]),
      ["ap-southeast-1"],
      { kind: "notNeeded", writer: "eu-west-1" },
    ],
    ["we made it the writer", viewOf(["eu-west-1"]), ["eu-west-1"], { kind: "alreadyWriter", target: "eu-west-1" }],
    [
      "we made it the writer, and its cluster is not available yet",
      viewOf(["eu-west-1"], null, { "eu-west-1": "promoting" }),
      ["eu-west-1"],
      { kind: "movingToUs", target: "eu-west-1", flavour: "unsaid" },
    ],
    [
      "we made it the writer, and the global cluster is not available yet",
      viewOf(["eu-west-1"], null, {}, "modifying"),
      ["eu-west-1"],
      { kind: "movingToUs", target: "eu-west-1", flavour: "unsaid" },
    ],
    [
      "a failover to a survivor is under way",
      viewOf(["us-east-1"], moveTo(clusters["ap-southeast-1"])),
      [],
      { kind: "movingToUs", target: "ap-southeast-1", flavour: "failover" },
    ],
    [
      "a switchover is under way, in a status that the SDK does not know",
      viewOf(["us-east-1"], moveTo(clusters["eu-west-1"], "switching-over", "notAllowed")),
      [],
      { kind: "movingToUs", target: "eu-west-1", flavour: "switchover" },
    ],
    [
      "a move is in a status that nobody knows",
      viewOf(["us-east-1"], moveTo(clusters["eu-west-1"], "levitating", "unsaid")),
      [],
      { kind: "movingToUs", target: "eu-west-1", flavour: "unsaid" },
    ],
    [
      "it moves into the failed Region",
      viewOf(["eu-west-1"], moveTo(clusters["us-east-1"])),
      [],
      { kind: "movingElsewhere", to: clusters["us-east-1"] },
    ],
    [
      "it moves to a cluster that the plan does not know",
      viewOf(["us-east-1"], moveTo(stranger)),
      [],
      { kind: "movingElsewhere", to: stranger },
    ],
    [
      "it moves, and AWS does not say where",
      viewOf(["us-east-1"], moveTo(null, "pending")),
      [],
      { kind: "movingElsewhere", to: "a cluster that AWS does not name" },
    ],
    ["a move is being cancelled", viewOf(["us-east-1"], moveTo(stranger, "cancelling")), [], { kind: "cancelling" }],
    [
      "there are two writers, whatever moves",
      viewOf(["us-east-1", "eu-west-1"], moveTo(clusters["eu-west-1"])),
      ["eu-west-1"],
      { kind: "twoWriters", writers: [clusters["us-east-1"], clusters["eu-west-1"]] },
    ],
    [
      "the first in order cannot take over",
      viewOf(["us-east-1"], null, { "eu-west-1": "stopped" }),
      [],
      {
        kind: "idle",
        primary: "us-east-1",
        target: "ap-southeast-1",
        candidates: [able("ap-southeast-1")],
        passedOver: [{ region: "eu-west-1", reason: "is stopped", kind: "lasting" }],
        outsiders: [],
      },
    ],
    [
      "nobody can take over",
      viewOf(["us-east-1"], null, { "eu-west-1": "stopped", "ap-southeast-1": "deleting" }),
      [],
      {
        kind: "noTarget",
        primary: "us-east-1",
        reason: "No survivor's cluster can take over: eu-west-1 is stopped, ap-southeast-1 is deleting",
        waitFor: [],
        outsiders: [],
      },
    ],
  ])("%s", (_situation, view, promotedHere, expected) => {
    const actual = found(view, promotedHere);

    expect(actual).toEqual(expected);
    expect(describeClassification(actual)).not.toBe("");
  });

  it.each<[string, Partial<Standing>, Classification["kind"]]>([
    ["in service and well", {}, "notNeeded"],
    ["in service and gray: its database lives", { health: "gray" }, "notNeeded"],
    ["in service and down", { health: "down" }, "lostElsewhere"],
    ["evacuated", { state: "evacuated", incident: "storefront-ap-southeast-1-e1" }, "lostElsewhere"],
    ["not out of DNS yet, by an earlier run", { state: "evacuating" }, "lostElsewhere"],
    ["on its way back", { state: "returning" }, "lostElsewhere"],
  ])("FM47: the writer's Region, which is not the failed one, is %s", (_word, standing, expected) => {
    const view = viewOf(["ap-southeast-1"]);
    const standings = { "ap-southeast-1": { ...well, ...standing } };

    expect(found(view, [], null, standings).kind).toBe(expected);
    expect(found(view, ["ap-southeast-1"], null, standings).kind).toBe(
      expected === "notNeeded" ? "alreadyWriter" : expected,
    );
  });

  it.each<[string, Partial<Cluster>, "passing" | "lasting" | null, RegExp]>([
    ["has no instance", { instances: [] }, "lasting", /its cluster has no DB instance\. Nothing is promoted/],
    ["restarts", { instances: [{ id: "one", role: "writer", status: "rebooting" }] }, "passing", /one .* is rebooting/],
    [
      "has lost its writer",
      { instances: [{ id: "two", role: "reader", status: "available" }] },
      "passing",
      /is its writer/,
    ],
    ["is stopped", { status: "stopped" }, "lasting", /is stopped/],
    ["is full", { instances: [{ id: "one", role: "writer", status: "storage-full" }] }, "lasting", /storage-full/],
    ["is backed up, and serves", { status: "backing-up" }, null, /Nothing to promote/],
    ["says nothing of it", { instances: [{ id: "one", role: "writer", status: null }] }, null, /Nothing to promote/],
  ])("FM86: the writer, whose Region did not fail, %s", (_word, changes, waits, said) => {
    const view = viewOf(["ap-southeast-1"]);
    const there = { kind: "read", found: { ...cluster("available", true), ...changes } } as const;

    const actual = found({ ...view, clusters: { ...view.clusters, "ap-southeast-1": there } });

    expect(actual.kind === "writerDown" ? actual.why.kind : null).toBe(waits);
    expect(describeClassification(actual)).toMatch(said);
  });

  it("FM47: says whose database branch to retry where the writer was lost in an earlier incident", () => {
    const standing = { ...well, state: "evacuated", incident: "storefront-ap-southeast-1-e1" } as const;

    const said = describeClassification(found(viewOf(["ap-southeast-1"]), [], null, { "ap-southeast-1": standing }));

    expect(said).toContain("ap-southeast-1, which is evacuated and not in service");
    expect(said).toContain("Retry the database branch of storefront-ap-southeast-1-e1, then that of this run");
  });

  it.each(["gray", "down"] as const)("FM20: passes over a survivor that is %s by now, approved or not", (health) => {
    const view = viewOf(["us-east-1"]);
    const sick: Standing = { ...well, health };

    expect(found(view, [], "eu-west-1", { "eu-west-1": sick })).toMatchObject({ target: "ap-southeast-1" });
    expect(found(view, [], null, { "eu-west-1": sick, "ap-southeast-1": sick })).toMatchObject({ target: "eu-west-1" });
  });

  it("keeps to the preferred target while it can take over", () => {
    expect(found(viewOf(["us-east-1"]), [], "ap-southeast-1")).toMatchObject({ target: "ap-southeast-1" });
    const stopped = viewOf(["us-east-1"], null, { "ap-southeast-1": "stopped" });
    expect(found(stopped, [], "ap-southeast-1")).toMatchObject({ target: "eu-west-1" });
  });

  it("does not take a cluster that could not be read for one that can take over", () => {
    expect(found(unread(viewOf(["us-east-1"])))).toMatchObject({ kind: "idle", target: "ap-southeast-1" });
  });

  it("FM76: a cluster that was read and has left the global cluster may be a writer, and is named", () => {
    const left = without(viewOf(["us-east-1"]));
    const outsiders = [{ region: "eu-west-1", arn: clusters["eu-west-1"], kind: "read" }];

    expect(found(left)).toMatchObject({ kind: "idle", target: "ap-southeast-1", outsiders });
    const alone = found(left, [], null, {}, { survivors: ["eu-west-1"] });
    expect(alone).toMatchObject({ kind: "noTarget", waitFor: [], outsiders });
    expect(describeClassification(alone)).toContain(`${clusters["eu-west-1"]} is no member of the global cluster`);
  });

  it("FM76: one that cannot be read is unknown: it is waited for, and in the end people hear of it", () => {
    const left = unread(without(viewOf(["us-east-1"])));

    const now = found(left);
    const late = found(left, [], null, {}, { patience: "over" });

    expect(now).toMatchObject({ kind: "noTarget", waitFor: [{ region: "eu-west-1", kind: "passing" }] });
    expect(late).toMatchObject({ kind: "idle", outsiders: [{ region: "eu-west-1", kind: "unread" }] });
  });

  it("FM76: one that AWS says is not there is none, nor is that of the failed Region or of one that nobody asked", () => {
    const left = without(viewOf(["us-east-1"]));
    const gone = { ...left, clusters: { ...left.clusters, "eu-west-1": { kind: "absent", reason: "?" } } } as const;
    const { "eu-west-1": _unasked, ...asked } = left.clusters;

    expect(found(gone)).toMatchObject({ kind: "idle", outsiders: [] });
    const elsewhere = found({ ...left, clusters: asked }, [], null, {}, { survivors: ["ap-southeast-1"] });
    expect(elsewhere).toMatchObject({ kind: "idle", outsiders: [] });
  });

  it("FM76: where the global cluster is gone altogether, the clusters that are left are named", () => {
    const { clusters: read } = viewOf(["us-east-1"]);
    const gone: DatabaseView = { global: { kind: "absent", reason: "not found" }, clusters: read };

    expect(found(gone)).toMatchObject({ kind: "dissolved", outsiders: [{ kind: "read" }, { kind: "read" }] });
    expect(found({ ...gone, clusters: {} }).kind).toBe("unknown");
  });

  it("FM77: takes the next in order for one that AWS has refused, and has none when all are", () => {
    const view = viewOf(["us-east-1"]);
    const no = (reason: string) => ({ reason, lasts: "lasting" }) as const;
    const refused = new Map([["eu-west-1", no("another patch level")]]);

    const next = found(view, [], null, {}, { refused });
    const none = found(view, [], null, {}, { refused: new Map([...refused, ["ap-southeast-1", no("no")]]) });

    expect(next).toMatchObject({ kind: "idle", target: "ap-southeast-1", candidates: [able("ap-southeast-1")] });
    expect(none).toMatchObject({ kind: "noTarget", waitFor: [] });
    expect(describeClassification(none)).toContain("eu-west-1 was refused: another patch level, ap-southeast-1");
  });

  it("FM77, FM79: waits for those that AWS has refused for a state that passes", () => {
    const busy = { reason: "storefront is modifying", lasts: "passing" } as const;
    const refused = new Map([["eu-west-1", busy] as const, ["ap-southeast-1", busy] as const]);

    expect(found(viewOf(["us-east-1"]), [], null, {}, { refused })).toMatchObject({
      kind: "noTarget",
      waitFor: [{ region: "eu-west-1" }, { region: "ap-southeast-1" }],
    });
  });

  it.each<[string, Read<Cluster>]>([
    ["cannot be read for once", { kind: "unreadable", reason: "throttled" }],
    ["is backed up just then", { kind: "read", found: cluster("backing-up") }],
  ])("FM39: keeps waiting for the target that a person has agreed with, which %s", (_what, read) => {
    const view = viewOf(["us-east-1"]);
    const seen = { ...view, clusters: { ...view.clusters, "eu-west-1": read } };
    const sick: Standing = { ...well, health: "down" };
    const refused = new Map([["eu-west-1", { reason: "no", lasts: "passing" }] as const]);

    expect(found(seen, [], "eu-west-1")).toMatchObject({ kind: "noTarget", waitFor: [{ region: "eu-west-1" }] });
    expect(found(seen, [], null).kind).toBe("idle");
    expect(found(seen, [], "eu-west-1", {}, { patience: "over" })).toMatchObject({ target: "ap-southeast-1" });
    expect(found(seen, [], "eu-west-1", { "eu-west-1": sick })).toMatchObject({ target: "ap-southeast-1" });
    expect(found(view, [], "eu-west-1", {}, { refused })).toMatchObject({ target: "ap-southeast-1" });
  });

  it("takes the one that a person has named and no other, and says which are able where it is not", () => {
    const view = viewOf(["us-east-1"]);
    const stopped = viewOf(["us-east-1"], null, { "ap-southeast-1": "stopped" });
    const chosen = { chosen: "ap-southeast-1" };

    expect(found(view, [], null, {}, chosen)).toMatchObject({ kind: "idle", target: "ap-southeast-1" });
    expect(found(stopped, [], null, {}, chosen)).toMatchObject({
      kind: "noTarget",
      reason: "ap-southeast-1, which was asked for, cannot take over: ap-southeast-1 is stopped. Able: eu-west-1",
    });
    expect(found(view, [], null, {}, { chosen: "us-west-2" })).toMatchObject({
      kind: "noTarget",
      reason: expect.stringContaining("us-west-2 is no survivor with a cluster. Able: eu-west-1, ap-southeast-1"),
    });
  });

  it("FM79: waits for what passes, and for nothing else", () => {
    const view = viewOf(["us-east-1"], null, { "eu-west-1": "backing-up", "ap-southeast-1": "stopped" });

    expect(found(view)).toMatchObject({
      kind: "noTarget",
      waitFor: [{ region: "eu-west-1", reason: "is backing-up", kind: "passing" }],
    });
  });

  it("aims only at survivors, and only while nothing moves and nobody else writes", () => {
    const status = fc.constantFrom("available", "stopped", "promoting");
    const move = fc.option(
      fc.tuple(fc.constantFrom(...Object.values(clusters), stranger), fc.constantFrom("pending", "cancelling", "x")),
    );
    fc.assert(
      fc.property(
        fc.subarray([...regions]),
        status,
        status,
        move,
        fc.subarray(survivors),
        (writers, eu, ap, to, mine) => {
          const moving = to === null ? null : moveTo(to[0], to[1]);
          const view = viewOf(writers, moving, { "eu-west-1": eu, "ap-southeast-1": ap });
          const actual = classify({
            view,
            database,
            failedRegion: "us-east-1",
            survivors: mine,
            preferred: null,
            standings: {},
            promotedHere: mine,
          });

          if (actual.kind === "idle") {
            expect(mine).toContain(actual.target);
            expect({ "eu-west-1": eu, "ap-southeast-1": ap }[actual.target]).toBe("available");
            expect(actual.candidates.map(({ region }) => region)).toContain(actual.target);
            expect(writers).toEqual(["us-east-1"]);
            expect(moving).toBeNull();
          }
          if (writers.length > 1) expect(actual.kind).toBe("twoWriters");
        },
      ),
    );
  });
});

describe("judgeMove", () => {
  const mine = moveTo(clusters["eu-west-1"]);
  const withInstances = (instances: Cluster["instances"]): DatabaseView => ({
    ...viewOf(["eu-west-1"]),
    clusters: { "eu-west-1": { kind: "read", found: { ...cluster(), instances } } },
  });
  it.each<[string, DatabaseView, string]>([
    ["it has no instance (FM78)", withInstances([]), "underWay"],
    ["no instance is its writer yet", withInstances([{ id: "one", role: "reader", status: "available" }]), "underWay"],
    ["its writer starts anew", withInstances([{ id: "one", role: "writer", status: "rebooting" }]), "underWay"],
    ["how its writer is is not known", withInstances([{ id: "one", role: "writer", status: null }]), "underWay"],
    ["its writer is backed up", withInstances([{ id: "one", role: "writer", status: "backing-up" }]), "done"],
    ["the target is the writer and all is available", viewOf(["eu-west-1"]), "done"],
    ["it still moves", viewOf(["us-east-1"], mine), "underWay"],
    ["the writer flag has moved, the move has not ended", viewOf(["eu-west-1"], mine), "underWay"],
    ["the global cluster is not available", viewOf(["eu-west-1"], null, {}, "failing-over"), "underWay"],
    ["the cluster is not available", viewOf(["eu-west-1"], null, { "eu-west-1": "promoting" }), "underWay"],
    ["the cluster was not read", { ...viewOf(["eu-west-1"]), clusters: {} }, "underWay"],
    [
      "the cluster cannot be read in its Region",
      { ...viewOf(["eu-west-1"]), clusters: { "eu-west-1": { kind: "unreadable", reason: "no answer" } } },
      "underWay",
    ],
    ["nothing can be read", unreadable, "underWay"],
    ["it is being cancelled", viewOf(["us-east-1"], moveTo(clusters["eu-west-1"], "cancelling")), "underWay"],
    ["nothing moves and the old primary is the writer", viewOf(["us-east-1"]), "vanished"],
    ["nothing moves and nobody is the writer", viewOf([]), "vanished"],
    ["it moves elsewhere", viewOf(["us-east-1"], moveTo(clusters["ap-southeast-1"])), "blocked"],
    ["the old primary is back with its own writer", viewOf(["us-east-1", "eu-west-1"]), "blocked"],
  ])("%s (FM43)", (_situation, view, expected) => {
    expect(judgeMove(view, database, "eu-west-1").kind).toBe(expected);
  });
});
