import type { Scenario } from "../scenario.ts";

export const headlessWriter: Scenario = {
  name: "headless-writer",
  summary:
    "eu-west-1 goes dark, and the writer's cluster in us-east-1, which did not fail, has no instance: no recovery is claimed",
  plan: "storefront",
  needs: ["thirdRegion", "database"],
  failureModes: ["FM86"],
  expected: "degraded",
  failedRegion: "eu-west-1",
  script: [
    { at: -120, action: { kind: "cluster", region: "us-east-1", change: { as: "instances", statuses: [] } } },
    { at: 0, action: { kind: "region", region: "eu-west-1", health: "dark" } },
  ],
  horizonSeconds: 1500,
};
