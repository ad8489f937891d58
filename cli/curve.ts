import { isoInstant } from "../functions/shared/clock.ts";
import { type Curve, readCurve } from "../functions/timeline/report/curve.ts";
import type { Played } from "../simulator/play.ts";

/** Before the fault, for comparison. */
const secondsBefore = 30;

/** A drill knows what its customers got, second by second; the report says that this is where the curve comes from. */
export function curveOf({ world, result, faultAt }: Played): Curve {
  return {
    ...readCurve(result.timeline),
    source:
      "Counted at the drill's simulated customers; everything else in this report is made from the timeline alone",
    samples: world.customers.curve
      .filter(({ at }) => at >= faultAt - secondsBefore * 1_000)
      .map(({ at, served, failed }) => ({
        at: isoInstant(at),
        served: Object.entries(served).map(([region, perSecond]) => ({ region, perSecond })),
        failedPerSecond: failed,
      })),
  };
}
