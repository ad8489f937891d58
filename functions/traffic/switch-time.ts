import { checkEverySeconds, checkThreshold } from "../shared/health-checkers.ts";
import type { TrafficSwitchPlan } from "../shared/plan/plan.ts";

/** From a health check's new status to DNS answers that follow it, with some to spare. Assumption: "within seconds". */
const statusInAnswersSeconds = 30;
/** Until a changed health check is with the checkers. Assumption. */
const changeWithCheckersSeconds = 30;

/** So long after a switch was thrown its effect is in DNS; resolvers that asked before still hold an answer for its TTL. */
export function switchedAfterSeconds(kind: TrafficSwitchPlan["kind"]): number {
  switch (kind) {
    case "healthCheck":
      return checkEverySeconds * checkThreshold + statusInAnswersSeconds;
    case "routingControl":
      return statusInAnswersSeconds;
    case "record":
      return changeWithCheckersSeconds + statusInAnswersSeconds;
  }
}
