import type { AwsClients, HttpProber } from "./clients.ts";
import type { Clock } from "./clock.ts";
import type { Logger } from "./logger.ts";
import type { Plan } from "./plan/plan.ts";
import type { Random } from "./random.ts";

/** Everything that varies between production and a simulated world. Handlers take it whole, adapters take it in parts. */
export interface Dependencies {
  readonly plan: Plan;
  /** The Region in which this function runs. */
  readonly region: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly aws: AwsClients;
  readonly http: HttpProber;
  readonly logger: Logger;
  /** The failover state machine of this Region; null where there is none (a witness only watches). */
  readonly stateMachineArn: string | null;
  /** The bucket of this Region for reports of runs that were closed here; null where there is none. */
  readonly reportBucket: string | null;
}
