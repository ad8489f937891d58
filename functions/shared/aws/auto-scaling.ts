import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { bounded, type ClientFactory, oncePerKey } from "./bounds.ts";

export const autoScaling: ClientFactory<"autoScaling"> = (limits) =>
  oncePerKey((region) => new AutoScalingClient({ ...bounded(limits), region }));
