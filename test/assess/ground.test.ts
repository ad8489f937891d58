import {
  askOfServing,
  type GroundInput,
  judgeSilence,
  openQuestionOf,
  whyGroundIsGone,
  whyPrimaryIsBack,
} from "../../functions/assess/ground.ts";
import type { Incident } from "../../functions/coordination/item.ts";
import { maximumTakeovers } from "../../functions/coordination/rules.ts";
import { vantagesOf } from "../../functions/shared/plan/plan.ts";
import { evidenceFrom, failing, passing, regionDown, type Voice } from "../fakes/observations.ts";
import { openItem } from "../fakes/runs.ts";
import {
  ago,
  completed,
  decided,
  everythingFails,
  fresh,
  instant,
  now,
  observing,
  othersFail,
  paused,
  plan,
  request,
  self,
  suspect,
} from "./situation.ts";

const { clearForSeconds } = plan.detection;
const question = "us-east-1 is down. Evacuate it to eu-west-1?";
const asking = (changes: Partial<Incident> = {}) => openItem(plan, now, { stage: "asking", question, ...changes });

/** Everybody sees the suspect pass again, for so long. */
const back = (seconds: number): Record<string, Voice> =>
  Object.fromEntries(vantagesOf(plan).map((vantage) => [vantage, { words: { [suspect]: passing(seconds) } }]));

function inputOf(voices: Record<string, Voice>, changes: Partial<GroundInput> = {}): GroundInput {
  return { plan, evidence: evidenceFrom(plan, self, instant, voices), item: asking(), now, ...changes };
}

function silence(voices: Record<string, Voice>, incident: Partial<Incident> = {}, changes: Partial<GroundInput> = {}) {
  const item = changes.item ?? asking(incident);
  return judgeSilence(inputOf(voices, { ...changes, item }), item.incident as Incident);
}

describe("FM68: silence, where the plan takes it for a yes", () => {
  const down = regionDown(plan, suspect);

  it("says yes to what automation would begin by itself, with the survivors of now", () => {
    expect(silence(down)).toEqual({ kind: "yes", survivors: ["eu-west-1", "ap-southeast-1"] });

    const alsoDown = Object.fromEntries(
      vantagesOf(plan).map((vantage) => [
        vantage,
        [suspect, "eu-west-1"].includes(vantage)
          ? { age: 300 }
          : { words: { [suspect]: failing(300), "eu-west-1": failing(300) } },
      ]),
    );
    expect(judgeSilence(inputOf(alsoDown), asking().incident as Incident)).toEqual({
      kind: "yes",
      survivors: ["ap-southeast-1"],
    });
  });

  it.each<[string, ReturnType<typeof silence>, RegExp]>([
    ["the Region serves again", silence(back(900)), /us-east-1 serves/],
    ["it has only just begun to", silence(back(10)), /us-east-1 serves/],
    ["it has come back and fails anew", silence(regionDown(plan, suspect, 10)), /not yet by enough vantages/],
    [
      "somebody sees it pass",
      silence({ ...regionDown(plan, suspect, 900), "ap-southeast-1": {} }),
      /disputed.*silence does not settle/,
    ],
    ["everything fails", silence(everythingFails), /Every Region looks bad|no other Region is seen to serve/],
    ["nobody can be heard", silence(Object.fromEntries(vantagesOf(plan).map((name) => [name, { age: null }]))), /./],
    ["there is nowhere to go", silence({ ...down, ...othersFail }), /no other Region|serves/],
    ["a person has paused automation", silence(down, {}, { item: { ...asking(), pause: paused.pause } }), /paused/],
    ["the plan only observes by now", silence(down, {}, { plan: observing }), /only observes/],
    [
      "it lives and carries another's customers",
      silence(
        { ...down, [suspect]: {} },
        {},
        {
          item: {
            ...asking(),
            regions: { ...fresh.regions, "eu-west-1": { state: "evacuated", since: ago(900), incident: null } },
          },
        },
      ),
      /overloaded/,
    ],
    [
      "it is the last one in service",
      silence(
        down,
        {},
        {
          item: {
            ...asking(),
            regions: Object.fromEntries(
              Object.entries(fresh.regions).map(([name, entry]) => [
                name,
                name === suspect ? entry : { ...entry, state: "evacuated" as const },
              ]),
            ),
          },
        },
      ),
      /last Region in service/,
    ],
  ])("says no where %s", (_name, means, because) => {
    expect(means).toMatchObject({ kind: "no", because: expect.stringMatching(because) });
  });

  it("never answers a question that says that the Region serves, whoever started the run and whatever is seen now", () => {
    const asks = { about: "serving", since: ago(900) } as const;

    expect(silence(down, { asks })).toMatchObject({ kind: "no", because: expect.stringMatching(/silence never/) });
    expect(silence(down, { asks, authority: "person" }).kind).toBe("no");
  });

  it("needs no evidence but a person's word for what a person started", () => {
    expect(silence(back(900), { authority: "person" }).kind).toBe("yes");
  });
});

