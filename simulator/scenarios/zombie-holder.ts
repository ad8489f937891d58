import type { Scenario } from "../scenario.ts";

export const zombieHolder: Scenario = {
  name: "zombie-holder",
  summary: "The holder stands still for four minutes, is taken over, wakes, and may change nothing",
  plan: "storefront",
  needs: ["automaticTraffic"],
  failureModes: ["FM24", "FM29"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    {
      at: 0,
      action: {
        kind: "faults",
        faults: [
          {
            call: { functionName: "TrafficVerify" },
            occurrence: 1,
            verdict: { kind: "freeze", milliseconds: 240_000 },
          },
          {
            call: { functionName: "CapacityRaise" },
            occurrence: 5,
            verdict: { kind: "freeze", milliseconds: 240_000 },
          },
          {
            call: { functionName: "DatabasePromote" },
            occurrence: 4,
            verdict: { kind: "freeze", milliseconds: 240_000 },
          },
          { call: { functionName: "TablesCheck" }, occurrence: 1, verdict: { kind: "freeze", milliseconds: 240_000 } },
        ],
      },
    },
  ],
  horizonSeconds: 1800,
};
