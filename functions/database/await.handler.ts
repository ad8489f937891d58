import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { eventBridge } from "../shared/aws/eventbridge.ts";
import { rds } from "../shared/aws/rds.ts";
import { parseInstant } from "../shared/clock.ts";
import { FailoverError } from "../shared/errors.ts";
import type { DatabasePlan } from "../shared/plan/plan.ts";
import { pollUntil } from "../shared/poll.ts";
import { createStep, type Handler, type StepContext, type StepDependencies, stepInput } from "../shared/step.ts";
import { wire } from "../shared/wire.ts";
import * as z from "../shared/zod.ts";
import type { Json } from "../timeline/event.ts";
import { readTimeline } from "../timeline/journal.ts";
import { type DatabaseView, judgeMove } from "./classify.ts";
import { readView } from "./evidence.ts";
import { noteHeirsSize } from "./heir.ts";
import { findIntents } from "./intent.ts";
import { findOutsiders, mayWriteBesides } from "./outsiders.ts";
import { raiseRange } from "./scale.ts";

/** Reads in a row that must agree that a move has vanished: one of them may come from before it. */
const vanishedReads = 3;

const seconds = z.nullable(z.number().check(z.nonnegative()));
const inputSchema = stepInput({
  target: z.nonEmpty,
  kind: z.enum(["failover", "switchover"]),
  lossSeconds: seconds,
  worstCaseLossSeconds: seconds,
  deadlineAt: z.iso.datetime(),
});
type Input = Omit<z.output<typeof inputSchema>, "run">;

interface Outcome {
  readonly result: "done" | "retry" | "late" | "blocked";
  readonly reason: string | null;
  /** The clusters that all take writes, where there is more than one. @default none */
  readonly writers?: readonly string[];
  /** The new writer and the clusters that may take writes besides it, where there are any. @default none */
  readonly mayWrite?: readonly string[];
}

/** Waits until the target is the writer, and has been read as such (FM43). */
export function createHandler(deps: StepDependencies<"rds">): Handler {
  return createStep(deps, inputSchema, async (input, context) => {
    const { database } = context.deps.plan;
    if (database === null)
      throw new FailoverError("InvalidInput", "There is no move to wait for: the plan has no database");
    const outcome = await awaitMove(input, context, database);
    if (outcome === null) return { result: "waiting", reason: null };
    await (outcome.result === "retry" ? note(input, context, outcome) : end(input, context, database, outcome));
    if (outcome.result === "done" && database.scale !== "off") {
      const timeline = await readTimeline(context.deps, context.run.incident);
      const intents = findIntents(timeline, database.globalCluster);
      await raiseRange(context, database, input.target, { intents, timeline });
    }
    return { result: outcome.result, reason: outcome.reason };
  });
}

function awaitMove(input: Input, context: StepContext<"rds">, database: DatabasePlan): Promise<Outcome | null> {
  const { deps, guard } = context;
  let vanished = 0;
  return pollUntil(deps, guard, async (): Promise<Outcome | null> => {
    const view = await readView(context, database);
    const progress = judgeMove(view, database, input.target);
    vanished = progress.kind === "vanished" ? vanished + 1 : 0;
    switch (progress.kind) {
      case "done":
        return { result: "done", reason: null, mayWrite: besides(view, context, database, input.target) };
      case "blocked":
        return { result: "blocked", reason: progress.reason, writers: progress.writers };
      case "vanished":
        if (vanished >= vanishedReads) return { result: "retry", reason: progress.reason };
        break;
      case "underWay":
        break;
    }
    const late = deps.clock.now() >= parseInstant(input.deadlineAt);
    return late ? { result: "late", reason: `Not done by ${input.deadlineAt}: ${progress.reason}` } : null;
  });
}

/** The target's cluster, and those outside the global cluster that may take writes as well; none where there are none. */
function besides(view: DatabaseView, { run }: StepContext, database: DatabasePlan, target: string): readonly string[] {
  const members = view.global.kind === "read" ? view.global.found.members : [];
  return mayWriteBesides(database, target, findOutsiders({ view, database, ...run }, members));
}

async function note({ target }: Input, { journal }: StepContext, { reason }: Outcome): Promise<void> {
  await journal.append({
    step: "database",
    kind: "observed",
    summary: `The move to ${target} was given up by Aurora: ${reason}`,
    detail: { target, reason },
  });
}

async function end(input: Input, context: StepContext, database: DatabasePlan, outcome: Outcome): Promise<void> {
  const { journal, run } = context;
  const { target, kind, lossSeconds, worstCaseLossSeconds } = input;
  const done = outcome.result === "done";
  if (done) await noteHeirsSize(context, database, target);
  const detail: Record<string, Json> = {
    result: done ? "done" : "degraded",
    promotedRegion: done ? target : null,
    kind,
    // What is lost is known when the move is over: the intent has what was accepted.
    lossSeconds: done ? lossSeconds : null,
    worstCaseLossSeconds: done ? worstCaseLossSeconds : null,
    reason: outcome.reason,
    writers: outcome.writers ?? [],
    ...(outcome.mayWrite === undefined || outcome.mayWrite.length === 0 ? {} : { mayWrite: outcome.mayWrite }),
  };
  if (kind === "failover") {
    // Aurora's fencing of the old primary and its snapshot are both best effort (FM44): whoever lets the Region back in
    // has to know.
    const oldCluster = database.clusters[run.failedRegion]?.split(":").at(-1) ?? run.failedRegion;
    detail.oldPrimary = run.failedRegion;
    detail.oldCluster = oldCluster;
    detail.conflict = `${oldCluster} in ${run.failedRegion} may still take writes until it is fenced: fence it before the Region returns`;
    detail.snapshot = `Aurora attempts a snapshot of the lost writes, rds:unplanned-global-failover-${oldCluster}-<timestamp>; copy it before it ages out`;
  }
  await journal.append({
    step: "database",
    kind: "stepEnded",
    summary: done ? `${target} is the writer, by ${kind}` : `${target} is not the writer: ${outcome.reason}`,
    detail,
  });
}

export const handler: Handler = wire(createHandler, { dynamoDB, eventBridge, rds });
