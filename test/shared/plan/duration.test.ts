import fc from "fast-check";
import { describeSeconds, durationPattern, parseDuration } from "../../../functions/shared/plan/duration.ts";

describe("Reading a duration", () => {
  it.each([
    ["PT0S", 0],
    ["PT10S", 10],
    ["PT0.5S", 0.5],
    ["PT1M30S", 90],
    ["PT90M", 5_400],
    ["PT1H", 3_600],
    ["P1D", 86_400],
    ["P1DT1H1M1S", 90_061],
  ])("%s is %d s", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each([
    "",
    "P",
    "PT",
    "P1DT",
    "10",
    "10s",
    "PT10",
    "PT-1S",
    "-PT1S",
    "P1M",
    "P1Y",
    "P1W",
    "PT1S1M",
    " PT1S",
    "PT1S\n",
    "pt1s",
    "PT1.5M",
  ])("%j is none", (text) => {
    expect(parseDuration(text)).toBeNull();
    expect(new RegExp(durationPattern).test(text)).toBe(false);
  });

  it("adds up whatever parts are named", () => {
    const part = fc.option(fc.nat(10_000), { nil: null });
    fc.assert(
      fc.property(part, part, part, part, (days, hours, minutes, seconds) => {
        fc.pre([days, hours, minutes, seconds].some((value) => value !== null));
        const write = (value: number | null, unit: string) => (value === null ? "" : `${value}${unit}`);
        const time = `${write(hours, "H")}${write(minutes, "M")}${write(seconds, "S")}`;
        const text = `P${write(days, "D")}${time === "" ? "" : `T${time}`}`;

        expect(parseDuration(text)).toBe(
          (days ?? 0) * 86_400 + (hours ?? 0) * 3_600 + (minutes ?? 0) * 60 + (seconds ?? 0),
        );
      }),
    );
  });

  it("agrees with the pattern that editors use", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^P?[0-9DTHMS.]{0,8}$/), (text) => {
        expect(parseDuration(text) !== null).toBe(new RegExp(durationPattern).test(text));
      }),
    );
  });
});

describe("Saying a duration", () => {
  it.each([
    [0, "0 s"],
    [0.25, "0.3 s"],
    [10, "10 s"],
    [59.7, "1 min"],
    [60, "1 min"],
    [90, "1 min 30 s"],
    [3_600, "1 h"],
    [3_601, "1 h 1 s"],
    [90_061, "25 h 1 min 1 s"],
  ])("%d s is %s", (seconds, words) => {
    expect(describeSeconds(seconds)).toBe(words);
  });
});
