import fc from "fast-check";
import { type Assessment, assess } from "../../functions/assess/assessment.ts";
import { type Evidence, gatherEvidence, heartbeatFreshSeconds } from "../../functions/assess/evidence.ts";
import { isoInstant, parseInstant, secondsBetween } from "../../functions/shared/clock.ts";
import { vantagesOf } from "../../functions/shared/plan/plan.ts";
import type { Observation } from "../../functions/watch/observation.ts";
import { evidenceFrom, failing, passing, regionDown, type Voice, type Word } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";

/** Three Regions and a witness: quorum 2, confirmed after 60 s, disputed for 180 s, steady after 180 s. */
const plan = examplePlan("storefront");
const twoRegions = examplePlan("two-regions");
const now = "2026-03-14T09:05:00.000Z";
const suspect = "us-east-1";
const ago = (seconds: number) => isoInstant(parseInstant(now) - seconds * 1_000);

/** Voices that say `words` of the suspect, whose own controller was last heard `heartbeat` seconds ago. */
function saying(words: Readonly<Record<string, Word>>, heartbeat: number | null = 600): Record<string, Voice> {
  return {
    [suspect]: { age: heartbeat },
    ...Object.fromEntries(Object.entries(words).map(([vantage, word]) => [vantage, { words: { [suspect]: word } }])),
  };
}

const flapping = (forSeconds: number): Word => ({ vote: "failing", forSeconds, changesAgo: [10, 50, 100, 150] });

