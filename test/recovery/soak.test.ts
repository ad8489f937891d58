import type { Served } from "../../functions/recovery/served.ts";
import { carrySoak, longestGapSeconds, noSoak, type Soak } from "../../functions/recovery/soak.ts";
import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";

const now = parseInstant("2026-03-14T09:05:00.000Z");
const ago = (seconds: number) => isoInstant(now - seconds * 1_000);
const red: Served = { kind: "red", reasons: ["us-west-2 is not served"], customers: [] };

/** A green look at which each vantage says for how many seconds it has seen its customers served. */
function green(seconds: Readonly<Record<string, number>> = { "us-west-2": 90 }): Served {
  const streaks = Object.entries(seconds).map(([vantage, each]) => ({ vantage, since: ago(each) }));
  return { kind: "green", customers: [], streaks };
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
      /not all the time as us-west-2 saw it/,
    ],
    [
      "FM29: ends so also where that vantage's clock is wrong",
      soaking(),
      green({ "us-west-2": 400 }),
      ago(0),
      /not all the time as us-west-2 saw it/,
    ],
    [
      "ends where a vantage is heard that was not heard before",
      soaking(),
      green({ "us-west-2": 90, "ap-southeast-1": 90 }),
      ago(0),
      /as ap-southeast-1 saw it/,
    ],
    ["goes on where a vantage is heard no more", soaking(), green({}), ago(20), null],
  ])("%s", (_name, soak, served, greenSince, turn) => {
    const carried = carrySoak(soak, served, now);

    expect(carried.soak.greenSince).toBe(greenSince);
    expect(carried.soak.lastGreenAt).toBe(served.kind === "green" ? ago(0) : null);
    expect(carried.soak.turns).toBe(soak.turns + (turn === null ? 0 : 1));
    if (turn === null) expect(carried.turn).toBeNull();
    else expect(carried.turn).toMatch(turn);
  });

  it.each([
    ["goes on when a vantage is heard again that saw no break", 90, ago(20)],
    ["ends when a vantage is heard again that saw one", 10, ago(0)],
  ])("%s", (_name, seconds, greenSince) => {
    const silent = carrySoak(soaking(3), green({}), now - 1_500).soak;

    expect(carrySoak(silent, green({ "us-west-2": seconds }), now).soak.greenSince).toBe(greenSince);
  });
});
