import fc from "fast-check";
import {
  type Portion,
  redistribute,
  type SizingInput,
  type SurvivorCapacity,
  sizeSurvivors,
} from "../../functions/capacity/sizing.ts";
import type { CapacitySample } from "../../functions/watch/observation.ts";

const regions = [
  { name: "us-east-1", demandShare: 0.5 },
  { name: "eu-west-1", demandShare: 0.3 },
  { name: "ap-southeast-1", demandShare: 0.2 },
];

const sample = (desired: number, at = "2026-03-01T11:59:26Z"): CapacitySample => ({
  at,
  inService: desired,
  desired,
  minimum: 1,
  maximum: 100,
});

const group = (region: string, desired: number, size: Partial<{ minimum: number; maximum: number }> = {}) =>
  ({
    kind: "group",
    region,
    size: { minimum: 2, maximum: 100, inService: desired, desired, ...size },
    before: desired,
  }) satisfies SurvivorCapacity;

const input: SizingInput = {
  regions,
  samples: { "us-east-1": sample(10) },
  failedRegion: "us-east-1",
  survivors: [group("eu-west-1", 6), group("ap-southeast-1", 4)],
  headroom: 0,
  failingSince: "2026-03-01T12:00:00Z",
  at: "2026-03-01T12:01:30Z",
  maximumSampleAgeSeconds: 300,
  raiseMaximum: "allowed",
};

const targets = (given: SizingInput) => sizeSurvivors(given).survivors.map(({ target }) => target);
const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

describe("sizeSurvivors", () => {
  it("divides the demand of all Regions among the survivors by their shares", () => {
    const sizing = sizeSurvivors(input);

    expect(sizing.totalDemand).toBe(20);
    expect(sizing.survivors).toEqual([
      { region: "eu-west-1", carries: 12, target: 12, shortfall: 0 },
      { region: "ap-southeast-1", carries: 8, target: 8, shortfall: 0 },
    ]);
  });

  it.each([
    { headroom: 0.1, expected: [14, 9] },
    { headroom: 0.5, expected: [18, 12] },
    { headroom: 0.25, expected: [15, 10] },
    { headroom: Number.NaN, expected: [12, 8] },
    { headroom: -1, expected: [12, 8] },
  ])("adds a headroom of $headroom and rounds up", ({ headroom, expected }) => {
    expect(targets({ ...input, headroom })).toEqual(expected);
  });

  it.each([
    { case: "taken just before", taken: sample(10, "2026-03-01T11:59:26Z"), units: 10, source: "sampled 34 s earlier" },
    {
      case: "at the edge of its age",
      taken: sample(8, "2026-03-01T11:55:00Z"),
      units: 8,
      source: "sampled 300 s earlier",
    },
    {
      case: "too old",
      taken: sample(8, "2026-03-01T11:54:59Z"),
      units: 10,
      source: "estimated from demand shares: its sample of 2026-03-01 11:54:59 UTC is not from just before the failure",
    },
    {
      case: "taken after the failure began",
      taken: sample(2, "2026-03-01T12:00:10Z"),
      units: 10,
      source: "estimated from demand shares: its sample of 2026-03-01 12:00:10 UTC is not from just before the failure",
    },
    { case: "missing", taken: null, units: 10, source: "estimated from demand shares: no sample" },
    {
      case: "of nothing running",
      taken: sample(0),
      units: 10,
      source: "estimated from demand shares: its sample shows nothing running",
    },
    {
      case: "of NaN",
      taken: sample(Number.NaN),
      units: 10,
      source: "estimated from demand shares: its sample shows nothing running",
    },
    {
      case: "without an instant",
      taken: sample(3, "yesterday"),
      units: 10,
      source: "estimated from demand shares: its sample of yesterday is not from just before the failure",
    },
  ])("knows the failed Region's demand from a sample that is $case (FM49)", ({ taken, units, source }) => {
    const sizing = sizeSurvivors({ ...input, samples: { "us-east-1": taken } });

    expect(sizing.demand.at(-1)).toEqual({ region: "us-east-1", units, source });
  });

  it("leaves a Region that was evacuated before out: its customers are in the others already", () => {
    const sizing = sizeSurvivors({ ...input, survivors: [group("eu-west-1", 6)] });

    expect(sizing.totalDemand).toBe(16);
    expect(sizing.survivors.map(({ target }) => target)).toEqual([16]);
  });

  it("changes nothing when nothing is known of any demand (FM50)", () => {
    const survivors = [group("eu-west-1", 0, { minimum: 0 }), group("ap-southeast-1", 0, { minimum: 0 })];

    expect(targets({ ...input, samples: {}, survivors })).toEqual([0, 0]);
    expect(sizeSurvivors({ ...input, survivors: [], samples: {} }).survivors).toEqual([]);
  });

  it("moves what MaxSize forbids to a survivor with room", () => {
    const survivors = [group("eu-west-1", 6, { maximum: 9 }), group("ap-southeast-1", 4)];
    const sizing = sizeSurvivors({ ...input, survivors, raiseMaximum: "forbidden" });

    expect(sizing.survivors).toEqual([
      { region: "eu-west-1", carries: 9, target: 9, shortfall: 0 },
      { region: "ap-southeast-1", carries: 11, target: 11, shortfall: 0 },
    ]);
  });

  it("names the shortfall when no survivor has room", () => {
    const survivors = [group("eu-west-1", 6, { maximum: 9 }), group("ap-southeast-1", 4, { maximum: 10 })];
    const sizing = sizeSurvivors({ ...input, survivors, raiseMaximum: "forbidden" });

    expect(sizing.survivors).toEqual([
      { region: "eu-west-1", carries: 9, target: 9, shortfall: 1 },
      { region: "ap-southeast-1", carries: 10, target: 10, shortfall: 0 },
    ]);
  });

  it("raises beyond MaxSize where that is allowed", () => {
    const survivors = [group("eu-west-1", 6, { maximum: 9 }), group("ap-southeast-1", 4, { maximum: 5 })];

    expect(targets({ ...input, survivors })).toEqual([12, 8]);
  });

  it("lets a survivor without a group take its part by means of its own", () => {
    const survivors: SurvivorCapacity[] = [group("eu-west-1", 6), { kind: "unmanaged", region: "ap-southeast-1" }];
    const sizing = sizeSurvivors({ ...input, survivors });

    expect(sizing.totalDemand).toBe(20);
    expect(sizing.survivors.map(({ carries }) => carries)).toEqual([12, 8]);
  });

  it.each([
    { case: "with a fresh sample it keeps what it runs", samples: { "ap-southeast-1": sample(4) }, expected: [16, 4] },
    { case: "without one it carries nothing", samples: {}, expected: [20, 0] },
  ])("counts on an unreadable survivor no further than is known: $case", ({ samples, expected }) => {
    const survivors: SurvivorCapacity[] = [group("eu-west-1", 6), { kind: "unreadable", region: "ap-southeast-1" }];
    const sizing = sizeSurvivors({ ...input, survivors, samples: { ...input.samples, ...samples } });

    expect(sizing.survivors.map(({ carries }) => carries)).toEqual(expected);
  });
});

