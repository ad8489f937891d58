import { describeEvidence, judgeLag, type LagReading, latestLiveReading } from "../../functions/database/lag.ts";
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
