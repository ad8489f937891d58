import { isoInstant } from "../functions/shared/clock.ts";
import { type Curve, readCurve } from "../functions/timeline/report/curve.ts";
import { writeShare } from "../simulator/customers.ts";
import type { Played } from "../simulator/play.ts";

/** Before the fault, for comparison. */
const secondsBefore = 30;

/**
 * Why more requests fail than the failed Region's share: none where there is no database. Without a full stop, for the
 * terminal and the report.
 */
export function writesWords({ plan }: Pick<Played["world"], "plan">): readonly string[] {
  if (plan.database === null) return [];
  const percent = Math.round(writeShare * 100);
  return [`${percent} % of the requests write: they fail in every Region that cannot reach the database's writer`];
}

/** A drill knows what its customers got, second by second; the report says that this is where the curve comes from. */
export function curveOf({ world, result, faultAt }: Played): Curve {
  return {
    ...readCurve(result.timeline),
    source: [
      "counted at the drill's simulated customers; everything else in this report is made from the timeline alone",
      ...writesWords(world),
    ].join(". "),
    samples: world.customers.curve
      .filter(({ at }) => at >= faultAt - secondsBefore * 1_000)
      .map(({ at, served, failed }) => ({
        at: isoInstant(at),
        served: Object.entries(served).map(([region, perSecond]) => ({ region, perSecond })),
        failedPerSecond: failed,
      })),
  };
}
