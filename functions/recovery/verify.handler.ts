import { assess, confirmedFailure } from "../assess/assessment.ts";
import { gatherEvidence } from "../assess/evidence.ts";
import { signsOfLife } from "../assess/signs.ts";
import type { Run } from "../coordination/item.ts";
import { createCoordinationStore } from "../coordination/store.ts";
import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { eventBridge } from "../shared/aws/eventbridge.ts";
import { describeInstant, isoInstant, parseInstant } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import type { Plan } from "../shared/plan/plan.ts";
import { describeSeconds } from "../shared/plan/duration.ts";
import { pollUntil } from "../shared/poll.ts";
import { createStep, type Handler, type StepDependencies, stepInput } from "../shared/step.ts";
import { wire } from "../shared/wire.ts";
import * as z from "../shared/zod.ts";
import { endBefore } from "../timeline/earlier.ts";
import type { TimelineEvent } from "../timeline/event.ts";
import { readTimeline } from "../timeline/journal.ts";
import type { Observation } from "../watch/observation.ts";
import { readObservations } from "../watch/observations.ts";
import { probePublicName, probeWrite } from "../watch/probes.ts";
import { judgeServed, type Served, type Writer } from "./served.ts";
import { carrySoak, isSoaked, noSoak, soakedAfterSeconds, soakSchema } from "./soak.ts";

const inputSchema = stepInput({
  /** Whether the database branch left a writer that takes writes; "asBefore": it was left out, and an earlier run knows. */
  writes: z.enum(["expected", "notExpected", "asBefore"]),
  /** What the round before has seen; null in the first. */
  soak: z.nullable(soakSchema),
  deadlineAt: z.nullable(z.iso.datetime()),
});

/** A service that half the requests reach turns every few seconds: the rest of the turns are counted and not told. */
const turnsTold = 6;

/**
 * Proves that customers are served: probes from every live vantage, and a write where the plan has an endpoint for it, all
 * green for the soak period, with nobody looking away in between. Answers "waiting" when one invocation's time is up
 * before that or the deadline. Where the database branch left no writer nobody writes, for it might write to the wrong
 * one; then only reads are shown to be served, which is no recovery. Nor is it one once the Region that has the writer is
 * down as well (FM86): the run ends, so that the run of that Region can begin.
 */
export function createHandler(deps: StepDependencies): Handler {
  return createStep(deps, inputSchema, async (input, { deps: scoped, run, guard, journal }) => {
    const { plan, clock } = scoped;
    const deadlineAt = input.deadlineAt ?? isoInstant(clock.now() + plan.recovery.deadlineSeconds * 1_000);
    const timeline = plan.database === null ? [] : await readTimeline(scoped, run.incident);
    const unwritten = whyNotWritten(plan, timeline, run, input.writes);
    const writerRegion = unwritten === null ? await findWriter(scoped, run, timeline) : null;
    let soak = input.soak ?? noSoak;
    let last: Served = { kind: "red", reasons: ["nobody has looked yet"], customers: [] };

    const ended = await pollUntil(scoped, guard, async () => {
      const [observations, here, write] = await Promise.all([
        readObservations(scoped),
        probePublicName(scoped),
        unwritten === null ? probeWrite(scoped) : null,
      ]);
      const now = clock.now();
      if (writerRegion !== null && isDown(scoped, observations, writerRegion)) return "writerLost";
      last = judgeServed({
        plan,
        self: scoped.region,
        failedRegion: run.failedRegion,
        observations,
        here,
        write,
        writer: writerSeen(scoped, observations, writerRegion),
        now,
      });
      const carried = carrySoak(soak, last, now);
      soak = carried.soak;
      if (carried.turn !== null && soak.turns <= turnsTold) {
        const lasts =
          last.kind === "green" ? `; it must last for ${describeSeconds(soakedAfterSeconds(soak, plan))}` : "";
        const alone = last.kind === "green" && unwritten !== null ? " (reads alone: nobody writes)" : "";
        const more = soak.turns === turnsTold ? ". Further turns are counted, not told" : "";
        await journal.append({
          step: "recovery",
          kind: "observed",
          summary: `${carried.turn}${alone}${lasts}${more}`,
          detail: { customers: last.customers, reasons: last.kind === "red" ? last.reasons : [] },
        });
      }
      if (isSoaked(soak, last, now, plan)) return "recovered";
      return now >= parseInstant(deadlineAt) ? "late" : null;
    });

    if (ended === null) {
      return { result: "waiting", soak, deadlineAt, servedSince: null, verifiedAt: null, reason: null };
    }
    const { greenSince, lastGreenAt: verifiedAt, turns } = soak;
    const detail = { customers: (last as Served).customers, turns };
    const untold = turns > turnsTold ? `, after ${turns} turns between served and not` : "";
    if (ended === "recovered" && unwritten !== null) {
      const reason = `reads have been served since ${describeInstant(greenSince ?? "")}; writes were not tried, for ${unwritten}`;
      await journal.append({
        step: "recovery",
        kind: "stepEnded",
        summary: `Recovery is not shown: ${reason}`,
        detail: {
          result: "degraded",
          reason,
          servedSince: null,
          verifiedAt: null,
          reads: { servedSince: greenSince, verifiedAt },
          writes: "notExpected",
          ...detail,
        },
      });
      return { result: "degraded", soak, deadlineAt, servedSince: null, verifiedAt: null, reason };
    }
    if (ended === "recovered") {
      await journal.append({
        step: "recovery",
        kind: "stepEnded",
        summary: `Customers have been served without a break since ${describeInstant(greenSince ?? "")}${untold}`,
        detail: { result: "done", servedSince: greenSince, verifiedAt, writes: "expected", ...detail },
      });
      return { result: "done", soak, deadlineAt, servedSince: greenSince, verifiedAt, reason: null };
    }
    const isWriterLost = ended === "writerLost";
    const reason = isWriterLost
      ? `${writerRegion}, which has the writer, is down itself: its own failover comes next`
      : reasonOf(last);
    await journal.append({
      step: "recovery",
      kind: "stepEnded",
      summary: isWriterLost
        ? `Recovery is not shown${untold}: ${reason}`
        : `Recovery could not be shown by ${describeInstant(deadlineAt)}${untold}: ${reason}`,
      detail: { result: "degraded", reason, servedSince: null, verifiedAt: null, ...detail },
    });
    return { result: "degraded", soak, deadlineAt, servedSince: null, verifiedAt: null, reason };
  });
}

