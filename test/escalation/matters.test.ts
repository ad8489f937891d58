import { initialItem } from "../../functions/coordination/rules.ts";
import { type EscalationInput, endOf, mattersOf } from "../../functions/escalation/matters.ts";
import type { Escalation } from "../../functions/escalation/records.ts";
import { hasEnded, isToBeTold, turnOf } from "../../functions/escalation/telling.ts";
import { troubleOf } from "../../functions/escalation/trouble.ts";
import type { Plan } from "../../functions/shared/plan/plan.ts";
import { gatherEvidence } from "../../functions/assess/evidence.ts";
import { failing, observe, regionDown, type Voice } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";
import { openItem } from "../fakes/runs.ts";
import { ago, fresh, instant, now, plan, regions, self, suspect } from "../assess/situation.ts";

/** What people must hear of, seen from eu-west-1. */
function seen(
  voices: Record<string, Voice>,
  changes: Partial<EscalationInput> & { readonly looks?: Readonly<Record<string, string>> } = {},
) {
  const { looks = {}, ...rest } = changes;
  const used: Plan = rest.plan ?? plan;
  const observer = rest.self ?? self;
  const observations = observe(used, instant, voices).map((each) => ({
    ...each,
    votes: each.votes.map((vote) => {
      const own = looks[each.vantage];
      return vote.region === suspect && own !== undefined ? { ...vote, looks: own } : vote;
    }),
  }));
  const evidence = gatherEvidence(used, observer, observations, instant);
  return { plan: used, evidence, item: fresh, self: observer, now, ...rest };
}

const reasons = (input: EscalationInput) =>
  mattersOf(input).map(({ region, stage, reason }) => [region, stage, reason]);

