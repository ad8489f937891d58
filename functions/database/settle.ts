import { pollUntil } from "../shared/poll.ts";
import type { DatabasePlan } from "../shared/plan/plan.ts";
import type { StepContext } from "../shared/step.ts";
import type { PassedOver } from "./candidates.ts";
import { type Classification, type ClassifyInput, classify, type DatabaseView } from "./classify.ts";
import { findUnrecordedPromotion, readEvidence, readView } from "./evidence.ts";
import { readStandings, type Standings } from "./standing.ts";
import type { Waiting } from "./waiting.ts";

/** What AWS has refused because of a state that passes is asked for again so much later. */
const beforeAskingAgainMs = 45_000;

type Context = StepContext<"cloudWatch" | "rds">;

/** What is the case, and how Regions stood then. */
export interface Settled {
  readonly found: Classification;
  readonly standings: Standings;
}

/**
 * The classification as soon as there is one to act on: while a move is being cancelled, nothing can be read, or a cluster
 * that may become able is not able yet, it waits.
 */
export async function settle(
  context: Context,
  database: DatabasePlan,
  aim: Pick<ClassifyInput, "promotedHere" | "preferred" | "refused"> & {
    readonly waiting: Waiting;
    /** When what AWS has refused may be asked for again. */
    readonly askAgain: "atOnce" | "later";
  },
): Promise<Settled> {
  const { deps } = context;
  const { waiting, askAgain, ...aims } = aim;
  const began = deps.clock.now();
  let last: Settled = { found: { kind: "unknown", reason: "it was not read" }, standings: {} };
  await pollUntil(deps, context.guard, async () => {
    const { view, standings } = await look(context, database);
    const seen = { ...aims, view, standings, patience: waiting.isOver() ? "over" : "left" } as const;
    let found = classifyView(context, database, seen);
    if (found.kind === "notNeeded" || found.kind === "writerDown") {
      const unrecorded = await findUnrecordedPromotion(context, database, view);
      found = classifyView(context, database, { ...seen, promotedHere: unrecorded === null ? [] : [unrecorded] });
    }
    last = { found, standings };
    const waitFor = waitedFor(found);
    if (waitFor.length > 0 && !waiting.isOver()) {
      if (askAgain === "atOnce" && aim.refused !== undefined && aim.refused.size > 0) return last;
      await waiting.note(waitFor);
      // Whether AWS takes what it has refused only asking it again can tell.
      const areRefused = waitFor.every(({ region }) => aim.refused?.has(region));
      return areRefused && deps.clock.now() - began >= beforeAskingAgainMs ? last : null;
    }
    return found.kind === "cancelling" || found.kind === "unknown" ? null : last;
  });
  return last;
}

/** What may come about by itself, and is worth waiting for. */
export function waitedFor(found: Classification): readonly PassedOver[] {
  if (found.kind === "writerDown") return found.why.kind === "passing" ? [found.why] : [];
  return found.kind === "noTarget" ? found.waitFor : [];
}

async function look(
  context: Context,
  database: DatabasePlan,
): Promise<{ readonly view: DatabaseView; readonly standings: Standings }> {
  const [view, standings] = await Promise.all([readView(context, database), readStandings(context)]);
  return { view, standings };
}

function classifyView(
  { run: { failedRegion, survivors, promotionTarget } }: Context,
  database: DatabasePlan,
  seen: Omit<ClassifyInput, "database" | "failedRegion" | "survivors" | "chosen">,
): Classification {
  return classify({ ...seen, database, failedRegion, survivors, chosen: promotionTarget ?? null });
}

/** After a refused switchover: until the primary gives no sign of life any more, or something moved. Bounded. */
export async function awaitSilence(context: Context, database: DatabasePlan, target: string): Promise<void> {
  await pollUntil(context.deps, context.guard, async () => {
    const seen = await look(context, database);
    const now = classifyView(context, database, { ...seen, promotedHere: [], preferred: target });
    if (now.kind !== "idle") return now;
    const { life } = await readEvidence(context, database, target);
    return life.kind === "none" ? life : null;
  });
}
