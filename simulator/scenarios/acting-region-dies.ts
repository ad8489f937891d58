import type { Scenario } from "../scenario.ts";

export const actingRegionDies: Scenario = {
  name: "acting-region-dies",
  summary: "The Region that runs the failover goes dark just after it threw the switch: the last one takes over",
  plan: "storefront",
  needs: ["thirdRegion", "thirdCluster", "automaticTraffic", "managedCapacity"],
  failureModes: ["FM22", "FM23"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    {
      at: 0,
      action: { kind: "crash", functionName: "CapacityRaise", state: "RaiseCapacity", call: 6, as: "regionDiesAfter" },
    },
  ],
  horizonSeconds: 1800,
};
