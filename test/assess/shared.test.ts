import fc from "fast-check";
import { assess, confirmedFailure } from "../../functions/assess/assessment.ts";
import { gatherEvidence, knowingStates } from "../../functions/assess/evidence.ts";
import { findSharedSince, isOverburdened, rememberShared } from "../../functions/assess/shared.ts";
import type { CoordinationItem } from "../../functions/coordination/item.ts";
import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";
import { vantagesOf } from "../../functions/shared/plan/plan.ts";
import { evidenceFrom, failing, observe, passing, regionDown, type Voice } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";
import { openItem } from "../fakes/runs.ts";
import { decided, standing } from "./situation.ts";

/** Three Regions and a witness: quorum 2, steady after 180 s. */
const plan = examplePlan("storefront");
const regions = plan.regions.map(({ name }) => name);
const now = "2026-03-14T09:05:00.000Z";
const ago = (seconds: number) => isoInstant(parseInstant(now) - seconds * 1_000);
const [home, heir, last] = ["us-east-1", "eu-west-1", "ap-southeast-1"] as const;
const witness = "us-west-2";

type Voices = Readonly<Record<string, Voice>>;

/** Every vantage says this of every Region, and whatever is said otherwise. */
function allSay(seconds: number, otherwise: Voices = {}): Record<string, Voice> {
  const words = Object.fromEntries(regions.map((name) => [name, failing(seconds)]));
  return Object.fromEntries(
    vantagesOf(plan).map((vantage) => {
      const voice = otherwise[vantage] ?? {};
      return [vantage, { ...voice, words: { ...words, ...voice.words } }];
    }),
  );
}

/** Every Region is seen to pass for so long by everybody, and these vantages remember. */
function remembering(passFor: number, sharedFor: Readonly<Record<string, number>>): Record<string, Voice> {
  const words = Object.fromEntries(regions.map((name) => [name, { ...passing(passFor), changesAgo: [passFor] }]));
  return Object.fromEntries(
    vantagesOf(plan).map((vantage): [string, Voice] => {
      const seconds = sharedFor[vantage];
      return [vantage, seconds === undefined ? { words } : { words, sharedFor: seconds }];
    }),
  );
}

const out = (name: string) => standing({ [name]: "evacuated" });

describe("whether the trouble is shared now", () => {
  const cases: readonly (readonly [string, Voices, readonly string[], boolean])[] = [
    ["FM13: all Regions fail for all", allSay(60), [], true],
    ["FM13: one of them fails alone", regionDown(plan, home), [], false],
    ["FM70: one is out of service, and the two others fail by themselves", allSay(60), [home], false],
    ["FM71: one in service alone is not everything", allSay(60), [home, heir], false],
    [
      "FM72: two Regions see each other pass, and everybody else sees all fail",
      allSay(60, { [heir]: { words: { [last]: passing(60) } }, [last]: { words: { [heir]: passing(60) } } }),
      [],
      false,
    ],
    ["FM72: one Region sees one other pass", allSay(60, { [heir]: { words: { [last]: passing(9) } } }), [], false],
    ["FM72: the witness alone sees one pass", allSay(60, { [witness]: { words: { [last]: passing(9) } } }), [], true],
    [
      "FM71: one fell silent, and the others began to fail two rounds after it",
      {
        ...allSay(60, {
          [heir]: { words: { [home]: failing(90) } },
          [last]: { words: { [home]: failing(90) } },
          [witness]: { words: { [home]: failing(90) } },
        }),
        [home]: { age: 90 },
      },
      [],
      false,
    ],
    [
      "FM70: one fell silent, one has failed by itself as long, and only the last one carries",
      {
        ...allSay(90, {
          [heir]: { words: { [last]: failing(60) } },
          [witness]: { words: { [last]: failing(60) } },
        }),
        [home]: { age: 60 },
      },
      [],
      true,
    ],
    ["FM70: one fell silent, and all began to fail at once", { ...allSay(90), [home]: { age: 60 } }, [], true],
  ];

  it.each(cases)("%s", (_name, voices, outOfService, isShared) => {
    const evidence = { ...evidenceFrom(plan, heir, now, voices), outOfService };

    expect(findSharedSince(plan, evidence) !== null).toBe(isShared);
  });
});