/** One entry for every kind of assessment there is: a new one without an example does not compile. */
const examples: Record<Assessment["kind"], readonly (readonly [string, Record<string, Voice>, object])[]> = {
  serving: [
    ["everybody sees it pass", {}, { steadiness: "steady" }],
    [
      "nobody has ever seen it fail, from the first look",
      saying({ "eu-west-1": passing(1) }),
      { steadiness: "steady" },
    ],
    [
      "it passes again, for less than the clearing window",
      saying({ "eu-west-1": { ...passing(179), changesAgo: [179] } }),
      { steadiness: "recovering" },
    ],
    [
      "it has passed again for the clearing window",
      saying({ "eu-west-1": { ...passing(180), changesAgo: [180] } }),
      { steadiness: "steady" },
    ],
    [
      "FM11: one vantage saw it fail lately, and another has only just begun to look",
      saying({ "eu-west-1": { ...passing(60), changesAgo: [60] }, "us-west-2": passing(10) }),
      { steadiness: "recovering" },
    ],
    [
      "only its own vantage can be heard, and passes",
      { "eu-west-1": { age: null }, "ap-southeast-1": { age: 99 }, "us-west-2": { age: null } },
      { steadiness: "steady" },
    ],
  ],
  unknown: [
    ["FM7: nobody can be heard", Object.fromEntries(vantagesOf(plan).map((vantage) => [vantage, { age: null }])), {}],
    [
      "only its own vantage can be heard, and fails: a Region does not vote on whether it failed",
      {
        [suspect]: { words: { [suspect]: failing(900) } },
        "eu-west-1": { age: null },
        "ap-southeast-1": { age: 99 },
        "us-west-2": { age: 99 },
      },
      {},
    ],
  ],
  unconfirmed: [
    ["one vantage is no quorum, however long", saying({ "eu-west-1": failing(3_600) }), { failingSince: ago(3_600) }],
    [
      "FM17: a blip shorter than the confirmation window",
      saying({ "eu-west-1": failing(59), "us-west-2": failing(59), "ap-southeast-1": failing(59) }),
      { failingSince: ago(59) },
    ],
    [
      "the window runs from when the quorum was complete, not from the first",
      saying({ "eu-west-1": failing(900), "us-west-2": failing(59), "ap-southeast-1": failing(30) }),
      { failingSince: ago(59) },
    ],
    [
      "FM7: two see it failing and one of them is no longer heard",
      { ...saying({ "eu-west-1": failing(900) }), "us-west-2": { age: 31, words: { [suspect]: failing(900) } } },
      { failingSince: ago(900) },
    ],
    [
      "FM16: the window ends with the last failing look; lucky passes since do not count towards it",
      saying({
        "eu-west-1": failing(80),
        "us-west-2": { ...failing(80), seenAgo: 21 },
        "ap-southeast-1": { ...failing(80), seenAgo: 21 },
      }),
      { failingSince: ago(80) },
    ],
    [
      "three changes are not yet flapping",
      saying(
        Object.fromEntries(
          ["eu-west-1", "us-west-2", "ap-southeast-1"].map((each) => [
            each,
            { ...failing(20), changesAgo: [20, 50, 90] },
          ]),
        ),
      ),
      {},
    ],
  ],
  flapping: [
    [
      "FM11: a quorum saw it change four times",
      saying({ "eu-west-1": flapping(10), "us-west-2": flapping(10), "ap-southeast-1": failing(10) }),
      { failingSince: ago(10) },
    ],
  ],
  disputed: [
    [
      "FM18: a quorum sees it failing and one vantage sees it pass",
      saying({ "eu-west-1": failing(100), "us-west-2": failing(90), "ap-southeast-1": passing(1) }),
      { failingSince: ago(90), dispute: "recent" },
    ],
    [
      "FM18: for a whole dispute window",
      saying({ "eu-west-1": failing(300), "us-west-2": failing(180), "ap-southeast-1": passing(999) }),
      { failingSince: ago(180), dispute: "lasting" },
    ],
    [
      "FM72: where one Region sees the others pass, however many see all fail, it is not everything",
      Object.fromEntries(
        vantagesOf(plan).map((vantage) => [
          vantage,
          vantage === "ap-southeast-1"
            ? {}
            : { words: Object.fromEntries(plan.regions.map(({ name }) => [name, failing(600)])) },
        ]),
      ),
      { failingSince: ago(600), dispute: "lasting" },
    ],
  ],
  down: [
    [
      "everybody else sees it failing for the confirmation window",
      saying({ "eu-west-1": failing(60), "us-west-2": failing(60), "ap-southeast-1": failing(60) }),
      { failingSince: ago(60) },
    ],
    [
      "a quorum does and the third cannot be heard",
      { ...saying({ "eu-west-1": failing(70), "us-west-2": failing(60) }), "ap-southeast-1": { age: 99 } },
      { failingSince: ago(60) },
    ],
    [
      "FM15: it has failed since a quorum saw it, not since one vantage alone did, hours before",
      saying({ "eu-west-1": failing(120), "us-west-2": failing(10_800), "ap-southeast-1": failing(110) }),
      { failingSince: ago(120) },
    ],
    [
      "it never gave a sign of life",
      { ...regionDown(plan, suspect), [suspect]: { age: null } },
      { failingSince: ago(120) },
    ],
    [
      "its last sign of life is too old",
      { ...regionDown(plan, suspect), [suspect]: { age: heartbeatFreshSeconds + 1 } },
      {},
    ],
    [
      "FM11: changes do not matter once it has failed for the whole window",
      saying({ "eu-west-1": flapping(60), "us-west-2": flapping(60), "ap-southeast-1": flapping(60) }),
      {},
    ],
  ],
  gray: [
    [
      "FM16: customers fail and its own controller lives",
      { ...regionDown(plan, suspect), [suspect]: { age: heartbeatFreshSeconds } },
      { failingSince: ago(120) },
    ],
    [
      "FM73: nothing of it gets here, and another vantage has heard it",
      { ...regionDown(plan, suspect), "us-west-2": { words: { [suspect]: failing(120) }, hears: { [suspect]: 9 } } },
      { failingSince: ago(120) },
    ],
    [
      "FM73: nobody hears it, and a look passed by luck",
      { ...regionDown(plan, suspect), "us-west-2": { words: { [suspect]: { ...failing(120), passedAgo: 9 } } } },
      { failingSince: ago(120) },
    ],
    [
      "FM16: even if its own vantage sees it pass",
      { ...regionDown(plan, suspect), [suspect]: { age: 5, words: { [suspect]: passing(900) } } },
      {},
    ],
  ],
  everythingFailing: [
    [
      "FM13: every vantage sees every other Region failing",
      Object.fromEntries(
        vantagesOf(plan).map((vantage) => [
          vantage,
          { words: Object.fromEntries(plan.regions.map(({ name }) => [name, failing(600)])) },
        ]),
      ),
      { failingSince: ago(600) },
    ],
    [
      "FM13: already before it is confirmed",
      Object.fromEntries(
        vantagesOf(plan).map((vantage) => [
          vantage,
          { words: Object.fromEntries(plan.regions.map(({ name }) => [name, failing(20)])) },
        ]),
      ),
      {},
    ],
  ],
  observerIsolated: [
    ["FM14: the observer hears nobody", { ...regionDown(plan, suspect), "eu-west-1": { hears: {} } }, {}],
  ],
};

