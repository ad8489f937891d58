import type { Sign } from "../../functions/assess/signs.ts";
import type { Cause } from "../../functions/coordination/item.ts";
import type { LagReading } from "../../functions/database/lag.ts";
import {
  findLastWrite,
  findLife,
  isTooEarlyToTell,
  unreceivedSeconds,
  whyCutOff,
} from "../../functions/database/life.ts";
import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";

const failingSince = "2026-03-01T12:00:00.000Z";
const failed = parseInstant(failingSince);
const instant = (secondsAfter: number) => isoInstant(failed + secondsAfter * 1_000);
const reading = (secondsAfter: number, seconds: number): LagReading => ({
  seconds,
  sampledAt: instant(secondsAfter),
  source: "AuroraGlobalDBRPOLag",
});

const heard = (secondsAfter: number, seenFrom = "us-west-2"): Sign => ({
  kind: "heartbeat",
  at: instant(secondsAfter),
  seenFrom,
});

function life(cause: Cause, nowAfter: number, heartbeatAfter: number | null, readings: readonly LagReading[] = []) {
  const sign = heartbeatAfter === null ? null : heard(heartbeatAfter);
  return findLife({ cause, failingSince, now: failed + nowAfter * 1_000, sign, readings }).kind;
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

describe("isTooEarlyToTell (FM75)", () => {
  it.each<[Cause, number, number | null, boolean]>([
    ["down", 17, 5, true],
    ["down", 17, 2, true],
    ["down", 17, 1, false],
    ["down", 40, 31, false],
    ["down", 90, -5, false],
    ["down", 17, null, false],
    ["gray", 17, 5, false],
  ])("%s: at %i s, after a heartbeat of %s s: %s", (cause, nowAfter, heartbeatAfter, expected) => {
    const sign = heartbeatAfter === null ? null : heard(heartbeatAfter);

    expect(isTooEarlyToTell({ cause, failingSince, now: failed + nowAfter * 1_000, sign }, 5)).toBe(expected);
  });
});

describe("findLastWrite", () => {
  it("is the beginning of the failure, unless the primary outlived it", () => {
    expect(findLastWrite(failingSince, heard(-4), [])).toBe(failingSince);
    expect(findLastWrite(failingSince, null, [])).toBe(failingSince);
  });

  it("is the last look that passed, whoever looked (FM74)", () => {
    const sign: Sign = { kind: "served", at: instant(300), seenFrom: "ap-southeast-1" };

    expect(findLastWrite(failingSince, sign, [reading(-60, 1)])).toBe(instant(300));
  });
});

describe("unreceivedSeconds (FM74)", () => {
  it.each<[string, readonly Sign[], readonly LagReading[], number]>([
    ["nobody heard of it later than the target", [heard(0, "eu-west-1"), heard(-9)], [], 0],
    ["the others heard of it a little later", [heard(30), heard(0, "eu-west-1")], [], 0],
    ["the others heard of it for long", [heard(90), heard(80, "us-east-2"), heard(0, "eu-west-1")], [], 90],
    ["so they did, and its lag was measured meanwhile", [heard(90), heard(0, "eu-west-1")], [reading(60, 1)], 0],
    ["what the target heard is not known", [heard(90)], [], 0],
    ["nobody ever heard of it", [], [], 0],
  ])("where %s", (_what, signs, readings, expected) => {
    expect(unreceivedSeconds(signs, "eu-west-1", readings, 10)).toBe(expected);
  });
});

describe("whyCutOff (FM73)", () => {
  const why = (signs: readonly Sign[], nowAfter = 60, probeEverySeconds = 10) =>
    whyCutOff(signs, "eu-west-1", "us-east-1", { now: failed + nowAfter * 1_000, probeEverySeconds });

  it("says who heard what, and when", () => {
    expect(why([heard(55), heard(5, "eu-west-1")])).toBe(
      "is cut off from us-east-1, which lives: eu-west-1 last heard of it at 2026-03-01 12:00:05 UTC, us-west-2 at 2026-03-01 12:00:55 UTC",
    );
  });

  it("is null where it may only not have looked again yet, for rounds are long", () => {
    expect(why([heard(59), heard(5, "eu-west-1")], 60, 20)).toBeNull();
    expect(why([heard(66), heard(5, "eu-west-1")], 70, 20)).not.toBeNull();
  });

  it.each<[string, readonly Sign[], number]>([
    ["hears it as well", [heard(55), heard(45, "eu-west-1")], 60],
    ["lost it when all did: it is dead", [heard(55), heard(5, "eu-west-1")], 101],
    ["has not said what it hears", [heard(55)], 60],
  ])("is null where the survivor %s", (_what, signs, nowAfter) => {
    expect(why(signs, nowAfter)).toBeNull();
  });
});
