import type { NoReason } from "./decision.ts";

/**
 * Why a Region that is confirmed to fail is left to people, no incident being in progress. The watch has each recorded once
 * a failure, with its evidence; that people hear of it is functions/escalation's.
 */
const leftToPeople = [
  "cooldown",
  "dailyLimit",
  "paused",
  "everythingFailing",
  "overloadSuspected",
  "lastRegion",
  "noHealthySurvivor",
] as const satisfies readonly NoReason[];

export function isLeftToPeople(reason: NoReason): boolean {
  return (leftToPeople as readonly NoReason[]).includes(reason);
}
