import { describeOneLossFromBlind, findOneLossFromBlind } from "../functions/shared/plan/blindness.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { describeUnshowable, findUnshowable } from "../functions/shared/plan/showable.ts";

/** Tells, beside the output, what a plan that is in order still cannot do. */
export function warnAbout(plan: Plan): void {
  for (const each of findUnshowable(plan)) process.stderr.write(`${describeUnshowable(each)}\n`);
  const blind = findOneLossFromBlind(plan);
  if (blind !== null) process.stderr.write(`${describeOneLossFromBlind(blind)}\n`);
}
