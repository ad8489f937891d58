import type { Signal } from "../../functions/assess/signal.ts";
import { maximumTakeovers } from "../../functions/coordination/rules.ts";
import { vantagesOf } from "../../functions/shared/plan/plan.ts";
import { failing, passing, regionDown, type Voice } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";
import { incidentOf, openItem } from "../fakes/runs.ts";
import {
  ago,
  alarm,
  completed,
  decided,
  fresh,
  now,
  observing,
  paused,
  plan,
  request,
  self,
  suspect,
  takenOverOften,
  takeoverOf,
} from "./situation.ts";

describe("FM18: a question about a dispute that is settled meanwhile", () => {
  const asking = (changes = {}) =>
    openItem(plan, now, { stage: "asking", cause: "requested", question: "Evacuate us-east-1?", ...changes });
  const soon = "ap-southeast-1";

  it("is not waited for once every vantage has seen it fail for the confirmation window", () => {
    expect(decided({ item: asking() })).toMatchObject({
      kind: "takeOver",
      grounds: { kind: "disputeSettled", cause: "down" },
      authority: "automation",
      question: null,
    });
  });

  it.each<[string, Partial<Parameters<typeof decided>[0]>]>([
    ["somebody still sees it pass", { voices: { ...regionDown(plan, suspect), [soon]: {} } }],
    [
      "the last one has only just lost sight of it",
      { voices: { ...regionDown(plan, suspect), [soon]: { words: { [suspect]: failing(20) } } } },
    ],
    ["the plan asks in any case", { plan: examplePlan("storefront", { automation: { traffic: "approve" } }) }],
    ["the question is about something else", { item: asking({ cause: "down" }) }],
    ["it has been answered", { item: asking({ stage: "underWay", question: null }) }],
    ["a person started it", { item: asking({ authority: "person" }) }],
  ])("is waited for where %s", (_name, changes) => {
    expect(decided({ item: asking(), ...changes })).toMatchObject({ kind: "stoodDown", reason: "incidentInProgress" });
  });

  it("FM12: declined or unanswered, it holds back nothing that is beyond dispute", () => {
    const record = { ...incidentOf(plan, { cause: "requested", stage: "asking" }), id: "storefront-us-east-1-e1" };
    const unanswered = { ...fresh, completed: [completed({ outcome: "stoodDown", record })] };
    const disputed = {
      "eu-west-1": { words: { [suspect]: failing(900) } },
      "us-west-2": { words: { [suspect]: failing(900) } },
    };

    expect(decided({ item: unanswered }).kind).toBe("act");
    expect(decided({ item: unanswered, voices: disputed })).toMatchObject({ reason: "cooldown" });
  });

  it("FM12: runs that changed nothing count towards no daily limit", () => {
    const long = (outcome: "stoodDown" | "recovered") => ({
      ...fresh,
      completed: Array.from({ length: plan.detection.maximumRunsPerDay }, () =>
        completed({ outcome, endedAt: ago(7_200) }),
      ),
    });

    expect(decided({ item: long("stoodDown") }).kind).toBe("act");
    expect(decided({ item: long("recovered") })).toMatchObject({ reason: "dailyLimit" });
  });
});

describe("FM27: a person who asks about another Region", () => {
  const other = { ...request, region: "ap-southeast-1" } as const;

  it("resumes nothing that automation has left to people", () => {
    expect(decided({ item: takenOverOften(), signal: other })).toMatchObject({ reason: "takeoversExhausted" });
    expect(decided({ item: { ...openItem(plan, now - 600_000), pause: paused.pause }, signal: other })).toMatchObject({
      reason: "paused",
    });
  });

  it("takes over as automation would, which asks where the Region serves again", () => {
    expect(decided({ item: openItem(plan, now - 600_000), signal: other, voices: {} })).toMatchObject({
      kind: "takeOver",
      authority: "automation",
      question: expect.stringMatching(/serve again/),
    });
  });
});

