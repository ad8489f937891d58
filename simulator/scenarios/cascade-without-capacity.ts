import type { Scenario } from "../scenario.ts";

export const cascadeWithoutCapacity: Scenario = {
  name: "cascade-without-capacity",
  summary:
    "us-east-1 is evacuated, then eu-west-1 is lost, and the last Region, which cannot grow, falters under them all",
  plan: "storefront",
  needs: ["thirdRegion", "unattendedRun", "managedCapacity"],
  failureModes: ["FM48", "FM71"],
  expected: "degraded",
  failedRegion: "eu-west-1",
  script: [
    { at: -1, action: { kind: "shortage", region: "ap-southeast-1", launchable: 0 } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    { at: 900, action: { kind: "region", region: "eu-west-1", health: "dark" } },
  ],
  horizonSeconds: 4_500,
};
