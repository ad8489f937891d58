import fc from "fast-check";
import { isoInstant, parseInstant, secondsBetween } from "../../functions/shared/clock.ts";
import type { Observation, RegionVote, Vote } from "../../functions/watch/observation.ts";
import type { Look } from "../../functions/watch/probes.ts";
import { carryCustomers, carryVote } from "../../functions/watch/streaks.ts";

const region = "us-east-1";
const start = parseInstant("2026-03-14T09:00:00.000Z");
const at = (seconds: number) => isoInstant(start + seconds * 1_000);
const look = (vote: Vote): Look => ({ vote, servedBy: null, reason: vote === "passing" ? "HTTP 200" : "HTTP 503" });

function saw(vote: RegionVote | null, seconds: number, customers: Vote = "passing"): Observation {
  return {
    vantage: "eu-west-1",
    at: at(seconds),
    votes: vote === null ? [] : [vote],
    customers: { vote: customers, since: at(0), servedBy: "us-east-1" },
    heartbeatAgeSeconds: {},
    capacity: null,
    lag: null,
  };
}

/** The vote after looks such as "0- 10+": failing at the start, passing ten seconds later. */
function voteAfter(looks: string): RegionVote {
  let last: Observation | null = null;
  for (const each of looks.split(" ")) {
    const seconds = Number.parseInt(each, 10);
    last = saw(carryVote(region, look(each.endsWith("+") ? "passing" : "failing"), last, at(seconds), 10), seconds);
  }
  return last?.votes[0] as RegionVote;
}

describe("a vote's streak", () => {
  it.each<[string, string, Partial<RegionVote>]>([
    ["begins with the first look", "0-", { vote: "failing", since: at(0), until: at(0), changes: [] }],
    ["goes on while the vote stays", "0- 10- 20-", { since: at(0), until: at(20), changes: [] }],
    ["ends with the first failure", "0+ 10-", { vote: "failing", since: at(10), changes: [at(10)] }],
    ["FM16: does not end with a lucky pass, nor is it longer by one", "0- 10- 20+", { vote: "failing", until: at(10) }],
    ["FM16: nor with two", "0- 10+ 20+", { vote: "failing", since: at(0), until: at(0), changes: [], passesInARow: 2 }],
    [
      "FM16: nor with many that are not in a row",
      "0- 10+ 20+ 30- 40+ 50+ 60-",
      { since: at(0), until: at(60), passesInARow: 0 },
    ],
    [
      "ends with three passes in a row",
      "0- 10+ 20+ 30+",
      { vote: "passing", since: at(30), changes: [at(30)], passesInARow: 0 },
    ],
    ["goes on over three missed rounds", "0- 30-", { since: at(0), until: at(30) }],
    ["FM15: is broken by silence: nobody knows what happened in between", "0- 31-", { since: at(31) }],
    ["a pass after silence is taken at its word", "0- 31+", { vote: "passing", since: at(31) }],
    ["FM71: the last pass is known, however the vote stands", "0+ 10- 20-", { vote: "failing", passedAt: at(0) }],
    ["FM71: a lucky pass is one", "0- 10+ 20-", { vote: "failing", passedAt: at(10) }],
    ["FM71: silence does not hide it", "0+ 50-", { vote: "failing", passedAt: at(0) }],
    ["silence does not hide the changes before it", "0+ 10- 50-", { since: at(50), changes: [at(10)] }],
  ])("%s", (_name, looks, expected) => {
    expect(voteAfter(looks)).toMatchObject({ region, ...expected });
  });

  it("begins anew for a Region that the plan has only now", () => {
    expect(carryVote(region, look("failing"), saw(null, 0), at(10), 10)).toMatchObject({ since: at(10), changes: [] });
  });

  it("carries the reason of the look that counts", () => {
    expect(voteAfter("0+ 10-").reason).toBe("HTTP 503");
    expect(voteAfter("0+ 10+").reason).toBe("HTTP 200");
  });

  it("FM11: remembers eight changes at most, the newest first", () => {
    const { changes } = voteAfter(
      Array.from({ length: 60 }, (_, round) => `${round * 10}${round % 4 === 0 ? "-" : "+"}`).join(" "),
    );

    expect(changes.length).toBe(8);
    expect(changes).toEqual(changes.toSorted().toReversed());
  });

  it("whatever is seen: a streak lies in the past, and a failing one ends with a failure that was seen", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 45 }), fc.constantFrom<Vote>("passing", "failing")), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (given) => {
        let seconds = 0;
        let last: Observation | null = null;
        let failedAt = -1;
        for (const [gap, vote] of given) {
          seconds += gap;
          if (vote === "failing") failedAt = seconds;
          const next = carryVote(region, look(vote), last, at(seconds), 10);
          last = saw(next, seconds);

          expect(secondsBetween(next.since, next.until)).toBeGreaterThanOrEqual(0);
          expect(secondsBetween(next.until, at(seconds))).toBeGreaterThanOrEqual(0);
          expect(next.changes.every((change) => change <= next.since)).toBe(true);
          expect(next.changes.length).toBeLessThanOrEqual(8);
          if (vote === "failing") expect(next.vote).toBe("failing");
          if (next.vote === "failing") expect(next.until).toBe(at(failedAt));
        }
      }),
    );
  });
});

describe("what customers get", () => {
  it.each<[string, Vote, number, Vote, string]>([
    ["a streak goes on", "passing", 10, "passing", at(0)],
    ["a change begins a new one at once: this is what recovery is measured by", "passing", 10, "failing", at(10)],
    ["silence begins a new one", "passing", 31, "passing", at(31)],
  ])("%s", (_name, before, seconds, now, since) => {
    expect(carryCustomers({ ...look(now), servedBy: "eu-west-1" }, saw(null, 0, before), at(seconds), 10)).toEqual({
      vote: now,
      since,
      servedBy: "eu-west-1",
    });
  });

  it("begins with the first look", () => {
    expect(carryCustomers(look("passing"), null, at(0), 10).since).toBe(at(0));
  });
});
