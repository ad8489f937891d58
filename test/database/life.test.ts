import type { Cause } from "../../functions/coordination/item.ts";
import type { LagReading } from "../../functions/database/lag.ts";
import { findLife } from "../../functions/database/life.ts";
import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";

const failingSince = "2026-03-01T12:00:00.000Z";
const failed = parseInstant(failingSince);
const instant = (secondsAfter: number) => isoInstant(failed + secondsAfter * 1_000);
const reading = (secondsAfter: number, seconds: number): LagReading => ({
  seconds,
  sampledAt: instant(secondsAfter),
  source: "AuroraGlobalDBRPOLag",
});

function life(cause: Cause, nowAfter: number, heartbeatAfter: number | null, readings: readonly LagReading[] = []) {
  const heartbeatAt = heartbeatAfter === null ? null : instant(heartbeatAfter);
  return findLife({ cause, failingSince, now: failed + nowAfter * 1_000, heartbeatAt, readings }).kind;
}

describe("findLife", () => {
  it.each<[Cause, number, number | null, string]>([
    ["gray", 90, 50, "heartbeat"],
    ["gray", 90, 44, "none"],
    ["gray", 90, null, "none"],
    ["requested", 2, -8, "heartbeat"],
    ["down", 90, 50, "heartbeat"],
    ["down", 40, 20, "none"],
    ["down", 90, 44, "none"],
  ])("%s: at %i s, a heartbeat of %s s is a sign of: %s", (cause, now, heartbeat, expected) => {
    expect(life(cause, now, heartbeat)).toBe(expected);
  });

  it("takes replication that advanced clearly after the failure began for life, whatever the cause (FM17)", () => {
    expect(life("down", 150, null, [reading(60, 1)])).toBe("replication");
  });

  it.each<[string, readonly LagReading[]]>([
    ["readings from before", [reading(-60, 1)]],
    ["the minute of the failure", [reading(0, 1)]],
    ["a lag that grows with the silence", [reading(0, 40), reading(60, 100)]],
    ["a metric that repeats itself", [-120, -60, 0, 60].map((after) => reading(after, 1))],
    ["a reading too old to speak for now", [reading(-40, 1)]],
  ])("does not take %s for life", (_word, readings) => {
    expect(life("down", 150, null, readings)).toBe("none");
  });

  it("lets an old reading speak for a primary that nobody has proven dead, for three minutes", () => {
    expect(life("requested", 0, null, [reading(-120, 1)])).toBe("replication");
    expect(life("requested", 61, null, [reading(-120, 1)])).toBe("none");
  });

  it("does not take readings of three minutes ago for life, however well they looked", () => {
    expect(life("down", 600, null, [reading(240, 1)])).toBe("none");
  });
});
