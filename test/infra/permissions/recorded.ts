import type { Plan } from "../../../functions/shared/plan/plan.ts";
import { play } from "../../../simulator/play.ts";
import type { Scenario } from "../../../simulator/scenario.ts";
import { type IamRequest, iamRequestsOf } from "./requests.ts";

/** What one function of one Region asked of IAM. */
export interface Recorded {
  readonly functionName: string;
  /** The Region in which the function runs. */
  readonly region: string;
  readonly request: IamRequest;
}

/**
 * Plays scenarios under a plan and writes down each different question that its functions put to IAM. Calls that were
 * throttled, denied or lost count as well: they were asked for.
 */
export async function recordRequests(
  plan: Plan,
  scenarios: readonly Scenario[],
  seeds: readonly number[],
): Promise<readonly Recorded[]> {
  const clusters = Object.values(plan.database?.clusters ?? {});
  const recorded = new Map<string, Recorded>();
  for (const scenario of scenarios) {
    for (const seed of seeds) {
      const { world } = await play({ scenario, plan, seed });
      for (const call of world.network.apiLog) {
        const { functionName, region } = call.caller;
        // People have permissions of their own.
        if (functionName === "Person") continue;
        for (const request of iamRequestsOf(call, clusters)) {
          const each = { functionName, region, request };
          recorded.set(JSON.stringify(each), each);
        }
      }
    }
  }
  return [...recorded.values()];
}