it("FM67: one that a person has drained weighs on nobody: the two others fail by themselves, and so do all", () => {
  const evidence = { ...evidenceFrom(plan, heir, now, allSay(60)), takenOut: [home] };

  expect(findSharedSince(plan, knowingStates(evidence, standing({})))).toBe(now);
  expect(findSharedSince(plan, knowingStates(evidence, out(home)))).toBe(null);
});

describe("whose memory of it is believed", () => {
  it.each<[string, Readonly<Record<string, number>>, string | null]>([
    ["FM70: nobody's, where nobody remembers", {}, null],
    ["FM70: not one vantage's alone", { [witness]: 600 }, null],
    ["FM70: a quorum's, since the quorum was complete", { [witness]: 600, [home]: 300 }, ago(300)],
    ["FM70: everybody's, likewise", { [witness]: 600, [home]: 300, [heir]: 200, [last]: 900 }, ago(600)],
  ])("%s", (_name, sharedFor, since) => {
    expect(findSharedSince(plan, evidenceFrom(plan, heir, now, remembering(20, sharedFor)))).toBe(since);
  });

  it("FM70: not of those who are no longer heard", () => {
    const voices = remembering(20, { [witness]: 600, [home]: 300 });

    expect(
      findSharedSince(plan, evidenceFrom(plan, heir, now, { ...voices, [home]: { age: 31, sharedFor: 300 } })),
    ).toBe(null);
  });
});

describe("when a quorum's memory is of what is past", () => {
  const minds = { [witness]: 600, [heir]: 600, [last]: 600 };
  /** The first fell silent, and the others falter under its customers. */
  it.each<[string, Record<string, Voice>, string | null]>([
    ["FM70: whoever hears that one is steady asks nobody's memory", remembering(180, minds), null],
    ["FM70: but not before it is", remembering(179, minds), ago(600)],
  ])("%s", (_name, voices, since) => {
    expect(findSharedSince(plan, evidenceFrom(plan, heir, now, voices))).toBe(since);
  });
});

describe("what a vantage remembers", () => {
  const remember = (voices: Voices, before: string | null, outOfService: readonly string[] = []) =>
    rememberShared(plan, { ...evidenceFrom(plan, heir, now, voices), outOfService }, heir, before);

  it.each<[string, Voices, string | null, string | null]>([
    ["FM70: it begins to, where all fail", allSay(10), null, now],
    ["FM70: it goes on, since when it did", allSay(10), ago(900), ago(900)],
    [
      "FM70: it goes on through a lucky pass",
      allSay(60, { [heir]: { words: { [last]: passing(9) } } }),
      ago(60),
      ago(60),
    ],
    ["FM70: it goes on while all pass, and none for long enough", remembering(179, {}), ago(300), ago(300)],
    ["FM70: it forgets when one has been steady", remembering(180, {}), ago(300), null],
    ["FM70: one is enough", allSay(900, { [last]: { words: { [home]: passing(180) } } }), ago(900), null],
    [
      "FM72: a witness's word that one is steady is not enough against two Regions'",
      allSay(900, { [witness]: { words: { [home]: passing(999) } } }),
      ago(900),
      ago(900),
    ],
    [
      "FM70: what a quorum of the others remembers it adopts",
      remembering(20, { [home]: 200, [last]: 100 }),
      null,
      ago(100),
    ],
    ["FM70: what one of many remembers it does not", remembering(20, { [home]: 200 }), null, null],
    [
      "FM70: what the only other one remembers it adopts",
      {
        ...Object.fromEntries([home, last].map((name) => [name, { age: 60 }])),
        [heir]: { words: { [home]: failing(200), [last]: failing(200) } },
        [witness]: {
          sharedFor: 200,
          words: { [heir]: failing(200), [home]: failing(200), [last]: failing(200) },
        },
      },
      null,
      ago(200),
    ],
    [
      "FM70: what they remember of before a Region was steady it does not",
      remembering(180, { [home]: 400, [last]: 400 }),
      null,
      null,
    ],
    ["FM14: isolated it learns nothing", { ...remembering(999, {}), [heir]: { hears: {} } }, ago(60), ago(60)],
    ["FM14: isolated it begins nothing", { ...allSay(60), [heir]: { hears: {} } }, null, null],
  ])("%s", (_name, voices, before, after) => {
    expect(remember(voices, before)).toBe(after);
  });

  it("FM70: a Region out of service that is steady says nothing of those in service", () => {
    expect(remember(allSay(900, { [last]: { words: { [home]: passing(999) } } }), ago(900), [home])).toBe(ago(900));
  });

  it("FM70: two Regions without a witness: the one that is left and steady is believed by itself", () => {
    const two = examplePlan("two-regions");
    const evidence = evidenceFrom(two, "us-west-2", now, {
      "us-east-1": { age: 600 },
      "us-west-2": { words: { "us-east-1": failing(600), "us-west-2": passing(180) } },
    });

    expect(rememberShared(two, evidence, "us-west-2", ago(900))).toBe(null);
  });
});

