import type { Scenario } from "../scenario.ts";

export const checkAttachedToNothing: Scenario = {
  name: "check-attached-to-nothing",
  summary:
    "The record of us-west-2 carries no health check, so the switch moves nothing: its customers are still sent there",
  plan: "stateless",
  failureModes: ["FM62", "FM64"],
  expected: "degraded",
  failedRegion: "us-west-2",
  script: [
    { at: -40, action: { kind: "recordCarries", region: "us-west-2", check: "nothing" } },
    { at: 0, action: { kind: "region", region: "us-west-2", health: "gray" } },
  ],
  horizonSeconds: 1200,
};