describe("sizeSurvivors, whatever goes in", () => {
  const figure = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 500 }) },
    fc.constantFrom(Number.NaN, -3, 0.5, Number.POSITIVE_INFINITY),
  );
  const names = ["us-east-1", "eu-west-1", "ap-southeast-1", "sa-east-1", "us-west-2"];
  const instant = fc.oneof(
    fc.integer({ min: -900, max: 300 }).map((offset) => new Date(Date.UTC(2026, 2, 1, 12, 0, offset)).toISOString()),
    fc.constant("not an instant"),
  );
  const sampleOf = fc.option(
    fc.record({ at: instant, inService: figure, desired: figure, minimum: figure, maximum: figure }),
  );
  /** As AWS keeps a group: MinSize ≤ DesiredCapacity ≤ MaxSize. */
  const size = fc.tuple(fc.nat(200), fc.nat(200), fc.nat(200), fc.nat(300)).map(([minimum, more, most, inService]) => ({
    minimum,
    desired: minimum + more,
    maximum: minimum + more + most,
    inService,
  }));
  const survivor = (region: string): fc.Arbitrary<SurvivorCapacity> =>
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constant("group" as const),
          region: fc.constant(region),
          size,
          before: figure,
        }),
      },
      fc.record({ kind: fc.constant("unmanaged" as const), region: fc.constant(region) }),
      fc.record({ kind: fc.constant("unreadable" as const), region: fc.constant(region) }),
    );
  const world: fc.Arbitrary<SizingInput> = fc.integer({ min: 0, max: 4 }).chain((count) =>
    fc.record({
      regions: fc.tuple(
        ...names.map((name) =>
          fc.record({
            name: fc.constant(name),
            demandShare: fc.oneof(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.constantFrom(0, Number.NaN)),
          }),
        ),
      ),
      samples: fc.dictionary(fc.constantFrom(...names), sampleOf),
      failedRegion: fc.constant("us-east-1"),
      survivors: fc.tuple(...names.slice(1, 1 + count).map(survivor)),
      headroom: fc.oneof(fc.double({ min: 0, max: 2, noNaN: true }), fc.constant(Number.NaN)),
      failingSince: fc.constant("2026-03-01T12:00:00.000Z"),
      at: fc.constant("2026-03-01T12:01:30.000Z"),
      maximumSampleAgeSeconds: fc.constant(300),
      raiseMaximum: fc.constantFrom("allowed", "forbidden"),
    }),
  );
  const forEveryWorld = (check: (given: SizingInput) => void) =>
    fc.assert(fc.property(world, check), { numRuns: 2_000 });

  it("sets whole, finite targets, never below what is there (FM50)", () => {
    forEveryWorld((given) => {
      for (const [index, { target, carries, shortfall }] of sizeSurvivors(given).survivors.entries()) {
        expect([target, carries, shortfall].every((units) => Number.isSafeInteger(units) && units >= 0)).toBe(true);
        expect(target).toBeGreaterThanOrEqual(carries);
        const each = given.survivors[index] as SurvivorCapacity;
        if (each.kind !== "group") continue;
        const limit = given.raiseMaximum === "allowed" ? Number.POSITIVE_INFINITY : each.size.maximum;
        expect(target).toBeGreaterThanOrEqual(each.size.minimum);
        expect(target).toBeGreaterThanOrEqual(each.size.desired);
        expect(target).toBeGreaterThanOrEqual(Math.min(each.size.inService, limit));
        expect(target).toBeLessThanOrEqual(limit);
      }
    });
  });

  it("carries the demand with its headroom, and the shortfall is exactly what is missing", () => {
    forEveryWorld((given) => {
      const { totalDemand, survivors } = sizeSurvivors(given);
      if (survivors.length === 0) return;
      const headroom = Number.isFinite(given.headroom) ? given.headroom : 0;
      const needed = totalDemand * (1 + headroom);
      const accounted = sum(survivors.map(({ carries, shortfall }) => carries + shortfall));
      expect(accounted).toBeGreaterThanOrEqual(needed - 0.001);
      expect(accounted).toBeLessThan(needed + survivors.length);
      const roomLeft = given.survivors.some(
        (each, index) =>
          each.kind === "group" &&
          (given.raiseMaximum === "allowed" || each.size.maximum > (survivors[index]?.carries ?? 0)),
      );
      if (roomLeft) expect(sum(survivors.map(({ shortfall }) => shortfall))).toBe(0);
    });
  });

  it("asked again after its targets were set, gives the same targets", () => {
    forEveryWorld((given) => {
      const first = sizeSurvivors(given).survivors;
      const survivors = given.survivors.map((each, index): SurvivorCapacity => {
        if (each.kind !== "group") return each;
        const target = first[index]?.target ?? 0;
        const maximum = Math.max(each.size.maximum, target);
        return { ...each, size: { minimum: target, desired: target, maximum, inService: target } };
      });
      expect(sizeSurvivors({ ...given, survivors }).survivors).toEqual(first);
    });
  });
});

