import type { Scenario } from "../scenario.ts";

export const lossWhileRebuilding: Scenario = {
  name: "loss-while-rebuilding",
  summary:
    "us-east-1 is lost and eu-west-1 becomes the writer; while Aurora still rebuilds ap-southeast-1 from it, eu-west-1 is lost too: nobody can take over",
  plan: "storefront",
  needs: ["thirdRegion", "database", "thirdCluster", "unattendedRun"],
  failureModes: ["FM83"],
  expected: "degraded",
  failedRegion: "eu-west-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    // The first move is over after some 160 s; a secondary is rebuilt for 300 s at least.
    { at: 420, action: { kind: "region", region: "eu-west-1", health: "dark" } },
  ],
  horizonSeconds: 3_600,
};
