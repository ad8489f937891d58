import { describeInstant, isoInstant, parseInstant } from "../shared/clock.ts";
import { pollEverySeconds } from "../shared/poll.ts";
import * as z from "../shared/zod.ts";
import { probeTimeoutMs } from "../watch/probes.ts";
import type { Served } from "./served.ts";

/**
 * For how long customers have been served without a break, as it is carried from look to look and through the state
 * machine's rounds. A type, not an interface: only those count as JSON.
 *
 * What holds: from `greenSince` to `lastGreenAt` no two looks lie further apart than `longestGapSeconds`, and no vantage
 * that was heard began its own streak anew.
 */
export type Soak = {
  /** ISO 8601; when the present green streak began. Null while red, with the two below. */
  readonly greenSince: string | null;
  /** ISO 8601; the last green look. */
  readonly lastGreenAt: string | null;
  /** The vantages heard in this streak, each with the beginning of its own: compared with itself, never with a clock. */
  readonly vantages: Readonly<Record<string, string>>;
  /** How often the verdict has turned, the first included. */
  readonly turns: number;
};

export const noSoak: Soak = { greenSince: null, lastGreenAt: null, vantages: {}, turns: 0 };

export const soakSchema: z.ZodMiniType<Soak> = z.strictObject({
  greenSince: z.nullable(z.iso.datetime()),
  lastGreenAt: z.nullable(z.iso.datetime()),
  vantages: z.record(z.nonEmpty, z.iso.datetime()),
  turns: z.int().check(z.minimum(0)),
});

/**
 * Two green looks further apart prove nothing of the time between them: a retried or a frozen invocation looked at
 * nothing (FM29). The slowest look that can still be green, and the pause before the next, fit into it.
 */
export const longestGapSeconds = probeTimeoutMs / 1_000 + pollEverySeconds;

/** What a look adds to a soak. */
export interface Carried {
  readonly soak: Soak;
  /** What to tell people when the verdict has turned or the streak has begun anew; null when it goes on as it was. */
  readonly turn: string | null;
}

/** Adds one look, made at `now`, to the soak. "Recovered" is said only after it has lasted (FM56). */
export function carrySoak(soak: Soak, served: Served, now: number): Carried {
  const { greenSince, lastGreenAt, turns } = soak;
  if (served.kind === "red") {
    const turned = greenSince !== null || turns === 0;
    return {
      soak: { ...noSoak, turns: turned ? turns + 1 : turns },
      turn: turned ? `Not every customer is served: ${served.reasons.join("; ")}` : null,
    };
  }
  const vantages = Object.fromEntries(served.streaks.map(({ vantage, since }) => [vantage, since]));
  const at = isoInstant(now);
  const anew = (turn: string): Carried => ({
    soak: { greenSince: at, lastGreenAt: at, vantages, turns: turns + 1 },
    turn,
  });
  if (greenSince === null || lastGreenAt === null) {
    return anew("Customers are served at every vantage that can be heard");
  }
  if (now - parseInstant(lastGreenAt) > longestGapSeconds * 1_000) {
    return anew(`Customers are served, but nobody has looked since ${describeInstant(lastGreenAt)}`);
  }
  const broken = Object.keys(vantages).filter((vantage) => vantages[vantage] !== soak.vantages[vantage]);
  if (broken.length > 0) {
    return anew(`Customers are served, but not all the time as ${broken.join(", ")} saw it`);
  }
  // Whoever falls silent is remembered: it may have seen a break by the time that it is heard again.
  return { soak: { ...soak, lastGreenAt: at, vantages: { ...soak.vantages, ...vantages } }, turn: null };
}
