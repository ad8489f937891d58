import type { Plan } from "../functions/shared/plan/plan.ts";
import { integerBetween, pick, type Random, seededRandom } from "../functions/shared/random.ts";
import type { Cue } from "./scenario.ts";

/** A world whose plan asks before it moves traffic, and in which nobody says a word. */
export interface Unanswered {
  readonly automation: Plan["automation"];
  readonly script: readonly Cue[];
}

const share = 0.15;

/**
 * What may become of a question that nobody answers: the Region that it is about comes back, another one is lost while it is
 * open, or both, or neither. Null in most worlds. A source of its own: what is drawn here changes nothing that is drawn
 * elsewhere.
 */
export function drawUnanswered(seed: number, plan: Plan, failed: string): Unanswered | null {
  const random = seededRandom(Math.imul(seed + 1, 0xfd7046c5));
  if (random.next() >= share) return null;
  if (plan.database !== null && random.next() < 0.3) return drawUnansweredLoss(random, plan, failed);
  const managesCapacity = plan.regions.some(({ autoScalingGroup }) => autoScalingGroup !== null);
  const hasThirdOpinion = plan.regions.length > 2 || plan.detection.witnesses.length > 0;
  const automation: Plan["automation"] = {
    traffic: "approve",
    capacity: managesCapacity ? "approve" : "observe",
    database: plan.database === null ? "observe" : pick(random, ["observe", "approve"] as const),
    approval: {
      timeoutSeconds: pick(random, [300, 600, 1_800]),
      onNoAnswer: hasThirdOpinion ? pick(random, ["proceed", "proceed", "decline"] as const) : "decline",
    },
  };
  const script: Cue[] = [{ at: 0, action: { kind: "region", region: failed, health: "dark" } }];
  if (random.next() < 0.75) {
    script.push({ at: integerBetween(random, 100, 500), action: { kind: "region", region: failed, health: "up" } });
  }
  const others = plan.regions.map(({ name }) => name).filter((name) => name !== failed);
  if (others.length > 1 && random.next() < 0.4) {
    const second = pick(random, others);
    const at = integerBetween(random, 100, 1_500);
    script.push({ at, action: { kind: "region", region: second, health: pick(random, ["dark", "gray"] as const) } });
    if (random.next() < 0.3) {
      script.push({
        at: at + integerBetween(random, 100, 500),
        action: { kind: "region", region: second, health: "up" },
      });
    }
  }
  return { automation, script };
}

/** Traffic moves by itself, and a person is asked about a loss of data; then the Region that had the writer is back. */
function drawUnansweredLoss(random: Random, plan: Plan, failed: string): Unanswered {
  const followers = plan.regions.map(({ name }) => name).filter((name) => name !== failed);
  const stalled = integerBetween(random, 60, 300);
  return {
    automation: { ...plan.automation, approval: { timeoutSeconds: 1_800, onNoAnswer: "decline" } },
    script: [
      ...followers.map((region): Cue => ({ at: -stalled, action: { kind: "stallReplication", region } })),
      { at: 0, action: { kind: "region", region: failed, health: "dark" } },
      { at: integerBetween(random, 150, 600), action: { kind: "region", region: failed, health: "up" } },
    ],
  };
}
