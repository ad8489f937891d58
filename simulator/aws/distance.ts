import { roundTripMs } from "../../functions/shared/distance.ts";
import type { Random } from "../../functions/shared/random.ts";

export { roundTripMs } from "../../functions/shared/distance.ts";

/** One way of one message in whole milliseconds: half the usual round trip and up to a fifth more, 1 to 4 ms at least. */
export function oneWayMs(random: Random, from: string, to: string): number {
  return Math.round((roundTripMs(from, to) / 2) * (1 + 0.2 * random.next()) + 1 + 3 * random.next());
}
