import type { Plan } from "../../functions/shared/plan/plan.ts";
import type { CallRecord } from "../aws/network.ts";
import type { World } from "../world.ts";
import type { Tenure } from "./ledger.ts";
import type { Grounds, Sight } from "./sight.ts";

/**
 * What silence may say yes to, where the plan takes it for one: what automation would have done by itself at the moment at
 * which nobody had answered, by the world's truth at that moment and not at the one when the question was put (FM68).
 */
export class Silence {
  readonly #world: World;
  readonly #sight: Sight;

  constructor(world: World, sight: Sight) {
    this.#world = world;
    this.#sight = sight;
  }

  /** @param asking the tenure whose question was left unanswered */
  isWarranted({ execution, failedRegion }: Tenure): boolean {
    const { network, plan } = this.#world;
    const { table } = plan.coordination;
    const isLook = ({ caller, operation, input, performed }: CallRecord) =>
      caller.execution === execution &&
      caller.state === "RecordApproval" &&
      operation === "GetItem" &&
      input.TableName === table &&
      performed;
    const look = network.apiLog.findLast(isLook);
    if (look === undefined) return false;
    const acting = execution.split(":")[3] ?? "";
    return callsForIt(plan, this.#sight.groundsAt(failedRegion, acting, look.performedAt ?? look.at));
  }
}

function callsForIt({ detection: { quorum } }: Plan, grounds: Grounds): boolean {
  const { failing, confirmed, served, everythingFailed } = grounds;
  return failing.length >= quorum && confirmed.length >= quorum && served.length === 0 && !everythingFailed;
}