describe("redistribute", () => {
  const portion = (region: string, carries: number, room: number, shortfall = 0): Portion => ({
    region,
    weight: 1,
    carries,
    shortfall,
    room,
  });

  it.each<{ case: string; given: Portion[]; expected: [number, number][] }>([
    {
      case: "nobody lacks room",
      given: [portion("a", 5, 9), portion("b", 5, 9)],
      expected: [
        [5, 0],
        [5, 0],
      ],
    },
    {
      case: "one is stuck",
      given: [portion("a", 8, 3), portion("b", 5, 99)],
      expected: [
        [3, 0],
        [10, 0],
      ],
    },
    {
      case: "the rest goes to several",
      given: [portion("a", 9, 3), portion("b", 5, 99), portion("c", 5, 6)],
      expected: [
        [3, 0],
        [10, 0],
        [6, 0],
      ],
    },
    {
      case: "nobody can take it",
      given: [portion("a", 8, 3), portion("b", 5, 5)],
      expected: [
        [3, 5],
        [5, 0],
      ],
    },
    {
      case: "a shortfall comes home",
      given: [portion("a", 3, 6, 5), portion("b", 5, 5)],
      expected: [
        [6, 2],
        [5, 0],
      ],
    },
    {
      case: "all are stuck",
      given: [portion("a", 8, 0), portion("b", 5, 1)],
      expected: [
        [0, 8],
        [1, 4],
      ],
    },
    { case: "there is nobody", given: [], expected: [] },
  ])("when $case", ({ given, expected }) => {
    expect(redistribute(given).map(({ carries, shortfall }) => [carries, shortfall])).toEqual(expected);
  });

  it("loses and invents nothing, and lowers nobody who has room (FM48)", () => {
    const portions = fc.array(
      fc.record({
        region: fc.string(),
        weight: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(Number.NaN)),
        carries: fc.nat(300),
        shortfall: fc.nat(50),
        room: fc.oneof(fc.nat(400), fc.constant(Number.POSITIVE_INFINITY)),
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(portions, (given) => {
        const after = redistribute(given);
        const whole = (all: readonly Portion[]) => sum(all.map(({ carries, shortfall }) => carries + shortfall));
        expect(whole(after)).toBe(whole(given));
        for (const [index, { carries, room, shortfall }] of after.entries()) {
          const before = given[index] as Portion;
          expect(carries).toBeGreaterThanOrEqual(Math.min(before.carries, before.room));
          expect(carries).toBeLessThanOrEqual(room);
          expect(shortfall).toBeGreaterThanOrEqual(0);
        }
        if (after.some(({ carries, room }) => carries < room)) expect(sum(after.map((each) => each.shortfall))).toBe(0);
        expect(redistribute(after)).toEqual(after);
      }),
      { numRuns: 2_000 },
    );
  });
});
