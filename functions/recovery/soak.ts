import { describeInstant, isoInstant, parseInstant } from "../shared/clock.ts";
import type { Plan } from "../shared/plan/plan.ts";
import { pollEverySeconds } from "../shared/poll.ts";
import * as z from "../shared/zod.ts";
import { probeTimeoutMs } from "../watch/probes.ts";
import type { Served } from "./served.ts";

/**
 * For how long customers have been served without a break, as it is carried from look to look and through the state
 * machine's rounds. A type, not an interface: only those count as JSON.
 *
 * What holds: from `greenSince` to `lastGreenAt` no two looks lie further apart than `longestGapSeconds`, the same vantages
 * were heard all the time, and none of them began its own streak anew.
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

/** A vantage looks every two seconds while a run is under way; a round with slow answers in it takes a round's time. */
const roundsAWordIsFresh = 1.5;

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
  const silent = Object.keys(soak.vantages).filter((vantage) => vantages[vantage] === undefined);
  if (silent.length > 0) return anew(`Customers are served, but ${silent.join(", ")} can be heard no more`);
  const broken = Object.keys(vantages).filter((vantage) => vantages[vantage] !== soak.vantages[vantage]);
  if (broken.length > 0) {
    return anew(`Customers are served, but not all the time as far as ${broken.join(", ")} can tell`);
  }
  return { soak: { ...soak, lastGreenAt: at }, turn: null };
}

/**
 * Whether customers have been served for the soak period. A vantage that has just fallen silent still counts among those
 * that can be heard, but what it said is no witness of the time since: it must speak again, or be counted out. The Region
 * that has the writer is never counted out.
 */
export function isSoaked(soak: Soak, served: Served, now: number, plan: Plan): boolean {
  if (served.kind === "red" || soak.greenSince === null) return false;
  const freshMs = plan.detection.probeEverySeconds * roundsAWordIsFresh * 1_000;
  const words = [...served.streaks.map(({ at }) => at), ...(served.writerSeenAt === null ? [] : [served.writerSeenAt])];
  const allFresh = words.every((at) => now - parseInstant(at) <= freshMs);
  return allFresh && now - parseInstant(soak.greenSince) >= soakedAfterSeconds(soak, plan) * 1_000;
}

/**
 * For how long a green streak must last. Where a survivor fails a share of its requests, as one does that got more customers
 * than it can carry, a streak of the plan's length comes by luck sooner or later: each that has broken makes the next one
 * longer by as much. At most half the deadline, so that what has healed can still be shown to have.
 */
export function soakedAfterSeconds({ turns }: Pick<Soak, "turns">, { recovery }: Plan): number {
  const { soakSeconds, deadlineSeconds } = recovery;
  const broken = Math.max(0, Math.floor((turns - 1) / 2));
  return Math.min(soakSeconds * (1 + broken), Math.max(soakSeconds, deadlineSeconds / 2));
}
