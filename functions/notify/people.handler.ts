import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { sns } from "../shared/aws/sns.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { FailoverError } from "../shared/errors.ts";
import { createEntry, type Handler } from "../shared/step.ts";
import { wire } from "../shared/wire.ts";
import { freshForSeconds, judgeRecord } from "./message.ts";
import { recordNamedBy } from "./named-record.ts";
import { publish, readRecord } from "./topic.ts";
import { untoldNotice } from "./untold.ts";

/** More than a process is told of in the time for which a record is fresh. */
const mostRemembered = 1_000;

/**
 * Tells whoever is on call what a record of the controller says. An event on the bus only names the record: whoever may put
 * events there can name one again, and cannot make people read a word of their own (FM58). An event that names nothing to
 * be told is logged, and its log line counted; it is not tried again. What this process has told already it does not tell
 * again: buses deliver twice, and whoever names a fresh record again and again gets a message out of each process at most.
 */
export function createHandler(deps: Dependencies<"dynamoDB" | "sns">): Handler {
  // What was told, and when; the oldest first.
  const told = new Map<string, number>();
  return createEntry(deps, async (event, scoped) => {
    const { plan, clock, logger, topicArn } = scoped;
    if (topicArn === null) {
      throw new FailoverError("InvalidPlan", "FAILOVER_TOPIC_ARN is not set; the deployment must set it");
    }
    const named = recordNamedBy(event, plan);
    const judged =
      named === null
        ? ({ kind: "untold", reason: `the event names no record of ${plan.application}` } as const)
        : judgeRecord(named, await readRecord(scoped, named), { plan, now: clock.now() });
    if (judged.kind === "untold") {
      logger.warn(untoldNotice, { reason: judged.reason });
      return { told: false, reason: judged.reason };
    }
    const name = `${named?.pk} ${named?.sk} ${judged.at}`;
    const now = clock.now();
    for (const [each, at] of told) {
      if (now - at <= freshForSeconds * 1_000 && told.size <= mostRemembered) break;
      told.delete(each);
    }
    if (told.has(name)) {
      logger.info("Told already", { dedupKey: judged.message.dedupKey });
      return { told: false, reason: "it was told already" };
    }
    await publish(scoped, topicArn, judged.message);
    told.set(name, now);
    return { told: true, dedupKey: judged.message.dedupKey };
  });
}

export const handler: Handler = wire(createHandler, { dynamoDB, sns });
