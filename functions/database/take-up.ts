import type { DatabasePlan } from "../shared/plan/plan.ts";
import type { StepContext } from "../shared/step.ts";
import type { Json } from "../timeline/event.ts";
import type { Classification } from "./classify.ts";
import { answerMoving, endPromotion } from "./ending.ts";
import { lossOf, readEvidence, readSigns } from "./evidence.ts";
import { noLoss } from "./gate.ts";
import { noteHeirsSize } from "./heir.ts";
import { globalClusterResource, type Intent } from "./intent.ts";
import { isHeard } from "./life.ts";
import { mayWriteBesides } from "./outsiders.ts";
import { describeClassification } from "./words.ts";

type Context = StepContext<"cloudWatch" | "rds">;
type Moved = Extract<Classification, { kind: "movingToUs" | "alreadyWriter" }>;

/** A move to a survivor that is under way, or over, when this invocation looks: whoever began it, it is adopted (FM41). */
export async function takeUp(
  context: Context,
  database: DatabasePlan,
  found: Moved,
  intents: readonly Intent[],
): Promise<Json> {
  const adopted = await adopt(context, database, found, intents);
  const isOurs = intents.includes(adopted);
  const seen = describeClassification(found);
  const reason = isOurs
    ? seen
    : `${seen}, by a ${adopted.kind} that this run did not begin as far as its timeline tells`;
  await context.journal.append({
    step: "database",
    // The end of an intent whose own confirmation was lost with whoever made it (FM32).
    kind: isOurs ? "confirmed" : "observed",
    summary: reason,
    detail: {
      resource: globalClusterResource(database.globalCluster),
      classification: found.kind,
      begunBy: isOurs ? "thisRun" : "somebodyElse",
    },
  });
  if (found.kind === "movingToUs") return answerMoving(context, database, adopted);
  const { target, kind, lossSeconds, worstCaseLossSeconds } = adopted;
  const loss = { lossSeconds, worstCaseLossSeconds };
  await noteHeirsSize(context, database, target);
  const mayWrite = mayWriteBesides(database, target, found.outsiders ?? []);
  return endPromotion(context, { result: "alreadyWriter", reason, target, kind, loss, mayWrite });
}

/**
 * What is known of such a move: what was intended is in the timeline, or else it is told from the evidence. A switchover that
 * was intended and never seen to be taken is no proof of one: a primary that gives no sign of life cannot have had a part in
 * it, so somebody else has failed over.
 */
async function adopt(
  context: Context,
  database: DatabasePlan,
  found: Moved,
  intents: readonly Intent[],
): Promise<Intent> {
  const { target } = found;
  const flavour = found.kind === "movingToUs" ? found.flavour : "unsaid";
  const intent = intents.find((each) => each.target === target && (flavour === "unsaid" || each.kind === flavour));
  if (intent !== undefined && (flavour !== "unsaid" || intent.kind === "failover")) return intent;
  if (intent?.confirmation === "confirmed") return intent;
  if (flavour === "switchover") return { target, kind: "switchover", ...noLoss };
  // A lag tells nothing here: who has become the writer has none, and the last one is from before.
  if (intent !== undefined && isHeard((await readSigns(context))[0] ?? null, context.deps.clock.now())) return intent;
  return { target, kind: "failover", ...lossOf(await readEvidence(context, database, target)) };
}
