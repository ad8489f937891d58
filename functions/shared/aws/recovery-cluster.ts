import { Route53RecoveryClusterClient } from "@aws-sdk/client-route53-recovery-cluster";
import { bounded, type ClientFactory, oncePerKey } from "./bounds.ts";

export const recoveryCluster: ClientFactory<"recoveryCluster"> = (limits) => {
  const client = oncePerKey(
    (url, region: string) => new Route53RecoveryClusterClient({ ...bounded(limits), region, endpoint: url }),
  );
  return ({ region, url }) => client(url, region);
};
