import { Route53Client } from "@aws-sdk/client-route-53";
import { bounded, type ClientFactory, oncePerKey } from "./bounds.ts";

/** Route 53's control plane lives in this Region alone. */
const controlPlaneRegion = "us-east-1";

export const route53: ClientFactory<"route53"> = (limits) => {
  const client = oncePerKey((region) => new Route53Client({ ...bounded(limits), region }));
  return () => client(controlPlaneRegion);
};
