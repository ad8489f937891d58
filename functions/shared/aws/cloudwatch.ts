import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { bounded, type ClientFactory, oncePerKey } from "./bounds.ts";

/** Reading metrics changes nothing, so a lost answer may be asked for again at once. */
const attempts = 2;

export const cloudWatch: ClientFactory<"cloudWatch"> = (limits) =>
  oncePerKey((region) => new CloudWatchClient({ ...bounded(limits), region, maxAttempts: attempts }));
