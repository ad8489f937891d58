import type { Served } from "../../functions/recovery/served.ts";
import {
  carrySoak,
  isSoaked,
  longestGapSeconds,
  noSoak,
  type Soak,
  soakedAfterSeconds,
} from "../../functions/recovery/soak.ts";
import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";
import { examplePlan } from "../fakes/plans.ts";

const now = parseInstant("2026-03-14T09:05:00.000Z");
const ago = (seconds: number) => isoInstant(now - seconds * 1_000);
const red: Served = { kind: "red", reasons: ["us-west-2 is not served"], customers: [] };

/** A green look at which each vantage, `age` seconds ago, says for how many seconds it has seen its customers served. */
function green(
  seconds: Readonly<Record<string, number>> = { "us-west-2": 90 },
  age = 2,
): Extract<Served, { kind: "green" }> {
  const streaks = Object.entries(seconds).map(([vantage, each]) => ({ vantage, since: ago(each), at: ago(age) }));
  return { kind: "green", customers: [], streaks, writerSeenAt: null };
}

/** A streak of twenty seconds, last seen `lookedAgo` seconds ago, when us-west-2 had seen one of ninety. */
function soaking(lookedAgo = 1.5): Soak {
  return {
    greenSince: ago(20),
    lastGreenAt: ago(lookedAgo),
    vantages: { "us-west-2": ago(90) },
    turns: 1,
  };
}

describe("FM56: a green streak", () => {
  it.each<[string, Soak, Served, string | null, RegExp | null]>([
    ["begins", noSoak, green(), ago(0), /Customers are served at every vantage/],
    ["goes on", soaking(), green(), ago(20), null],
    ["ends", soaking(), red, null, /us-west-2 is not served/],
    ["has not begun", { ...noSoak, turns: 2 }, red, null, null],
    ["has not begun at the first look", noSoak, red, null, /us-west-2 is not served/],
    ["goes on over the longest gap", soaking(longestGapSeconds), green(), ago(20), null],
    ["FM29: ends where nobody looked", soaking(longestGapSeconds + 0.001), green(), ago(0), /nobody has looked since/],
    [
      "ends where a vantage saw a break that no look saw",
      soaking(),
      green({ "us-west-2": 4 }),
      ago(0),
      /not all the time as far as us-west-2 can tell/,
    ],
    [
      "FM29: ends so also where that vantage's clock is wrong",
      soaking(),
      green({ "us-west-2": 400 }),
      ago(0),
      /not all the time as far as us-west-2 can tell/,
    ],
    [
      "ends where a vantage is heard that was not heard before",
      soaking(),
      green({ "us-west-2": 90, "ap-southeast-1": 90 }),
      ago(0),
      /as far as ap-southeast-1 can tell/,
    ],
    ["ends where a vantage is heard no more", soaking(), green({}), ago(0), /us-west-2 can be heard no more/],
  ])("%s", (_name, soak, served, greenSince, turn) => {
    const carried = carrySoak(soak, served, now);

    expect(carried.soak.greenSince).toBe(greenSince);
    expect(carried.soak.lastGreenAt).toBe(served.kind === "green" ? ago(0) : null);
    expect(carried.soak.turns).toBe(soak.turns + (turn === null ? 0 : 1));
    if (turn === null) expect(carried.turn).toBeNull();
    else expect(carried.turn).toMatch(turn);
  });

  const plan = examplePlan("storefront");
  const { soakSeconds } = plan.recovery;
  const since = (seconds: number): Soak => ({ ...soaking(0), greenSince: ago(seconds) });

  it.each([
    ["has not been broken", 2, 1],
    ["was broken once", 3, 2],
    ["was broken twice", 5, 3],
    ["was broken ever again, within half the deadline", 99, plan.recovery.deadlineSeconds / 2 / soakSeconds],
  ])("must last longer the more often one %s: luck is no recovery", (_name, turns, times) => {
    const lasting = (seconds: number) => isSoaked({ ...since(seconds), turns }, green({}), now, plan);

    expect(soakedAfterSeconds({ turns }, plan)).toBe(times * soakSeconds);
    expect([lasting(times * soakSeconds - 0.001), lasting(times * soakSeconds)]).toEqual([false, true]);
  });

  it.each<[string, Soak, Served, boolean]>([
    ["is a recovery when it has lasted", since(soakSeconds), green(), true],
    ["is none before", since(soakSeconds - 0.001), green(), false],
    ["is none when it has just ended", since(soakSeconds), red, false],
    ["is none when it has not begun", noSoak, green(), false],
    ["needs nobody else's word where nobody else is heard", since(soakSeconds), green({}), true],
    ["needs fresh words", since(soakSeconds), green({ "us-west-2": 90 }, 15), true],
    [
      "is none while it rests on what a vantage said before it fell silent",
      since(90),
      green({ "us-west-2": 90 }, 15.001),
      false,
    ],
    ["FM86: needs a fresh sign of the writer's Region", since(90), { ...green(), writerSeenAt: ago(15) }, true],
    ["FM86: is none where that one has just fallen silent", since(90), { ...green(), writerSeenAt: ago(16) }, false],
  ])("%s", (_name, soak, served, expected) => {
    expect(isSoaked(soak, served, now, plan)).toBe(expected);
  });
});
