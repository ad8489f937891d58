import type { Scenario } from "../scenario.ts";

export const grayFailure: Scenario = {
  name: "gray-failure",
  summary: "Customers of us-east-1 fail while its APIs live: traffic moves, the writer is switched over without loss",
  plan: "storefront",
  failureModes: ["FM9", "FM16"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [{ at: 0, action: { kind: "region", region: "us-east-1", health: "gray" } }],
  horizonSeconds: 1200,
};
