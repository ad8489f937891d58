import type { AwsClients, AwsService, HttpProber, NameServerClient } from "./clients.ts";
import type { Clock } from "./clock.ts";
import type { Logger } from "./logger.ts";
import type { Plan } from "./plan/plan.ts";
import type { Random } from "./random.ts";

/**
 * Everything that varies between production and a simulated world. `Services` are the AWS services that whoever takes it
 * may call, none unless named: `Dependencies<"rds" | "cloudWatch">`. So each handler says what it needs, and its bundle
 * holds no other client.
 */
export interface Dependencies<Services extends AwsService = never> {
  readonly plan: Plan;
  /** The Region in which this function runs. */
  readonly region: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly aws: Pick<AwsClients, Services>;
  readonly http: HttpProber;
  readonly nameServers: NameServerClient;
  readonly logger: Logger;
  /** The failover state machine of this Region; null where there is none (a witness only watches). */
  readonly stateMachineArn: string | null;
  /** The bucket of this Region for reports of runs that were closed here; null where there is none. */
  readonly reportBucket: string | null;
  /** ARN of this Region's topic for people; null for a function that tells nobody anything itself. */
  readonly topicArn: string | null;
  /** Who answers in S3's place, where something does: what is read unsigned must be read there too. Null: S3. */
  readonly s3Endpoint: string | null;
}
