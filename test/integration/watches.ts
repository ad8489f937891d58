import { findS3Endpoint } from "../../functions/shared/aws/endpoint.ts";
import { type AwsService, silentNameServers } from "../../functions/shared/clients.ts";
import { type Clock, systemClock } from "../../functions/shared/clock.ts";
import type { Dependencies } from "../../functions/shared/dependencies.ts";
import { createHttpProber } from "../../functions/shared/http.ts";
import { silentLogger } from "../../functions/shared/logger.ts";
import type { Plan } from "../../functions/shared/plan/plan.ts";
import { systemRandom } from "../../functions/shared/random.ts";
import { createHandler } from "../../functions/watch/watch.handler.ts";
import { createAwsClients } from "../real-clients.ts";

/** What a handler has in production, in a Region, with clients for whatever `AWS_ENDPOINT_URL` names. */
export function productionLike(
  plan: Plan,
  region: string,
  more: Partial<Pick<Dependencies, "clock" | "stateMachineArn" | "reportBucket">> = {},
): Dependencies<AwsService> {
  return {
    plan,
    region,
    clock: systemClock,
    random: systemRandom,
    aws: createAwsClients(),
    http: createHttpProber(),
    nameServers: silentNameServers,
    logger: silentLogger,
    stateMachineArn: null,
    reportBucket: null,
    topicArn: null,
    s3Endpoint: findS3Endpoint(process.env),
    ...more,
  };
}

/** A watch that is called again and again, as the schedule calls it. */
export interface Watching {
  /** Ends with the round that is under way. */
  close(): Promise<void>;
}

/** What the sleep of a watch ends with that is not to go on. */
class Stopped extends Error {}

/** Starts the watch of one Region in this process. */
export function startWatch(deps: Dependencies<AwsService>): Watching {
  let state: "watching" | "stopping" = "watching";
  const clock: Clock = {
    now: () => deps.clock.now(),
    async sleep(milliseconds) {
      const end = systemClock.now() + milliseconds;
      while (systemClock.now() < end && state === "watching") await systemClock.sleep(50);
      if (state === "stopping") throw new Stopped();
    },
  };
  const handler = createHandler({ ...deps, clock });
  const invocation = { awsRequestId: "test", functionName: `watch in ${deps.region}` };
  const over = (async () => {
    while (state === "watching") {
      await handler({}, invocation).catch((error) => {
        if (state === "watching") throw error;
      });
    }
  })();
  // Whoever stops it hears of it.
  over.catch(() => {});
  return {
    close: () => {
      state = "stopping";
      return over;
    },
  };
}

/** One round of a Region's watch, which took place so long ago: its clock is behind by that much. */
export async function watchOnce(deps: Dependencies<AwsService>, secondsAgo: number): Promise<void> {
  let rounds = 0;
  const clock: Clock = {
    now: () => systemClock.now() - secondsAgo * 1_000,
    sleep: () => {
      rounds++;
      return Promise.reject(new Stopped());
    },
  };
  const invocation = { awsRequestId: "test", functionName: `watch in ${deps.region}` };
  await createHandler({ ...deps, clock })({}, invocation).catch((error) => {
    if (rounds === 0) throw error;
  });
}