describe("what follows", () => {
  it("FM70: while it is remembered nothing is confirmed to fail, whatever passes by luck", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.constantFrom(...vantagesOf(plan)), fc.constantFrom(...regions), fc.integer({ min: 1, max: 170 })),
        ),
        fc.subarray([...vantagesOf(plan)], { minLength: plan.detection.quorum }),
        (lucky, minds) => {
          const voices = allSay(600);
          for (const [vantage, region, seconds] of lucky) {
            voices[vantage] = { ...voices[vantage], words: { ...voices[vantage]?.words, [region]: passing(seconds) } };
          }
          for (const mind of minds) voices[mind] = { ...voices[mind], sharedFor: 600 };
          const evidence = evidenceFrom(plan, heir, now, voices);
          for (const region of regions) expect(confirmedFailure(assess(plan, evidence, region))).toBe(null);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("FM70: a Region about which a person is still asked is one of those that fail, though the book has it leaving", () => {
    const of = (stage: "asking" | "underWay") =>
      openItem(plan, parseInstant(now), { stage, question: stage === "asking" ? "Evacuate us-east-1?" : null });
    const sharedUnder = (item: CoordinationItem) =>
      findSharedSince(plan, knowingStates(evidenceFrom(plan, heir, now, allSay(300)), item));

    expect(sharedUnder(of("asking"))).toBe(now);
    expect(sharedUnder(of("underWay"))).toBe(null);
  });

  it("FM70: it is said since when, and what ends it", () => {
    const decision = decided({ voices: allSay(300, { [witness]: { sharedFor: 240 }, [home]: { sharedFor: 250 } }) });

    expect(decision).toMatchObject({
      reason: "everythingFailing",
      explanation: expect.stringMatching(
        /since 2026-03-14 09:01:00 UTC, and until one Region has been steady for 3 min/,
      ),
    });
  });

  it("FM70: a Region that one observer doubts is no survivor then, but for a person, who outranks what is past", () => {
    const words = { [home]: failing(90), [last]: failing(300) };
    const voices = {
      [heir]: { words },
      [home]: { age: 60 },
      [witness]: { words: { ...words, [heir]: failing(5), [last]: passing(1) } },
      [last]: { words: { ...words, [heir]: passing(5) } },
    };
    const signal = { kind: "request", region: home, source: "ada", reason: "gone", at: null, silenced: null } as const;
    const remembered = Object.fromEntries(
      Object.entries(voices).map(([name, voice]) => [name, { ...voice, sharedFor: 99 }]),
    );

    expect(decided({ voices: remembered })).toMatchObject({ reason: "everythingFailing" });
    expect(decided({ voices: remembered, signal })).toMatchObject({
      kind: "act",
      incident: { survivors: [heir, last] },
      warnings: [expect.stringMatching(/has looked shared since .*; a person outranks it/)],
    });
  });

  it("FM13: a person who may not start it is told what stands against each other Region", () => {
    const signal = { kind: "request", region: home, source: "ada", reason: "gone", at: null, silenced: null } as const;

    expect(decided({ voices: allSay(300), signal })).toMatchObject({
      kind: "refused",
      reason: "noHealthySurvivor",
      explanation: expect.stringMatching(/eu-west-1 is everythingFailing, ap-southeast-1 is everythingFailing/),
    });
  });

  /** The first was evacuated, the heir is dark, and whoever is left falters under everybody's customers. */
  const cascade = (passedAgo: number): Record<string, Voice> => ({
    ...regionDown(plan, heir),
    [home]: { age: 900 },
    [last]: { words: { [heir]: failing(90), [last]: { ...failing(40), passedAgo: 5 } } },
    [witness]: { words: { [heir]: failing(90), [last]: { ...failing(40), passedAgo } } },
  });
  const signal = { kind: "watch", region: heir, source: "watch in ap-southeast-1" } as const;

  it("FM71: the last Region, faltering under the others' customers, takes over from one that is dark", () => {
    expect(decided({ voices: cascade(60), item: out(home), self: last, signal })).toMatchObject({
      kind: "act",
      incident: { cause: "down", survivors: [last] },
    });
  });

  it("FM20: but not where nobody else has seen it pass lately", () => {
    expect(decided({ voices: cascade(61), item: out(home), self: last, signal })).toMatchObject({
      reason: "noHealthySurvivor",
    });
  });

  it("FM71: nor is anything but what is dark given up to it", () => {
    expect(
      decided({ voices: { ...cascade(5), [heir]: { age: 5 } }, item: out(home), self: last, signal }),
    ).toMatchObject({ reason: "overloadSuspected" });
  });

  it("FM71: a whole quorum that sees it falter makes no difference", () => {
    const many = examplePlan("storefront", { detection: { witnesses: [witness, "ca-central-1"], quorum: 2 } });
    const voices = { ...cascade(5), "ca-central-1": cascade(30)[witness] as Voice };
    const evidence = knowingStates(gatherEvidence(many, last, observe(many, now, voices), now), out(home));

    expect(isOverburdened(many, evidence, last)).toBe(true);
    expect(decided({ plan: many, voices, item: out(home), self: last, signal })).toMatchObject({
      kind: "act",
      incident: { survivors: [last] },
    });
  });
});