describe("what people must hear of", () => {
  it("is nothing while all pass", () => {
    expect(mattersOf(seen({}))).toEqual([]);
  });

  it("is nothing where a run is about to begin", () => {
    expect(mattersOf(seen(regionDown(plan, suspect, 70)))).toEqual([]);
  });

  it("is that no run has begun", () => {
    expect(reasons(seen(regionDown(plan, suspect, 140)))).toEqual([[suspect, "acting", "runNotBegun"]]);
  });

  it.each<[string, Partial<EscalationInput>, string]>([
    ["paused", { item: { ...fresh, pause: { until: ago(-600), by: "ada", reason: "migration" } } }, "held"],
    ["planObserves", { plan: { ...plan, automation: { ...plan.automation, traffic: "observe" } } }, "held"],
    ["leaseStoreUnreachable", { item: null }, "blind"],
  ])("FM59: is what holds automation back: %s", (reason, changes, stage) => {
    expect(reasons(seen(regionDown(plan, suspect, 120), changes))).toEqual([[suspect, stage, reason]]);
  });

  it("FM59: is a Region that too few can judge, and that automation is blind", () => {
    const voices = { ...regionDown(plan, suspect, 120), "us-west-2": { age: 300 }, "ap-southeast-1": { age: 300 } };

    expect(reasons(seen(voices))).toEqual([
      [suspect, "blind", "quorumOutOfReach"],
      [null, "blind", "vantagesLost"],
    ]);
  });

  it("FM59: is a Region as seen by whoever hears nobody", () => {
    const hears = { "us-east-1": 300, "ap-southeast-1": 300, "us-west-2": 300 };
    const voices = {
      "us-east-1": { age: 300 },
      "ap-southeast-1": { age: 300 },
      "us-west-2": { age: 300 },
      [self]: { hears, words: { [suspect]: failing(120) } },
    };

    expect(reasons(seen(voices))[0]).toEqual([suspect, "blind", "observerIsolated"]);
  });

  it("FM59: in calm times, that one more loss makes automation blind", () => {
    expect(mattersOf(seen({ "us-west-2": { age: 300 } }))).toMatchObject(
      [
        {
          key: "vantages",
          stage: "unsteady",
          reason: "oneLossFromBlind",
          summary: expect.stringContaining("one more"),
        },
      ].map((matter) => ({ ...matter, summary: expect.stringMatching(/One more loss and automation is blind/) })),
    );
  });

  it.each([
    [1_799, []],
    [1_800, ["oneLossFromBlind"]],
  ])("FM59: that a vantage never spoke, %i s after somebody began to listen for it", (seconds, expected) => {
    const voices = { "us-west-2": { age: null }, "us-east-1": { neverHeard: { "us-west-2": seconds } } };
    const matters = mattersOf(seen(voices));

    expect(matters.map(({ reason }) => reason)).toEqual(expected);
    for (const { summary } of matters) expect(summary).toMatch(/^Silent: us-west-2\. One more loss/);
  });

  it("not where all vantages of the plan are heard, and are no more than the quorum", () => {
    const two = examplePlan("two-regions");
    expect(
      mattersOf(
        seen({}, { plan: two, self: "us-west-2", item: initialItem(two.application, ["us-east-1", "us-west-2"], now) }),
      ),
    ).toEqual([]);
  });

  it("FM61: is a Region down for 50 of every 110 seconds", () => {
    const looks = "fffffppppppfffffppppppfffffpppp";
    const voices = Object.fromEntries(["us-east-1", self, "ap-southeast-1", "us-west-2"].map((name) => [name, looks]));

    expect(reasons(seen({}, { looks: voices }))).toEqual([[suspect, "unsteady", "shareFails"]]);
  });

  it("FM61: is the same for as long as people know of it, though looks are kept for minutes only", () => {
    const looks = "fffffppppppfffffppppppfffffpppp";
    const voices = Object.fromEntries(["us-east-1", self, "ap-southeast-1", "us-west-2"].map((name) => [name, looks]));
    const knownSince = new Map([[suspect, ago(3_600)]]);

    expect(mattersOf(seen({}, { looks: voices, knownSince }))).toMatchObject([{ region: suspect, since: ago(3_600) }]);
  });

  it("FM61: is a Region that fails a share of its requests, no streak ever", () => {
    const looks = {
      [self]: "pppfpppppfppppppfp",
      "ap-southeast-1": "pppppfpppppppppfpp",
      "us-west-2": "pppppppppfpppppppp",
    };

    expect(troubleOf(plan, seen({}, { looks }).evidence, suspect)).toMatchObject({ word: "uncontradicted" });
    expect(reasons(seen({}, { looks }))).toEqual([[suspect, "unsteady", "shareFails"]]);
  });

  it("FM61: is a share that one of two alone has seen: so few looks of the other one contradict nothing", () => {
    const two = examplePlan("two-regions");
    const [first = "", second = ""] = two.regions.map(({ name }) => name);
    const looks = { [first]: "pfpppfppppfppppfpp", [second]: "pppppppppppppppppp" };
    const { evidence } = seen(
      {},
      { plan: two, self: first, item: initialItem(two.application, [first, second], now), looks },
    );

    expect(troubleOf(two, evidence, suspect)).toMatchObject({ word: "uncontradicted" });
  });

  it("is not older than what more than one vantage has seen of it", () => {
    const looks = {
      [self]: "ppppffffffffffffff",
      "ap-southeast-1": "ppppppppppppppppff",
      "us-west-2": "ppppppppppppppppff",
    };

    expect(mattersOf(seen({}, { looks }))).toEqual([]);
  });

  it("is nothing after a blip of 43 seconds", () => {
    const looks = {
      [self]: "pppppppppppppfffff",
      "ap-southeast-1": "pppppppppppppfffff",
      "us-west-2": "pppppppppppppffffp",
    };

    expect(mattersOf(seen({}, { looks }))).toEqual([]);
  });

  it("of what one vantage alone sees people hear later, in words that say so", () => {
    expect(mattersOf(seen({ [self]: { words: { [suspect]: failing(200) } } }))).toEqual([]);
    expect(mattersOf(seen({ [self]: { words: { [suspect]: failing(300) } } }))).toMatchObject([
      { reason: "oneVantageAlone", summary: expect.stringMatching(/^eu-west-1 alone .* it may be that vantage/) },
    ]);
  });

  it("FM13: all Regions at once are one matter", () => {
    const words = Object.fromEntries(regions.map((name) => [name, failing(120)]));
    const voices = Object.fromEntries([...regions, "us-west-2"].map((name) => [name, { words }]));

    expect(reasons(seen(voices))).toEqual([[null, "everything", "everythingFailing"]]);
  });

  it("is the public name, where it fails and every endpoint passes", () => {
    expect(reasons(seen({ "us-west-2": { customers: "failing" } }))).toEqual([[null, "unsteady", "publicNameFails"]]);
  });

  it("is a run that is open, and a question", () => {
    const open = { ...openItem(plan, now - 60_000) };
    const asking = {
      ...open,
      incident: open.incident === null ? null : { ...open.incident, stage: "asking" as const },
    };

    expect(reasons(seen({}, { item: open }))).toEqual([[suspect, "acting", "runOpen"]]);
    expect(reasons(seen({}, { item: asking }))).toEqual([[suspect, "waiting", "questionOpen"]]);
  });

  it("FM71: is a Region out of service, where the only other one that DNS has left fails: the one that a run leaves is no help", () => {
    const run = openItem(plan, now - 60_000, { failedRegion: "ap-southeast-1", survivors: [self] });
    const out = { state: "evacuated", since: ago(900), incident: "storefront-us-east-1-e0" } as const;
    const item = { ...run, regions: { ...run.regions, [suspect]: out } };
    const words = { [suspect]: failing(900), [self]: failing(300) };
    const voices = Object.fromEntries([...regions, "us-west-2"].map((vantage) => [vantage, { words }]));

    expect(reasons(seen(voices, { item, self: "us-west-2" }))).toContainEqual([suspect, "held", "outAndNotLeft"]);
  });

  it("of a Region out of service ends when nobody is sent there, and then says nothing of its health", () => {
    const out = { state: "evacuated", since: ago(900), incident: "storefront-us-east-1-e1" } as const;
    const input = seen({}, { item: { ...fresh, regions: { ...fresh.regions, [suspect]: out } } });
    const matter = { key: suspect, region: suspect, stage: "held", since: ago(900), incident: null } as const;

    expect(endOf(input, matter)).toMatchObject({
      reason: "outAndLeft",
      summary: expect.stringMatching(/whether it is well this does not say$/),
    });
  });

  /** The incident is about another Region; the one in question takes over its customers. */
  const growing = openItem(plan, now - 30_000, { failedRegion: "ap-southeast-1", survivors: [suspect, self] });

  it.each<[string, string, Partial<EscalationInput>, string, string]>([
    ["falters while it is being grown", "fpppfpppfppfpppfpppfpp", { item: growing }, "acting", "survivorFalters"],
    ["fails most of its requests", "ffffffffffffffffffff", { item: growing }, "held", "otherIncidentInProgress"],
  ])("is a survivor of a run that %s", (_name, looks, changes, stage, reason) => {
    const everybody = Object.fromEntries([...regions, "us-west-2"].map((vantage) => [vantage, looks]));
    const words = { [suspect]: failing(200) };
    const voices = Object.fromEntries([...regions, "us-west-2"].map((vantage) => [vantage, { words }]));

    expect(reasons(seen(voices, { ...changes, looks: everybody }))).toContainEqual([suspect, stage, reason]);
  });
});

