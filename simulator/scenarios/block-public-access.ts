import type { Scenario } from "../scenario.ts";

const regions = ["us-east-1", "eu-west-1", "ap-southeast-1"];

export const blockPublicAccess: Scenario = {
  name: "block-public-access",
  summary:
    "An organisation closes the switch's buckets to whoever signs nothing: the objects are written, no health checker sees them, and the run says so",
  plan: "storefront",
  needs: ["automaticTraffic", "objectSwitch"],
  failureModes: ["FM66"],
  expected: "degraded",
  failedRegion: "us-east-1",
  script: [
    ...regions.map((region) => ({ at: -300, action: { kind: "publicAccess", region, as: "blocked" } as const })),
    { at: 0, action: { kind: "region", region: "us-east-1", health: "gray" } },
  ],
  horizonSeconds: 1800,
};
