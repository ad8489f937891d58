import fc from "fast-check";
import type { Group } from "../../functions/capacity/autoscaling.ts";
import { type Look, progressOf, reassign } from "../../functions/capacity/progress.ts";
import type { CapacityTarget, Problem, ProblemKind } from "../../functions/capacity/target.ts";

const target = (region: string, carries: number, more: Partial<CapacityTarget> = {}): CapacityTarget => ({
  region,
  group: "web",
  before: 4,
  carries,
  target: carries,
  shortfall: 0,
  inService: 4,
  problem: null,
  ...more,
});
const group = (inService: number, more: Partial<Group> = {}): Group => ({
  minimum: 2,
  desired: 10,
  maximum: 20,
  inService,
  pending: 0,
  suspendedProcesses: [],
  ...more,
});
const problem = (kind: ProblemKind): Problem => ({ kind, message: `it is ${kind}` });
const evenly = () => 0.5;

describe("reassign", () => {
  it.each<{ kind: ProblemKind; seen: Group | null; expected: [number, number] }>([
    { kind: "capacityShortage", seen: group(6), expected: [6, 14] },
    { kind: "quotaReached", seen: group(6, { pending: 2 }), expected: [8, 12] },
    { kind: "launchFailed", seen: group(6), expected: [6, 14] },
    { kind: "launchSuspended", seen: group(6), expected: [6, 14] },
    { kind: "accessDenied", seen: group(4), expected: [4, 16] },
    { kind: "blocked", seen: null, expected: [0, 20] },
    { kind: "noAnswer", seen: null, expected: [10, 10] },
    { kind: "accessDenied", seen: null, expected: [10, 10] },
  ])("with a survivor that is $kind", ({ kind, seen, expected }) => {
    const looks: Look[] = [
      { target: target("a", 10), group: seen, problem: problem(kind) },
      { target: target("b", 10), group: group(10), problem: null },
    ];

    const after = reassign(looks, evenly, "allowed");

    expect(after.map(({ carries }) => carries)).toEqual(expected);
    expect(after.map((each) => each.target)).toEqual([10, Math.max(10, expected[1])]);
  });

  it("gives nothing to one that must not grow, and names what is short", () => {
    const looks: Look[] = [
      { target: target("a", 10), group: group(6), problem: problem("capacityShortage") },
      { target: target("b", 10), group: group(10, { maximum: 12 }), problem: null },
    ];

    const after = reassign(looks, evenly, "forbidden");

    expect(after.map(({ carries, shortfall }) => [carries, shortfall])).toEqual([
      [6, 2],
      [12, 0],
    ]);
  });

  it("lowers no target and keeps the whole, look after look", () => {
    const look = fc.record({
      target: fc.record({ carries: fc.nat(50), shortfall: fc.nat(9), more: fc.nat(9) }),
      group: fc.option(fc.record({ inService: fc.nat(60), pending: fc.nat(9), maximum: fc.nat(80) })),
      kind: fc.option(
        fc.constantFrom<ProblemKind>("capacityShortage", "launchSuspended", "accessDenied", "blocked", "noAnswer"),
      ),
    });
    const worlds = fc.array(look, { maxLength: 5 });
    fc.assert(
      fc.property(worlds, fc.constantFrom("allowed" as const, "forbidden" as const), (given, raiseMaximum) => {
        const looks = given.map((each, index): Look => {
          const { carries, shortfall, more } = each.target;
          return {
            target: target(`r${index}`, carries, { shortfall, target: carries + more }),
            group: each.group === null ? null : group(each.group.inService, each.group),
            problem: each.kind === null ? null : problem(each.kind),
          };
        });
        const after = reassign(looks, evenly, raiseMaximum);
        const whole = (all: readonly CapacityTarget[]) =>
          all.reduce((sum, { carries, shortfall }) => sum + carries + shortfall, 0);
        expect(whole(after)).toBe(whole(looks.map((each) => each.target)));
        for (const [index, each] of after.entries()) {
          expect(each.target).toBeGreaterThanOrEqual((looks[index] as Look).target.target);
          expect(each.target).toBeGreaterThanOrEqual(each.carries);
        }
        const ready = progressOf(
          after.map((each, index) => ({ ...(looks[index] as Look), target: each })),
          "left",
        );
        if (ready.result === "ready") {
          expect(after.every(({ shortfall }) => shortfall === 0)).toBe(true);
          expect(after.every(({ carries }, index) => carries <= (looks[index]?.group?.inService ?? 0))).toBe(true);
        }
      }),
    );
  });
});