/**
 * Why nobody writes; null when a write must succeed. A retry that leaves the database out says nothing of it: only where
 * the run before is known to have left a writer is there one to write to, else it might be the wrong one of two.
 */
function whyNotWritten(
  plan: Plan,
  timeline: readonly TimelineEvent[],
  { epoch }: Run,
  writes: "expected" | "notExpected" | "asBefore",
): string | null {
  switch (writes) {
    case "expected":
      return null;
    case "notExpected":
      return "the database branch left no single writer";
    case "asBefore":
      return plan.database === null || endBefore(timeline, epoch)?.branches.database?.result === "done"
        ? null
        : "no run of this incident is known to have left a single writer: retry the database branch";
  }
}

function isDown(
  { plan, region: self, clock }: Dependencies<"dynamoDB">,
  observations: readonly Observation[],
  region: string,
): boolean {
  const evidence = gatherEvidence(plan, self, observations, isoInstant(clock.now()));
  return confirmedFailure(assess(plan, evidence, region)) === "down";
}

/** What is known of the writer's Region; null where the database branch named none, and for whoever acts there. */
function writerSeen(
  { plan, region: self }: Dependencies<"dynamoDB">,
  observations: readonly Observation[],
  region: string | null,
): Writer | null {
  if (region === null || region === self) return null;
  return { region, seenAt: signsOfLife(plan, self, observations, region)[0]?.at ?? null };
}

/**
 * The Region that has the writer, as the database branch last said; null where it has not said it, or where that Region has
 * been taken out of service since: then another run has seen to its writer.
 */
async function findWriter(
  deps: Dependencies<"dynamoDB">,
  run: Run,
  timeline: readonly TimelineEvent[],
): Promise<string | null> {
  const end = timeline.findLast(({ step, kind }) => step === "database" && kind === "stepEnded")?.detail;
  if (end?.result !== "done") return null;
  const region = end.promotedRegion ?? end.writer;
  if (typeof region !== "string") return null;
  const { regions } = await createCoordinationStore(deps, run.execution).read();
  return (regions[region]?.state ?? "inService") === "inService" ? region : null;
}

function reasonOf(served: Served): string {
  return served.kind === "red" ? served.reasons.join("; ") : "customers were served, but not for the whole soak period";
}

export const handler: Handler = wire(createHandler, { dynamoDB, eventBridge });
