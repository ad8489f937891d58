import { converge, type Verdict } from "../coordination/converge.ts";
import { classifyCallError, errorMessage, errorName, FailoverError } from "../shared/errors.ts";
import { describeSeconds } from "../shared/plan/duration.ts";
import type { DatabasePlan } from "../shared/plan/plan.ts";
import type { StepContext } from "../shared/step.ts";
import { type Classification, classify, type DatabaseView } from "./classify.ts";
import { readView } from "./evidence.ts";
import type { Refusal } from "./candidates.ts";
import type { Flavour } from "./gate.ts";
import { globalClusterResource, type Intent, intentDetail } from "./intent.ts";
import { describeOutsiders } from "./outsiders.ts";
import { beginMove } from "./rds.ts";
import type { Standings } from "./standing.ts";
import { describeClassification } from "./words.ts";

/** A primary that answers does so within seconds; one that does not must not hold up the promotion. */
const switchoverDeadlineSeconds = 30;
const failoverDeadlineSeconds = 120;
/**
 * So long what was known of the primary allows its writes to be given up: one that fell silent is heard again within
 * a few probe rounds when it was only cut off.
 */
const evidenceLastsSeconds = 30;

/** A cluster that is backed up, or a global cluster that is modified, is in no state to move ("FailoverGlobalCluster"). */
const stateFaults = new Set(["InvalidDBClusterStateFault", "InvalidGlobalClusterStateFault"]);

/** What became of the attempt to begin a move, and what AWS made of the wish for it. */
export type Begun =
  | { readonly kind: "moving" }
  /** AWS has said no to this target, in these words, and had answered every try: another one may be asked for (FM77). */
  | ({ readonly kind: "refused"; readonly call: "notTaken" } & Refusal)
  /** No answer in time, or one that came after a lost one: whether it was done after all, the next look tells (FM31). */
  | { readonly kind: "unanswered"; readonly reason: string; readonly call: CallState }
  /** It is no longer the case that this move must be made. */
  | { readonly kind: "overtaken"; readonly reason: string; readonly call: CallState };

/** "unanswered": AWS may have taken it. "notTaken": it was never asked, or it refused. */
type CallState = "notTaken" | "unanswered" | "taken";