describe.each(Object.entries(examples))("%s", (kind, cases) => {
  it.each(cases)("%s", (_name, voices, rest) => {
    expect(assess(plan, evidenceFrom(plan, "eu-west-1", now, voices), suspect)).toMatchObject({ kind, ...rest });
  });
});

it("knows nothing of a Region outside the plan", () => {
  expect(assess(plan, evidenceFrom(plan, "eu-west-1", now), "sa-east-1")).toEqual({ kind: "unknown" });
});

describe("two Regions without a witness", () => {
  it("the other one's word is the quorum, and silence confirms it", () => {
    const evidence = evidenceFrom(twoRegions, "us-west-2", now, regionDown(twoRegions, suspect));

    expect(assess(twoRegions, evidence, suspect).kind).toBe("down");
    expect(assess(twoRegions, evidence, "us-west-2")).toEqual({ kind: "serving", steadiness: "steady" });
  });

  it("FM13: each seeing the other fail is everything failing, not two losses", () => {
    const voices = {
      "us-east-1": { words: { "us-west-2": failing(120) } },
      "us-west-2": { words: { "us-east-1": failing(120) } },
    };
    const evidence = evidenceFrom(twoRegions, "us-west-2", now, voices);

    expect(twoRegions.regions.map(({ name }) => assess(twoRegions, evidence, name).kind)).toEqual([
      "everythingFailing",
      "everythingFailing",
    ]);
  });
});

/** Any observations that vantages of the plan could have left, fresh, old or missing. */
const observations: fc.Arbitrary<Observation[]> = fc
  .tuple(
    ...vantagesOf(plan).map((vantage) =>
      fc.option(
        fc.record({
          vantage: fc.constant(vantage),
          at: fc.integer({ min: -5, max: 60 }).map(ago),
          votes: fc.tuple(
            ...plan.regions.map(({ name }) =>
              fc.record({
                region: fc.constant(name),
                vote: fc.constantFrom("passing" as const, "failing" as const, "failing" as const, "unknown" as const),
                since: fc.integer({ min: 60, max: 400 }).map(ago),
                until: fc.integer({ min: 0, max: 60 }).map(ago),
                changes: fc.array(fc.integer({ min: 0, max: 900 }).map(ago), { maxLength: 8 }),
                passesInARow: fc.constant(0),
                reason: fc.constant("a probe"),
              }),
            ),
          ),
          customers: fc.constant({ vote: "passing" as const, since: now, servedBy: null }),
          heartbeatAgeSeconds: fc.constant({ "us-west-2": 1, "eu-west-1": 1 }),
          capacity: fc.constant(null),
          lag: fc.constant(null),
        }),
        { freq: 6 },
      ),
    ),
  )
  .map((found) => found.filter((each) => each !== null));

