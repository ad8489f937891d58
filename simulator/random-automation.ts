import type { AutomationLevel, Plan } from "../functions/shared/plan/plan.ts";
import { pick, type Random } from "../functions/shared/random.ts";

const levels: readonly AutomationLevel[] = ["observe", "approve", "automatic"];

/** How far automation may go, each kind of step for itself, within what a plan's checks allow. */
export function drawAutomation(random: Random, plan: Plan): Plan["automation"] {
  const traffic = pick(random, ["observe", "approve", "approve", "automatic", "automatic"] as const);
  const hasThirdOpinion = plan.regions.length > 2 || plan.detection.witnesses.length > 0;
  const managesCapacity = plan.regions.some(({ autoScalingGroup }) => autoScalingGroup !== null);
  const capacity = pick(
    random,
    // One question covers both, so capacity asks only where traffic does.
    managesCapacity ? levels.filter((level) => level !== "approve" || traffic === "approve") : (["observe"] as const),
  );
  // No freer than traffic, and never automatic on the word of one observer.
  const reach = plan.database === null ? 0 : Math.min(levels.indexOf(traffic), hasThirdOpinion ? 2 : 1);
  const database = pick(random, levels.slice(0, reach + 1));
  const silence = hasThirdOpinion || database === "observe" ? (["decline", "decline", "proceed"] as const) : null;
  return {
    traffic,
    capacity,
    database,
    approval: {
      timeoutSeconds: pick(random, [300, 600, 1_800]),
      onNoAnswer: silence === null ? "decline" : pick(random, silence),
    },
  };
}
