import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { eventBridge } from "../shared/aws/eventbridge.ts";
import { describeInstant, isoInstant, parseInstant } from "../shared/clock.ts";
import { describeSeconds } from "../shared/plan/duration.ts";
import { pollUntil } from "../shared/poll.ts";
import { createStep, type Handler, type StepDependencies, stepInput } from "../shared/step.ts";
import { wire } from "../shared/wire.ts";
import * as z from "../shared/zod.ts";
import { readObservations } from "../watch/observations.ts";
import { probePublicName, probeWrite } from "../watch/probes.ts";
import { carryGreen, judgeServed, type Served } from "./served.ts";

const inputSchema = stepInput({
  /** Whether the database branch left a writer that takes writes. */
  writes: z.enum(["expected", "notExpected"]),
  greenSince: z.nullable(z.iso.datetime()),
  deadlineAt: z.nullable(z.iso.datetime()),
});

/**
 * Proves that customers are served: probes from every live vantage, and a write where the plan has an endpoint for it, all
 * green for the soak period. Answers "waiting" when one invocation's time is up before that or the deadline. Where the
 * database branch left no writer nobody writes, for it might write to the wrong one; then only reads are shown to be
 * served, which is no recovery.
 */
export function createHandler(deps: StepDependencies): Handler {
  return createStep(deps, inputSchema, async (input, { deps: scoped, run, guard, journal }) => {
    const { plan, clock } = scoped;
    const deadlineAt = input.deadlineAt ?? isoInstant(clock.now() + plan.recovery.deadlineSeconds * 1_000);
    let greenSince = input.greenSince;
    let told: Served["kind"] | null = greenSince === null ? null : "green";
    let last: Served = { kind: "red", reasons: ["nobody has looked yet"], customers: [] };

    const ended = await pollUntil(scoped, guard, async () => {
      const [observations, here, write] = await Promise.all([
        readObservations(scoped),
        probePublicName(scoped),
        input.writes === "expected" ? probeWrite(scoped) : null,
      ]);
      const now = clock.now();
      last = judgeServed({
        plan,
        self: scoped.region,
        failedRegion: run.failedRegion,
        observations,
        here,
        write,
        now,
      });
      greenSince = carryGreen(greenSince, last, now);
      if (last.kind !== told) {
        told = last.kind;
        await journal.append({
          step: "recovery",
          kind: "observed",
          summary:
            last.kind === "green"
              ? `${input.writes === "expected" ? "Customers are served" : "Reads are served"} at every vantage that can be heard; it must last for ${describeSeconds(plan.recovery.soakSeconds)}`
              : `Not every customer is served: ${last.reasons.join("; ")}`,
          detail: { customers: last.customers, reasons: last.kind === "red" ? last.reasons : [] },
        });
      }
      const soaked = greenSince !== null && now - parseInstant(greenSince) >= plan.recovery.soakSeconds * 1_000;
      if (soaked) return "recovered";
      return now >= parseInstant(deadlineAt) ? "late" : null;
    });

    if (ended === null) {
      return { result: "waiting", greenSince, deadlineAt, servedSince: null, verifiedAt: null, reason: null };
    }
    const verifiedAt = isoInstant(clock.now());
    const detail = { customers: (last as Served).customers };
    if (ended === "recovered" && input.writes === "notExpected") {
      const reason = `reads have been served since ${describeInstant(greenSince ?? "")}; writes were not tried, for the database branch left no single writer`;
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
          writes: input.writes,
          ...detail,
        },
      });
      return { result: "degraded", greenSince, deadlineAt, servedSince: null, verifiedAt: null, reason };
    }
    if (ended === "recovered") {
      await journal.append({
        step: "recovery",
        kind: "stepEnded",
        summary: `Customers have been served without a break since ${describeInstant(greenSince ?? "")}`,
        detail: { result: "done", servedSince: greenSince, verifiedAt, writes: input.writes, ...detail },
      });
      return { result: "done", greenSince, deadlineAt, servedSince: greenSince, verifiedAt, reason: null };
    }
    const reason = reasonOf(last);
    await journal.append({
      step: "recovery",
      kind: "stepEnded",
      summary: `Recovery could not be shown by ${describeInstant(deadlineAt)}: ${reason}`,
      detail: { result: "degraded", reason, servedSince: null, verifiedAt: null, ...detail },
    });
    return { result: "degraded", greenSince, deadlineAt, servedSince: null, verifiedAt: null, reason };
  });
}

function reasonOf(served: Served): string {
  return served.kind === "red" ? served.reasons.join("; ") : "customers were served, but not for the whole soak period";
}

export const handler: Handler = wire(createHandler, { dynamoDB, eventBridge });
