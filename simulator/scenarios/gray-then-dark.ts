import type { Scenario } from "../scenario.ts";

export const grayThenDark: Scenario = {
  name: "gray-then-dark",
  summary: "Customers of us-east-1 fail, replication stalls, then it goes dark: what it wrote meanwhile counts as lost",
  plan: "storefront",
  needs: ["promotion"],
  failureModes: ["FM16", "FM39"],
  expected: "waitingForApproval",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "gray" } },
    { at: 1, action: { kind: "stallReplication", region: "eu-west-1" } },
    { at: 1, action: { kind: "stallReplication", region: "ap-southeast-1" } },
    { at: 60, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 900,
};
