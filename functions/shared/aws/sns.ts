import { SNSClient } from "@aws-sdk/client-sns";
import { bounded, type ClientFactory, oncePerKey } from "./bounds.ts";

export const sns: ClientFactory<"sns"> = (limits) =>
  oncePerKey((region) => new SNSClient({ ...bounded(limits), region }));
