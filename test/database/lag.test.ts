import {
  describeEvidence,
  judgeLag,
  type LagReading,
  latestLiveReading,
  readingsOf,
  readingsToKeep,
} from "../../functions/database/lag.ts";
import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";

const failingSince = "2026-03-01T12:00:20.000Z";
const at = { failingSince, maximumLagAgeSeconds: 180 };

/** A reading so many seconds before (negative) or after the failure. */
function reading(offsetSeconds: number, seconds: number): LagReading {
  return {
    seconds,
    sampledAt: isoInstant(parseInstant(failingSince) + offsetSeconds * 1_000),
    source: "AuroraGlobalDBRPOLag",
  };
}

describe("judgeLag", () => {
  it("takes the last minute that was over by the time of the failure", () => {
    const readings = [reading(-140, 1), reading(-80, 2), reading(-20, 33), reading(40, 93)];

    expect(judgeLag(readings, at)).toEqual({ kind: "known", reading: reading(-80, 2) });
  });

  it("takes the minute that the failure cut through when there is no better, or one from shortly after", () => {
    expect(judgeLag([reading(-20, 33)], at)).toMatchObject({ reading: { seconds: 33 } });
    expect(judgeLag([reading(30, 3)], at)).toMatchObject({ reading: { seconds: 3 } });
    expect(judgeLag([reading(61, 3)], at)).toMatchObject({ kind: "unknown", why: "missing" });
  });

  it("does not care in which order readings come", () => {
    expect(judgeLag([reading(-80, 2), reading(-140, 1)], at)).toMatchObject({ reading: { seconds: 2 } });
  });

  it.each([
    ["no readings", [], "missing", null],
    ["readings that are no amounts", [reading(-80, Number.NaN), reading(-90, -1)], "missing", null],
    ["only old readings", [reading(-181, 2)], "tooOld", 2],
    ["four equal readings", [-260, -200, -140, -80].map((offset) => reading(offset, 2)), "frozen", 2],
    ["four equal readings, some of them later", [-140, -80, -20, 40].map((offset) => reading(offset, 2)), "frozen", 2],
  ] as const)("%s are unknown, never zero (FM40)", (_word, readings, why, last) => {
    const evidence = judgeLag(readings, at);

    expect(evidence).toMatchObject({ kind: "unknown", why });
    expect(evidence.kind === "unknown" ? (evidence.last?.seconds ?? null) : undefined).toBe(last);
    expect(describeEvidence("eu-west-1", evidence)).toContain("unknown");
  });

  it("believes three equal readings, and any number of zeros", () => {
    expect(
      judgeLag(
        [-200, -140, -80].map((offset) => reading(offset, 2)),
        at,
      ).kind,
    ).toBe("known");
    expect(
      judgeLag(
        [-260, -200, -140, -80].map((offset) => reading(offset, 0)),
        at,
      ).kind,
    ).toBe("known");
  });

  it("believes a value that was new when it was measured, though nothing has been measured since", () => {
    const readings = [reading(-140, 1), ...[-80, -20, 40, 100].map((offset) => reading(offset, 2))];

    expect(judgeLag(readings, at)).toEqual({ kind: "known", reading: reading(-80, 2) });
    expect(latestLiveReading(readings)).toBeNull();
  });
});

/** Readings of one metric a minute, the last of them the last whole minute before the failure. */
function minutesBefore(values: readonly number[], source: LagReading["source"] = "AuroraGlobalDBRPOLag") {
  return values.map((seconds, index) => ({ ...reading(-80 - 60 * (values.length - 1 - index), seconds), source }));
}

