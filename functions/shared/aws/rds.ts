import { RDSClient } from "@aws-sdk/client-rds";
import { bounded, type ClientFactory, oncePerKey } from "./bounds.ts";

export const rds: ClientFactory<"rds"> = (limits) =>
  oncePerKey((region) => new RDSClient({ ...bounded(limits), region }));