describe("FM69: a question whose ground is gone", () => {
  const gone = back(clearForSeconds + 1);
  const withdrawal = { kind: "takeOver", grounds: { kind: "groundGone" }, authority: "automation", question: null };

  it("is taken over to be closed, from a holder that lives and one that does not, paused or observing", () => {
    expect(decided({ item: asking(), voices: gone })).toMatchObject(withdrawal);
    expect(decided({ item: openItem(plan, now - 600_000, { stage: "asking", question }), voices: gone })).toMatchObject(
      withdrawal,
    );
    expect(decided({ item: { ...asking(), pause: paused.pause }, voices: gone, plan: observing })).toMatchObject(
      withdrawal,
    );
    expect(
      decided({ item: asking({ cause: "requested", asks: { about: "dispute", since: ago(600) } }), voices: gone }),
    ).toMatchObject(withdrawal);
  });

  it.each<[string, Parameters<typeof decided>[0]]>([
    ["it has passed for less than clearFor", { item: asking(), voices: back(clearForSeconds - 1) }],
    ["one still sees it fail", { item: asking(), voices: { ...gone, [self]: { words: { [suspect]: failing(900) } } } }],
    [
      "one has only just seen it pass",
      { item: asking(), voices: { ...gone, [self]: { words: { [suspect]: passing(9) } } } },
    ],
    [
      "only itself can be heard",
      {
        item: asking(),
        voices: Object.fromEntries(vantagesOf(plan).map((name) => [name, name === suspect ? {} : { age: 60 }])),
      },
    ],
    ["a person started the run", { item: asking({ authority: "person" }), voices: gone }],
    ["a person starts it now", { item: asking(), voices: gone, signal: request }],
    ["it has been answered", { item: asking({ stage: "underWay", question: null }), voices: gone }],
    [
      "it says itself that the Region serves, and has not been open for as long",
      {
        item: asking({ stage: "underWay", asks: { about: "serving", since: ago(clearForSeconds - 1) } }),
        voices: gone,
      },
    ],
  ])("stays open where %s", (_name, changes) => {
    expect(decided(changes)).toMatchObject({ kind: "stoodDown", reason: "incidentInProgress" });
  });

  it("closes as well where it said itself that the Region serves, once people have had as long to say otherwise", () => {
    const asks = { about: "serving", since: ago(clearForSeconds) } as const;

    expect(decided({ item: asking({ stage: "underWay", asks }), voices: gone })).toMatchObject(withdrawal);
  });

  it("is left to people where takeovers have not helped", () => {
    expect(decided({ item: asking({ takeovers: maximumTakeovers }), voices: gone })).toMatchObject({
      reason: "takeoversExhausted",
    });
  });

  it("holds back no failure that comes later, unlike a person's no", () => {
    const record = { ...(asking().incident as Incident), withdrawn: "it served" };
    const ended = (changes: Partial<Incident>) => ({
      ...fresh,
      completed: [completed({ outcome: "stoodDown", record: { ...record, ...changes } })],
    });

    expect(decided({ item: ended({}) }).kind).toBe("act");
    expect(decided({ item: ended({ withdrawn: undefined }) })).toMatchObject({ reason: "cooldown" });
  });

  it("was one about a failure where nobody noted what it was about", () => {
    const { asks: _asks, ...earlier } = asking().incident as Incident;

    expect(openQuestionOf(earlier)).toEqual({ about: "failure", since: earlier.openedAt });
    expect(openQuestionOf({ ...earlier, question: null })).toBeNull();
    expect(whyGroundIsGone(inputOf(gone), earlier)).toMatch(/have seen us-east-1 serve since/);
  });
});

describe("FM57: a question of which no version noted what it asks", () => {
  it("is read by its words: one that says that the Region serves is never answered by silence", () => {
    const text =
      "The run for us-east-1 lost its holder, and us-east-1 is seen to serve again. Evacuate it all the same?";
    const earlier = asking({ question: text });

    expect(askOfServing(suspect)).toBe(text);
    expect(openQuestionOf(earlier.incident as Incident)).toMatchObject({ about: "serving" });
    expect(silence(regionDown(plan, suspect), {}, { item: earlier })).toMatchObject({
      kind: "no",
      because: expect.stringMatching(/silence never/),
    });
  });
});

describe("FM69: a primary that a person is asked to give up", () => {
  const moved = { ...back(clearForSeconds + 1), [suspect]: { servedBy: "eu-west-1" } };
  const waiting = (changes: Partial<Incident> = {}) => openItem(plan, now, { promotionAskedAt: ago(600), ...changes });

  it("is asked itself once its Region serves steadily and is heard", () => {
    expect(decided({ item: waiting(), voices: moved })).toMatchObject({
      kind: "takeOver",
      grounds: { kind: "primaryBack" },
      question: null,
    });
  });

  it.each<[string, Partial<Incident>, Record<string, Voice>]>([
    ["nobody is asked", { promotionAskedAt: undefined }, moved],
    ["a person started the run", { authority: "person" }, moved],
    ["its Region is not heard", {}, { ...moved, [suspect]: { age: 60 } }],
    ["its Region has served for less than clearFor", {}, back(clearForSeconds - 1)],
    ["its Region is down", {}, regionDown(plan, suspect, 600)],
  ])("is not, where %s", (_name, incident, voices) => {
    expect(whyPrimaryIsBack(inputOf(voices), waiting(incident).incident as Incident)).toBeNull();
  });

  it("is not, while a pause or the plan holds automation back", () => {
    const held = { item: { ...waiting(), pause: paused.pause }, voices: moved };

    expect(decided(held)).toMatchObject({ kind: "stoodDown", reason: "incidentInProgress" });
    expect(decided({ item: waiting(), voices: moved, plan: observing })).toMatchObject({
      reason: "incidentInProgress",
    });
  });
});