/** Brings it about that the global cluster moves to the intent's target, or has moved there. */
export async function beginPromotion(
  { deps, run, guard, journal, logger }: StepContext<"rds">,
  database: DatabasePlan,
  intent: Intent,
  because: string,
  known: {
    readonly standings: Standings;
    /** Regions of the clusters outside the global cluster with which a person has agreed. */
    readonly outsiders: readonly string[];
  },
): Promise<Begun> {
  const { globalCluster, clusters } = database;
  const { target, kind } = intent;
  const targetArn = clusters[target];
  if (targetArn === undefined)
    return { kind: "overtaken", reason: `The plan names no cluster in ${target}`, call: "notTaken" };
  const primary = run.failedRegion;
  const judgedAt = deps.clock.now();
  let call: CallState = "notTaken";
  try {
    const converged = await converge<DatabaseView>(deps, guard, journal, {
      step: "database",
      resource: globalClusterResource(globalCluster),
      summary:
        kind === "failover"
          ? `Fail ${globalCluster} over to ${target}, allowing data loss`
          : `Switch ${globalCluster} over from ${primary} to ${target}`,
      deadlineSeconds: kind === "failover" ? failoverDeadlineSeconds : switchoverDeadlineSeconds,
      read: async () => {
        const view = await readView({ deps, run }, database);
        if (view.global.kind === "read") return view;
        throw new FailoverError("Transient", `The global cluster cannot be read: ${view.global.reason}`);
      },
      judge: (view) => {
        const { failedRegion, survivors } = run;
        const aim = {
          preferred: target,
          promotedHere: [target],
          standings: known.standings,
          chosen: target,
          patience: "over",
        } as const;
        const found = classify({ view, database, failedRegion, survivors, ...aim });
        const verdict = judgeIntent(found, intent, because, { call, agreed: known.outsiders });
        const ageSeconds = (deps.clock.now() - judgedAt) / 1_000;
        if (verdict.kind !== "change" || kind !== "failover" || ageSeconds <= evidenceLastsSeconds) return verdict;
        // While AWS did not answer, the primary may have come back: through the gate anew, before anything is lost.
        return { kind: "blocked", reason: `What was known of ${primary} is ${describeSeconds(ageSeconds)} old by now` };
      },
      apply: async () => {
        try {
          await beginMove(deps, { flavour: kind, globalCluster, primary, target, targetArn });
          call = "taken";
        } catch (error) {
          if (call === "notTaken" && classifyCallError(error) === "unknownOutcome") call = "unanswered";
          throw error;
        }
      },
    });
    return converged.kind === "blocked" ? { kind: "overtaken", reason: converged.reason, call } : { kind: "moving" };
  } catch (error) {
    if (errorName(error) !== "StepBlocked" && errorName(error) !== "DeadlinePassed") throw error;
    logger.warn("The move could not be begun", { kind, target, error: errorMessage(error) });
    // A no that follows a lost answer may be to the second asking, because the first was granted.
    const isNo = errorName(error) === "StepBlocked" && call === "notTaken";
    if (!isNo) return { kind: "unanswered", reason: errorMessage(error), call };
    const said = error instanceof Error ? (error.cause ?? error) : error;
    return {
      kind: "refused",
      reason: errorMessage(said),
      lasts: stateFaults.has(errorName(said)) ? "passing" : "lasting",
      call,
    };
  }
}

/**
 * A move to the target is the intended one only if AWS took, or may have taken, the wish for it, and it is of that kind. What
 * somebody else began may lose what a switchover would keep: it is adopted as what it is, and not confirmed as done (FM41).
 */
function judgeIntent(
  found: Classification,
  intent: Intent,
  because: string,
  known: { readonly call: CallState; readonly agreed: readonly string[] },
): Verdict {
  switch (found.kind) {
    case "movingToUs":
    case "alreadyWriter": {
      const { target } = found;
      if (target !== intent.target) return { kind: "blocked", reason: `The writer is moving to ${target} instead` };
      const flavour = found.kind === "movingToUs" ? found.flavour : "unsaid";
      if (isIntended(flavour, intent, known.call)) return { kind: "done" };
      const move = found.kind === "alreadyWriter" ? "is the writer" : "is becoming the writer";
      return {
        kind: "blocked",
        reason: `${target} ${move}, not by the ${intent.kind} that this run was about to begin`,
      };
    }
    case "idle": {
      if (found.target !== intent.target)
        return { kind: "blocked", reason: `${intent.target} can no longer take over` };
      const strangers = found.outsiders.filter(({ region }) => !known.agreed.includes(region));
      if (strangers.length > 0) return { kind: "blocked", reason: describeOutsiders(strangers) };
      return { kind: "change", detail: { ...intentDetail(intent), reason: because } };
    }
    case "notNeeded":
    case "writerDown":
    case "lostElsewhere":
    case "otherEngine":
    case "movingElsewhere":
    case "cancelling":
    case "twoWriters":
    case "noTarget":
    case "dissolved":
    case "unknown":
      return { kind: "blocked", reason: describeClassification(found) };
  }
}

function isIntended(flavour: Flavour | "unsaid", intent: Intent, call: CallState): boolean {
  switch (call) {
    case "taken":
      return flavour === "unsaid" || flavour === intent.kind;
    case "unanswered":
      // Whose move it was nobody can tell. As a failover it loses the same; as a switchover less than it may have lost.
      return flavour === intent.kind || (flavour === "unsaid" && intent.kind === "failover");
    case "notTaken":
      return false;
  }
}
