import type { Scenario } from "../scenario.ts";

export const survivorDrainedByHand: Scenario = {
  name: "survivor-drained-by-hand",
  summary:
    "A person has taken eu-west-1 out of DNS by the switch and told the book nothing: when us-east-1 dies, ap-southeast-1 alone is grown, for the customers of all three",
  plan: "storefront",
  needs: ["automaticTraffic", "managedCapacity", "thirdRegion"],
  failureModes: ["FM67"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    { at: -300, action: { kind: "drainedByHand", region: "eu-west-1" } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 2400,
};
