import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { bounded, type ClientFactory, oncePerKey } from "./bounds.ts";

export const eventBridge: ClientFactory<"eventBridge"> = (limits) =>
  oncePerKey((region) => new EventBridgeClient({ ...bounded(limits), region }));
