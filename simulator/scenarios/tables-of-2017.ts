import type { Scenario } from "../scenario.ts";

export const tablesOf2017: Scenario = {
  name: "tables-of-2017",
  summary: "The table is a global table of version 2017.11.29, which lists no replicas: it is named as one, and serves",
  plan: "storefront",
  needs: ["unattendedRun"],
  failureModes: ["FM82"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    { at: -60, action: { kind: "tableForm", form: { kind: "version2017" } } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 1200,
};