describe("FM40: a coarse metric", () => {
  const whole = [1, 1, 1, 1, 1, 2, 1, 1, 3, 1, 1, 1, 1, 1, 1, 2];

  it("is believed as long as it has repeated itself before, and the lag may have grown since it last changed", () => {
    const readings = minutesBefore([...whole, 1, 1, 1, 1, 1]);

    expect(judgeLag(readings, at)).toEqual({
      kind: "known",
      reading: { ...reading(-80, 1), unchangedSince: reading(-320, 1).sampledAt },
    });
    expect(latestLiveReading(readings)).toEqual(reading(-80, 1));
  });

  it.each([
    ["repeats itself for longer than ever before", [...whole, 1, 1, 1, 1, 1, 1, 1]],
    ["has hardly ever changed", [1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1]],
    ["never changed", Array.from({ length: 60 }, () => 1)],
    ["is one that measured finely and froze at a whole second", [0.912, 0.87, 0.951, 0.87, 0.93, 1, 1, 1, 1]],
    ["repeats itself for longer than anybody waits", [...Array(12).fill(2), 1, 2, 1, 2, ...Array(11).fill(1)]],
    ["has said nothing for long but that nobody writes", [...Array(9).fill(0), 1, 0, 2, 1, 0, 1, 1, 1, 1]],
  ])("is frozen where it %s", (_what, values) => {
    expect(judgeLag(minutesBefore(values), at)).toMatchObject({ kind: "unknown", why: "frozen" });
    expect(latestLiveReading(minutesBefore(values))).toBeNull();
  });
});

describe("FM40: of two metrics", () => {
  const preferred = minutesBefore([0.81, 0.8, 0.79, 0.82, 0.8, 0.83]);
  const other = minutesBefore([0.9, 0.95, 0.91, 0.92, 0.97, 0.94], "AuroraGlobalDBReplicationLag");
  const frozen = minutesBefore([0.8, 0.8, 0.8, 0.8, 0.8, 0.8]);

  it.each([
    ["the preferred one counts while it goes on", [...other, ...preferred], 0.83],
    ["the preferred one counts though it is a minute late", [...preferred.slice(0, -1), ...other], 0.8],
    ["the other one counts where the preferred one has ended", [...preferred.slice(0, 2), ...other], 0.94],
    [
      "the other one counts where it has just ended, and is not yet too old",
      [...preferred.slice(0, -2), ...other],
      0.94,
    ],
    ["the other one counts where the preferred one is frozen", [...frozen, ...other], 0.94],
    ["the other one counts where the preferred one never was", other, 0.94],
  ])("%s", (_what, readings, seconds) => {
    expect(judgeLag(readings, at)).toMatchObject({ kind: "known", reading: { seconds } });
    expect(latestLiveReading(readings)?.seconds).toBe(seconds);
  });

  it("neither is known where one is frozen and the other has ended", () => {
    const readings = [...frozen, ...other.slice(0, 2)];

    expect(judgeLag(readings, at)).toMatchObject({ kind: "unknown", why: "frozen" });
  });
});

describe("FM40: what a vantage keeps", () => {
  it("answers when the newest reading is from after the failure", () => {
    const measured = [...minutesBefore([0.81, 0.8, 0.79]), reading(40, 61), reading(100, 121)];
    const recent = readingsToKeep(measured).map(({ sampledAt, seconds }) => ({ at: sampledAt, seconds }));
    const sample = { at: recent.at(-1)?.at ?? "", seconds: 121, recent };

    expect(judgeLag(readingsOf(sample), at)).toMatchObject({ kind: "known", reading: { seconds: 0.79 } });
    expect(judgeLag(readingsOf({ at: sample.at, seconds: 121 }), at).kind).toBe("unknown");
  });

  it("is fifteen readings at most, without those that repeat others", () => {
    const values = Array.from({ length: 30 }, (_, index) => 1 + index / 1_000);

    expect(readingsToKeep(minutesBefore(values))).toHaveLength(15);
    expect(readingsToKeep(minutesBefore([0.7, 0.8, 0.8, 0.8, 0.8]))).toEqual([]);
    expect(readingsToKeep(minutesBefore([0.8, 0.8, 0.8, 0.8, 0.9])).map(({ seconds }) => seconds)).toEqual([0.8, 0.9]);
  });
});

describe("describeEvidence", () => {
  it("says in one clause which survivor was how far behind, and when", () => {
    const evidence = judgeLag([reading(-80, 1.26)], at);

    expect(describeEvidence("eu-west-1", evidence)).toBe(
      "eu-west-1, which can take over, was 1.3 s behind at 2026-03-01 11:59:00 UTC",
    );
  });

  it("says why the lag is unknown", () => {
    expect(describeEvidence("eu-west-1", judgeLag([reading(-200, 2)], at))).toBe(
      "how far eu-west-1, which can take over, is behind is unknown: the last reading, 2.0 s at 2026-03-01 11:57:00 UTC, is too old",
    );
  });
});