describe("whether it is told", () => {
  const matter = { ...mattersOf(seen(regionDown(plan, suspect, 120), { item: null }))[0] } as ReturnType<
    typeof mattersOf
  >[number];
  const told: Escalation = {
    application: plan.application,
    matter: suspect,
    region: suspect,
    stage: "blind",
    reason: "leaseStoreUnreachable",
    since: ago(120),
    at: ago(60),
    from: "ap-southeast-1",
    summary: "",
    whatToDo: "",
    incident: null,
    dedupKey: "storefront/us-east-1",
    toldAt: ago(60),
    toldBy: "ap-southeast-1",
    changes: [],
  };
  const when = { self, turn: 0, forSeconds: 0, now };

  it.each<[string, Partial<Escalation> | null, Partial<typeof when>, boolean]>([
    ["where nobody has heard", null, {}, true],
    ["not before its turn", null, { turn: 1 }, false],
    ["in its turn", null, { turn: 1, forSeconds: 15 }, true],
    ["not twice", {}, {}, false],
    ["again where no bus has taken it", { toldAt: null }, {}, true],
    ["not while another vantage is telling it", { toldAt: null, at: ago(5) }, {}, false],
    [
      "where that one has tried for long, however lately it tried last",
      { toldAt: null, at: ago(5), untoldSince: ago(21) },
      {},
      true,
    ],
    ["where it has become worse", { stage: "held", reason: "paused" }, {}, true],
    [
      "not where it was so lately",
      { stage: "held", reason: "paused", changes: [{ stage: "blind", at: ago(300) }] },
      {},
      false,
    ],
    ["not where it is only different", { stage: "everything", reason: "everythingFailing" }, {}, false],
    [
      "where it is different for long",
      { stage: "everything", reason: "everythingFailing", toldAt: ago(601) },
      {},
      true,
    ],
    ["anew after it had ended", { stage: "healed", reason: "passesAgain" }, {}, true],
    ["where only a vantage that was cut off had told", { reason: "observerIsolated" }, {}, true],
    ["where a survivor that was being grown is worse off", { stage: "acting", reason: "survivorFalters" }, {}, true],
  ])("%s", (_name, before, changes, expected) => {
    expect(isToBeTold(matter, before === null ? null : { ...told, ...before }, { ...when, ...changes })).toBe(expected);
  });

  it("not where the last minutes' looks still remember how a survivor faltered that has grown since", () => {
    const settling = { ...matter, stage: "unsteady", reason: "shareFails" } as const;
    const grown = { ...told, stage: "acting", reason: "survivorFalters" } as const;

    expect(isToBeTold(settling, { ...grown, toldAt: ago(120) }, when)).toBe(false);
    expect(isToBeTold(settling, { ...grown, toldAt: ago(301) }, when)).toBe(true);
  });

  it("the Region that it is about tells it last", () => {
    const heard = [...regions, "us-west-2"];

    expect(turnOf(plan, heard, self, suspect)).toBe(0);
    expect(turnOf(plan, heard, suspect, suspect)).toBe(3);
    expect(turnOf(plan, [suspect, self, "us-west-2"], "us-west-2", suspect)).toBe(1);
  });

  it("has not ended so soon after people were told that customers may be sent to a Region out of service", () => {
    const out = { state: "evacuated", since: ago(900), incident: "storefront-us-east-1-e1" } as const;
    const input = seen({}, { item: { ...fresh, regions: { ...fresh.regions, [suspect]: out } } });
    const before = { ...told, stage: "held", reason: "outAndNotLeft" } as const;

    expect(hasEnded(input, { ...before, toldAt: ago(60) })).toBe(false);
    expect(hasEnded(input, { ...before, toldAt: ago(301) })).toBe(true);
  });

  it("has ended once everybody has seen it pass for long, and is told once more", () => {
    const calm = seen({});
    expect(hasEnded(calm, told)).toBe(true);
    expect(hasEnded(seen({}, { looks: { [self]: "fpppppp" } }), told)).toBe(false);
    const end = endOf(calm, { ...told, key: suspect });
    expect(end).toMatchObject({ stage: "healed", reason: "passesAgain" });
    expect(isToBeTold(end, told, { ...when, forSeconds: 30 })).toBe(true);
    expect(isToBeTold(end, { ...told, stage: "healed" }, { ...when, forSeconds: 30 })).toBe(false);
  });
});
