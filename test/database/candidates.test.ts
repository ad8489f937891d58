import fc from "fast-check";
import { type Candidate, chooseCandidate, judgeAbility } from "../../functions/database/candidates.ts";
import type { Cluster, GlobalCluster, Read } from "../../functions/database/classify.ts";

const arn = "arn:aws:rds:eu-west-1:111122223333:cluster:storefront-eu-west-1";
const instance = { id: "one", role: "reader", status: "available" } as const;
const sound: Cluster = { status: "available", engineVersion: "17.4", instances: [instance] };
const inSync: GlobalCluster = {
  status: "available",
  engineVersion: "17.4",
  move: null,
  members: [{ arn, role: "reader", synchronization: "connected" }],
};

function ability(cluster: Partial<Cluster> | Exclude<Read<Cluster>, { kind: "read" }>, synchronization = "connected") {
  const read: Read<Cluster> = "kind" in cluster ? cluster : { kind: "read", found: { ...sound, ...cluster } };
  const members = [{ arn, role: "reader", synchronization: synchronization === "" ? null : synchronization } as const];
  return judgeAbility("eu-west-1", arn, { global: { ...inSync, members }, clusters: { "eu-west-1": read } });
}

describe("judgeAbility", () => {
  it.each<[string, Parameters<typeof ability>, Partial<Candidate>]>([
    ["is sound", [{}], { synchronization: "connected", instance: "available", version: "same" }],
    ["is not said to be connected", [{}, ""], { synchronization: "unsaid" }],
    ["has an instance of unknown status", [{ instances: [{ ...instance, status: null }] }], { instance: "unsaid" }],
    [
      "has one that serves beside one that starts anew",
      [{ instances: [{ ...instance, status: "rebooting" }, instance] }],
      { instance: "available" },
    ],
    ["runs another version", [{ engineVersion: "17.5" }], { version: "other" }],
    ["does not say its version", [{ engineVersion: null }], { version: "unsaid" }],
  ])("can take over when it %s", (_word, [cluster, synchronization], expected) => {
    expect(ability(cluster, synchronization)).toMatchObject({ kind: "able", candidate: expected });
  });

  it.each<[string, "passing" | "lasting", Parameters<typeof ability>]>([
    ["is backing-up", "passing", [{ status: "backing-up" }]],
    ["is maintenance", "passing", [{ status: "maintenance" }]],
    ["is of-the-future", "passing", [{ status: "of-the-future" }]],
    ["is stopped", "lasting", [{ status: "stopped" }]],
    ["is resynchronising", "passing", [{}, "pending-resync"]],
    ["has no DB instance", "lasting", [{ instances: [] }]],
    [
      "has no DB instance that is available (rebooting)",
      "passing",
      [{ instances: [{ ...instance, status: "rebooting" }] }],
    ],
    ["has no DB instance that is available (failed)", "lasting", [{ instances: [{ ...instance, status: "failed" }] }]],
    ["cannot be read (no answer)", "passing", [{ kind: "unreadable", reason: "no answer" }]],
    ["is not there", "lasting", [{ kind: "absent", reason: "not found" }]],
  ])("FM78, FM79: cannot when it %s, which is %s", (reason, kind, [cluster, synchronization]) => {
    expect(ability(cluster, synchronization)).toEqual({ kind: "unable", why: { region: "eu-west-1", reason, kind } });
  });
});

const candidate = (region: string, but: Partial<Candidate> = {}): Candidate => ({
  region,
  standing: "well",
  synchronization: "connected",
  instance: "available",
  version: "same",
  ...but,
});

describe("chooseCandidate", () => {
  it.each<[string, Partial<Candidate>, "inside" | "beyond", string]>([
    ["fails its customers by now", { standing: "failing" }, "inside", "second"],
    ["is not said to be connected", { synchronization: "unsaid" }, "inside", "second"],
    ["has no instance that is known to be available", { instance: "unsaid" }, "inside", "second"],
    ["runs another engine version", { version: "other" }, "inside", "second"],
    ["may lose more than the budget", {}, "beyond", "second"],
    ["is as good as the second", {}, "inside", "first"],
    ["does not say its version", { version: "unsaid" }, "inside", "first"],
  ])("FM77: of two, the first of which %s", (reason, but, budget, target) => {
    const choice = chooseCandidate([candidate("first", but), candidate("second")], null, (region) =>
      region === "first" ? budget : "inside",
    );

    expect(choice?.target).toBe(target);
    const passedOver = target === "first" ? [] : [{ region: "first", reason, kind: "passing" }];
    expect(choice?.passedOver).toEqual(passedOver);
  });

  it("keeps the one that a person approved, unless its Region fails and another's does not", () => {
    const candidates = [candidate("first"), candidate("second", { version: "other" })];
    const sick = [candidate("first"), candidate("second", { standing: "failing" })];

    expect(chooseCandidate(candidates, "second", () => "beyond")?.target).toBe("second");
    expect(chooseCandidate(sick, "second", () => "inside")?.target).toBe("first");
  });

  it("never takes one beyond the budget where one as good is inside it, whatever the order", () => {
    const word = fc.constantFrom("inside" as const, "beyond" as const);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (budgets) => {
        const choice = chooseCandidate(
          budgets.map((_budget, index) => candidate(String(index))),
          null,
          (region) => budgets[Number(region)] ?? "beyond",
        );

        const expected = Math.max(0, budgets.indexOf("inside"));
        expect(choice?.target).toBe(String(expected));
        expect(choice?.passedOver).toHaveLength(expected);
      }),
    );
  });

  it("has none of none", () => {
    expect(chooseCandidate([], null, () => "inside")).toBeNull();
  });
});
