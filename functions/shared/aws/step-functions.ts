import { SFNClient } from "@aws-sdk/client-sfn";
import { bounded, type ClientFactory, oncePerKey } from "./bounds.ts";

export const stepFunctions: ClientFactory<"stepFunctions"> = (limits) =>
  oncePerKey((region) => new SFNClient({ ...bounded(limits), region }));
