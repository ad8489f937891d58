import { branchNames, regionStates } from "../coordination/item.ts";
import * as z from "../shared/zod.ts";
import type { TimelineEvent } from "./event.ts";
import type { EarlierEnd } from "./outcome.ts";

/** How a branch ended. */
export const branchEnd = z.object({
  result: z.enum(["done", "degraded", "skipped"]),
  reason: z.nullable(z.string()),
  /** Of the traffic branch: whether it is shown that customers are sent to the failed Region no more. */
  evidence: z.exactOptional(z.nullable(z.enum(["shown", "notShown"]))),
});

/** What another version said in words that this one cannot read is not known to have gone well. */
const unreadableEnd = { result: "degraded", reason: "how it ended before cannot be read by this version" } as const;

/** A branch that only another version knows hides none of the others. */
const branchEnds = z.object(
  Object.fromEntries(branchNames.map((name) => [name, z.catch(z.optional(branchEnd), unreadableEnd)])),
);

const closedDetail = z.object({
  branches: z.catch(branchEnds, {}),
  rtoSeconds: z.catch(z.nullable(z.number()), null),
  rpoSeconds: z.catch(z.nullable(z.number()), null),
  regionState: z.catch(z.nullable(z.enum(regionStates)), null),
});

/** How the last run of this incident before `epoch` ended, by its own closing event; null when none has. */
export function endBefore(events: readonly TimelineEvent[], epoch: number): EarlierEnd | null {
  const closed = events.findLast((event) => event.kind === "closed" && event.epoch < epoch);
  if (closed === undefined) return null;
  const { branches, rtoSeconds, rpoSeconds, regionState } = closedDetail.parse(closed.detail);
  return {
    branches: branches as EarlierEnd["branches"],
    recoveryTimeSeconds: rtoSeconds,
    dataLossSeconds: rpoSeconds,
    regionState,
  };
}