describe("FM23: taking over", () => {
  const item = openItem(plan, now - 60_000);

  it.each([
    ["the lease has just expired", item, "takeOver"],
    ["a second is left", openItem(plan, now - 59_000), "stoodDown"],
  ])("%s", (_name, held, kind) => {
    expect(decided({ item: held, self: "ap-southeast-1", signal: takeoverOf(held) }).kind).toBe(kind);
  });

  it("FM27: what automation has given up on, a person's start still takes over", () => {
    expect(decided({ item: takenOverOften(), signal: request })).toMatchObject({
      kind: "takeOver",
      authority: "person",
      question: null,
    });
  });

  it.each([0, 1, maximumTakeovers - 1])("automation takes over after %i times", (takeovers) => {
    expect(decided({ item: openItem(plan, now - 600_000, { takeovers }) })).toMatchObject({
      kind: "takeOver",
      authority: "automation",
    });
  });

  describe("when the failed Region serves again", () => {
    const sentThere: Record<string, Voice> = { "us-west-2": { servedBy: suspect } };
    const movedAway: Record<string, Voice> = { [suspect]: { servedBy: "eu-west-1" } };

    it.each<[string, Record<string, Voice>]>([
      ["customers are still sent there", sentThere],
      ["nobody knows where its customers are sent", {}],
      ["some of them are still sent there", { ...movedAway, ...sentThere }],
      ["its own vantage said long ago that they are moved", { [suspect]: { servedBy: "eu-west-1", age: 40 } }],
      ["its customers fail elsewhere", { [suspect]: { servedBy: "eu-west-1", customers: "failing" } }],
      ["one vantage has just seen it fail", { "eu-west-1": { words: { [suspect]: failing(0) } } }],
      [
        "it fails and passes by turns",
        {
          "eu-west-1": { words: { [suspect]: { ...passing(60), changesAgo: [60, 120, 180, 240] } } },
        },
      ],
      [
        "a quorum sees it fail and somebody sees it pass",
        {
          "eu-west-1": { words: { [suspect]: failing(900) } },
          "ap-southeast-1": { words: { [suspect]: failing(900) } },
        },
      ],
    ])("asks first, where %s", (_name, voices) => {
      expect(decided({ item, voices })).toMatchObject({
        kind: "takeOver",
        question: expect.stringMatching(/us-east-1 is seen to serve again.*\?$/),
      });
    });

    it.each<[string, Record<string, Voice>]>([
      ["its customers have been moved", movedAway],
      [
        "it is still down",
        { ...regionDown(plan, suspect), "us-west-2": { words: { [suspect]: failing(120) }, servedBy: suspect } },
      ],
      [
        "nobody that can be heard sees it pass",
        Object.fromEntries(
          vantagesOf(plan).map((name) => [name, name === self ? { words: { [suspect]: failing(20) } } : { age: 60 }]),
        ),
      ],
      [
        "only itself sees it pass",
        Object.fromEntries(
          vantagesOf(plan).map((name) => [name, name === suspect ? {} : { words: { [suspect]: failing(20) } }]),
        ),
      ],
    ])("goes on without asking where %s", (_name, voices) => {
      expect(decided({ item, voices })).toMatchObject({ kind: "takeOver", question: null });
    });

    it("goes on, paused or observing, with what a person started", () => {
      const persons = openItem(plan, now - 60_000, { authority: "person" });

      expect(decided({ plan: observing, item: { ...persons, pause: paused.pause } }).kind).toBe("takeOver");
    });

    it("goes on without asking with what a person started, whatever the evidence", () => {
      const persons = openItem(plan, now - 60_000, { authority: "person" });

      expect(decided({ item: persons, voices: sentThere })).toMatchObject({ kind: "takeOver", question: null });
    });

    it("a person who starts it by hand is not asked", () => {
      expect(decided({ item, voices: sentThere, signal: request })).toMatchObject({ kind: "takeOver", question: null });
    });
  });

  it("any signal finds an orphaned run, also one about another Region", () => {
    const signal: Signal = { ...alarm, region: "eu-west-1" };

    expect(decided({ item, self: "ap-southeast-1", signal })).toMatchObject({
      kind: "takeOver",
      incident: "storefront-us-east-1-e1",
      grounds: { kind: "leaseExpired" },
    });
  });

  it("FM22: a living lease does not protect a holder whose Region is down", () => {
    const held = openItem(plan, now);

    expect(
      decided({
        item: held,
        self: "ap-southeast-1",
        voices: regionDown(plan, "eu-west-1"),
        signal: takeoverOf(held),
      }),
    ).toMatchObject({ kind: "takeOver", grounds: { kind: "holderDown" } });
  });

  it("FM22: nor one that has fallen silent while every Region looks bad", () => {
    const held = openItem(plan, now);
    const bad = Object.fromEntries(plan.regions.map(({ name }) => [name, failing(120)]));
    const voices = {
      "us-east-1": { age: 300 },
      "eu-west-1": { age: 120 },
      "ap-southeast-1": { words: bad },
      "us-west-2": { words: bad },
    };

    expect(decided({ item: held, self: "ap-southeast-1", voices, signal: takeoverOf(held) })).toMatchObject({
      kind: "takeOver",
      grounds: { kind: "holderDown" },
    });
  });
  it("FM22: goes on with the survivors of now: the holder's Region may have died since", () => {
    const held = openItem(plan, now);
    const voices = regionDown(plan, "eu-west-1");

    expect(decided({ item: held, self: "ap-southeast-1", voices, signal: takeoverOf(held) })).toMatchObject({
      survivors: ["ap-southeast-1"],
    });
  });

  it("FM22: where nobody is fit, with those of the incident: an evacuation under way must go on", () => {
    const voices = Object.fromEntries(vantagesOf(plan).map((vantage) => [vantage, { age: null }]));

    expect(decided({ item, self: "ap-southeast-1", voices, signal: takeoverOf(item) })).toMatchObject({
      kind: "takeOver",
      survivors: ["eu-west-1", "ap-southeast-1"],
    });
  });

  it("FM15: a holder in a gray Region is not gone", () => {
    const held = openItem(plan, now);
    const voices = { ...regionDown(plan, "eu-west-1"), "eu-west-1": { age: 5 } };

    expect(decided({ item: held, self: "ap-southeast-1", voices, signal: takeoverOf(held) }).kind).toBe("stoodDown");
  });
});
