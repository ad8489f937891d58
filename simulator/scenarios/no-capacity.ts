import type { Scenario } from "../scenario.ts";

export const noCapacity: Scenario = {
  name: "no-capacity",
  summary: "us-east-1 goes dark and the survivors can launch next to nothing: traffic still moves",
  plan: "storefront",
  needs: ["unattendedRun", "managedCapacity"],
  failureModes: ["FM48", "FM50"],
  expected: "degraded",
  failedRegion: "us-east-1",
  script: [
    { at: -10, action: { kind: "shortage", region: "eu-west-1", launchable: 1 } },
    { at: -10, action: { kind: "shortage", region: "ap-southeast-1", launchable: 1 } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 1800,
};