describe("progressOf", () => {
  it.each<{ case: string; looks: Look[]; left: string; over: string }>([
    {
      case: "all carry their part",
      looks: [{ target: target("a", 10), group: group(10), problem: null }],
      left: "ready",
      over: "ready",
    },
    {
      case: "instances are coming",
      looks: [{ target: target("a", 10), group: group(6), problem: null }],
      left: "waiting",
      over: "short",
    },
    {
      case: "a launch problem was made up for elsewhere",
      looks: [{ target: target("a", 6, { target: 10 }), group: group(6), problem: problem("capacityShortage") }],
      left: "ready",
      over: "ready",
    },
    {
      case: "launches may yet succeed",
      looks: [{ target: target("a", 6, { shortfall: 4 }), group: group(6), problem: problem("capacityShortage") }],
      left: "waiting",
      over: "short",
    },
    {
      case: "MaxSize is what is missing",
      looks: [{ target: target("a", 6, { shortfall: 4 }), group: group(6), problem: null }],
      left: "short",
      over: "short",
    },
    {
      case: "a permission is missing",
      looks: [{ target: target("a", 4), group: group(4), problem: problem("accessDenied") }],
      left: "short",
      over: "short",
    },
    {
      case: "one does not answer",
      looks: [{ target: target("a", 4), group: null, problem: problem("noAnswer") }],
      left: "waiting",
      over: "short",
    },
    {
      case: "one does not answer, and nothing is expected of it",
      looks: [{ target: target("a", 0), group: null, problem: problem("noAnswer") }],
      left: "ready",
      over: "ready",
    },
    {
      case: "FM48: one is dead and the other has taken its part",
      looks: [
        { target: target("a", 0, { target: 10 }), group: null, problem: problem("blocked") },
        { target: target("b", 20), group: group(20), problem: null },
      ],
      left: "ready",
      over: "ready",
    },
    {
      case: "one is dead and the other is still taking its part",
      looks: [
        { target: target("a", 0, { target: 10 }), group: null, problem: problem("blocked") },
        { target: target("b", 20), group: group(12), problem: null },
      ],
      left: "waiting",
      over: "short",
    },
    {
      case: "one is dead and nobody could take all of its part",
      looks: [
        { target: target("a", 0, { target: 10, shortfall: 4 }), group: null, problem: problem("blocked") },
        { target: target("b", 16), group: group(16), problem: null },
      ],
      left: "short",
      over: "short",
    },
    {
      case: "one that may not be changed carries nothing",
      looks: [
        { target: target("a", 0), group: group(4), problem: problem("accessDenied") },
        { target: target("b", 20), group: group(20), problem: null },
      ],
      left: "ready",
      over: "ready",
    },
  ])("when $case", ({ looks, left, over }) => {
    expect(progressOf(looks, "left").result).toBe(left);
    expect(progressOf(looks, "over").result).toBe(over);
  });

  it("says of one whose part went to the others that it carries nothing, and why", () => {
    const looks: Look[] = [
      { target: target("a", 0, { target: 10 }), group: null, problem: problem("blocked") },
      { target: target("b", 20), group: group(20), problem: null },
    ];

    expect(progressOf(looks, "left").reason).toBe("a: carries nothing (it is blocked)");
  });

  it("states partial capacity for each Region (FM48)", () => {
    const looks: Look[] = [
      { target: target("a", 6, { shortfall: 4 }), group: group(6), problem: problem("capacityShortage") },
      { target: target("b", 12), group: group(9), problem: null },
    ];

    expect(progressOf(looks, "over").reason).toBe(
      "a: 6 of 6 in service, 4 short with no room anywhere (it is capacityShortage); b: 9 of 12 in service",
    );
  });
});