describe("FM72: a vantage with a trouble of its own", () => {
  const votesOf = (voices: Voices, vantage: string) =>
    evidenceFrom(plan, heir, now, voices).regions.flatMap(({ votes }) =>
      votes.filter((vote) => vote.vantage === vantage).map(({ vote }) => vote),
    );
  const blind = { words: Object.fromEntries(regions.map((name) => [name, failing(300)])) };

  it.each<[string, Voices, "failing" | "unknown"]>([
    ["is not heard where Regions see each other pass", { [witness]: blind }, "unknown"],
    ["is, where no two of them do", allSay(300, { [heir]: { words: { [last]: passing(9) } } }), "failing"],
    ["is, where those two are silent", { [witness]: blind, [home]: { age: 60 }, [heir]: { age: 60 } }, "failing"],
  ])("%s", (_name, voices, vote) => {
    expect(new Set(votesOf(voices, witness))).toEqual(new Set([vote]));
  });

  it("is heard as far as it sees anybody pass", () => {
    const words = { [home]: failing(300), [heir]: failing(300), [last]: passing(300) };

    expect(votesOf({ [witness]: { words } }, witness)).toEqual(["failing", "failing", "passing"]);
  });

  it("keeps nobody from what is really dark", () => {
    expect(decided({ voices: { ...regionDown(plan, home), [witness]: blind } })).toMatchObject({
      kind: "act",
      incident: { cause: "down" },
    });
  });
});
