import type { CompletedRun } from "../coordination/item.ts";
import { activePause } from "../coordination/rules.ts";
import { describeInstant, parseInstant } from "../shared/clock.ts";
import { describeSeconds } from "../shared/plan/duration.ts";
import type { Plan } from "../shared/plan/plan.ts";
import { type Assessment, assess, confirmedFailure } from "./assessment.ts";
import { type Decision, type DecisionInput, stoodDown } from "./decision.ts";
import type { Signal } from "./signal.ts";

/** Why an event is no reason even to look, or null. */
export function refuseSignal(
  { plan, now }: DecisionInput,
  signal: Extract<Signal, { kind: "alarm" | "health" | "request" }>,
): Decision | null {
  if (signal.silenced !== null) {
    return stoodDown("silencedEvent", `The event was ${signal.silenced}, so it is recorded and not acted on`);
  }
  if (signal.at !== null) {
    const ageSeconds = (now - signal.at) / 1_000;
    if (ageSeconds > plan.detection.maximumEventAgeSeconds) {
      return stoodDown(
        "staleEvent",
        `The event is ${describeSeconds(ageSeconds)} old; the plan allows ${describeSeconds(plan.detection.maximumEventAgeSeconds)}`,
      );
    }
  }
  if (signal.kind === "alarm" && signal.state === "OK") return stoodDown("recoveryEvent", "The alarm returned to OK");
  if (signal.kind === "health" && signal.state !== "open") {
    return stoodDown("recoveryEvent", `The AWS Health event is ${signal.state}`);
  }
  return null;
}

/** Why the evidence does not call for automation, or null when it does. */
export function whyNotByEvidence(plan: Plan, region: string, assessment: Assessment): Decision | null {
  switch (assessment.kind) {
    case "down":
    case "gray":
      return null;
    case "disputed":
      // Somebody still sees it: after a bounded wait a person decides (FM18).
      return assessment.dispute === "lasting"
        ? null
        : stoodDown("disputed", `A quorum sees ${region} failing, but not everybody does; waiting`);
    case "serving":
      return stoodDown("serving", `${region} serves: no vantage that can be heard sees it failing`);
    case "unknown":
      return stoodDown("unknownEvidence", `Too few vantages can be heard to say anything of ${region}`);
    case "unconfirmed":
      return stoodDown(
        "unconfirmed",
        `${region} has been seen failing since ${describeInstant(assessment.failingSince)}, but not yet by enough vantages for long enough`,
      );
    case "flapping":
      return stoodDown("flapping", `${region} fails and passes by turns; a person should look`);
    case "everythingFailing":
      return stoodDown(
        "everythingFailing",
        `Every Region looks bad at once, which points at the observers or something shared; a person should look. It is judged so since ${describeInstant(assessment.sharedSince)}, and until one Region has been steady for ${describeSeconds(plan.detection.clearForSeconds)}`,
      );
    case "observerIsolated":
      return stoodDown("observerIsolated", "This controller hears no other vantage, so it may itself be cut off");
  }
}

export function whyNotByPause({ item, now }: Pick<DecisionInput, "item" | "now">): Decision | null {
  const pause = activePause(item, now);
  if (pause === null) return null;
  return stoodDown("paused", `${pause.by} paused automation until ${describeInstant(pause.until)}: ${pause.reason}`);
}

export function whyNotByHistory(
  { plan, item, now }: DecisionInput,
  region: string,
  assessment: Assessment,
): Decision | null {
  const { cooldownSeconds, maximumRunsPerDay } = plan.detection;
  // Only finished runs count: one that was begun and never ended must not hold back the real failover (FM12).
  const cooling = item.completed.find(
    (run) =>
      run.region === region &&
      now - parseInstant(run.endedAt) < cooldownSeconds * 1_000 &&
      // What the evidence answered in everybody's place is no person's no, and speaks of no failure that comes later.
      run.record.withdrawn === undefined &&
      // No answer to a question about a dispute speaks of what is beyond one.
      !(isDispute(run) && confirmedFailure(assessment) !== null),
  );
  if (cooling !== undefined) {
    return stoodDown(
      "cooldown",
      `${cooling.incident} ended at ${describeInstant(cooling.endedAt)}; automation leaves ${region} alone for ${describeSeconds(cooldownSeconds)}. A person may start a run`,
    );
  }
  const today = item.completed.filter(
    (run) =>
      run.record.authority === "automation" &&
      run.outcome !== "stoodDown" &&
      now - parseInstant(run.endedAt) < 86_400_000,
  );
  if (today.length >= maximumRunsPerDay) {
    return stoodDown("dailyLimit", `${today.length} automatic runs in 24 hours; the plan allows ${maximumRunsPerDay}`);
  }
  return null;
}

/** A run that ended with a no, or with silence, to the question what to make of vantages that disagreed. */
function isDispute({ outcome, record }: CompletedRun): boolean {
  return outcome === "stoodDown" && record.cause === "requested" && record.authority === "automation";
}

/**
 * With a Region out of service, or down, the others carry its customers, and one that fails them but lives is most likely
 * overloaded. Sending its customers on would overload the next (FM20, FM52): only a Region that gives no sign of life is
 * evacuated then, unless a person says so.
 */
export function whyNotByOverload(
  input: Pick<DecisionInput, "plan" | "evidence" | "item">,
  region: string,
  assessment: Assessment,
): Decision | null {
  if (assessment.kind === "down") return null;
  const { plan, evidence, item } = input;
  const isOut = (name: string) =>
    (item.regions[name]?.state ?? "inService") !== "inService" ||
    evidence.takenOut.includes(name) ||
    assess(plan, evidence, name).kind === "down";
  const out = plan.regions.map(({ name }) => name).filter((name) => name !== region && isOut(name));
  if (out.length === 0) return null;
  return stoodDown(
    "overloadSuspected",
    `${region} lives and carries the customers of ${out.join(", ")}; it may be overloaded, and a person should look`,
  );
}

/** @param would what would be done, as sentences without the last full stop */
export function whyNotByPlan(plan: Plan, would: string): Decision | null {
  if (plan.automation.traffic !== "observe") return null;
  return { kind: "observed", reason: "planObserves", explanation: `${would}, but the plan only observes` };
}