function check(property: (evidence: Evidence, seen: readonly Observation[]) => void) {
  fc.assert(
    fc.property(observations, (seen) => property(gatherEvidence(plan, "eu-west-1", seen, now), seen)),
    { numRuns: 2_000 },
  );
}

describe("whatever was observed", () => {
  it("FM15: a Region is down or gray only by a fresh quorum of others, unbroken for the window, and nobody dissenting", () => {
    const { quorum, confirmForSeconds, probeEverySeconds } = plan.detection;
    let confirmed = 0;
    check((evidence, seen) => {
      for (const { name } of plan.regions) {
        const { kind } = assess(plan, evidence, name);
        if (kind !== "down" && kind !== "gray") continue;
        confirmed++;
        // Counted from the observations themselves, not from what the evidence made of them.
        const fresh = seen
          .filter(({ vantage, at }) => vantage !== name && secondsBetween(at, now) <= 3 * probeEverySeconds)
          .flatMap(({ votes }) => votes.filter(({ region }) => region === name));
        const held = fresh.filter(
          ({ vote, since, until }) => vote === "failing" && secondsBetween(since, until) >= confirmForSeconds,
        );

        expect(held.length).toBeGreaterThanOrEqual(quorum);
        expect(fresh.filter(({ vote }) => vote === "passing")).toEqual([]);
      }
    });
    expect(confirmed).toBeGreaterThan(100);
  });

  it("FM7: unknown votes change nothing, for either side", () => {
    check((evidence) => {
      const without: Evidence = {
        ...evidence,
        regions: evidence.regions.map((each) => ({
          ...each,
          votes: each.votes.filter(({ vote }) => vote !== "unknown"),
        })),
      };
      for (const { name } of plan.regions) {
        expect(assess(plan, without, name)).toEqual(assess(plan, evidence, name));
      }
    });
  });

  it("FM13: where no Region is seen to pass and all are seen to fail, nothing is down", () => {
    check((evidence) => {
      // Whoever fell silent first may have left its customers to the others (FM71).
      if (evidence.regions.some(({ region }) => !evidence.heard.includes(region))) return;
      const allFail = evidence.regions.every(
        ({ votes }) => votes.some(({ vote }) => vote === "failing") && votes.every(({ vote }) => vote !== "passing"),
      );
      if (!allFail) return;
      for (const { name } of plan.regions) {
        expect(["down", "gray", "disputed"]).not.toContain(assess(plan, evidence, name).kind);
      }
    });
  });

  it("FM14: an isolated observer says so of every Region and nothing else", () => {
    check((evidence) => {
      for (const { name } of plan.regions) {
        expect(assess(plan, { ...evidence, observer: "isolated" }, name)).toEqual({ kind: "observerIsolated" });
      }
    });
  });

  it("FM3: the order in which votes are read does not matter", () => {
    check((evidence) => {
      const turned: Evidence = {
        ...evidence,
        regions: evidence.regions.map((each) => ({ ...each, votes: each.votes.toReversed() })).toReversed(),
      };
      for (const { name } of plan.regions) {
        expect(assess(plan, turned, name)).toEqual(assess(plan, evidence, name));
      }
    });
  });
});

describe("a confirmation window shorter than a heartbeat counts (FM75)", () => {
  const hasty = { ...plan, detection: { ...plan.detection, probeEverySeconds: 5, confirmForSeconds: 15 } };
  const assessed = (heartbeatAge: number) =>
    assess(
      hasty,
      evidenceFrom(hasty, "eu-west-1", now, { ...regionDown(hasty, suspect, 16), [suspect]: { age: heartbeatAge } }),
      suspect,
    );

  it.each([
    [20, "down"],
    [16, "down"],
    [12, "down"],
    [10, "gray"],
    [2, "gray"],
  ])("with a heartbeat of %i s ago and a failure of 16 s ago the Region is %s", (heartbeatAge, expected) => {
    expect(assessed(heartbeatAge).kind).toBe(expected);
  });
});
