import type { Scenario } from "../scenario.ts";

export const observeMode: Scenario = {
  name: "observe-mode",
  summary: "The plan lets automation only observe: everything is decided and recorded, nothing is changed",
  plan: "storefront",
  automation: { traffic: "observe", capacity: "observe", database: "observe" },
  needs: ["alarm"],
  failureModes: ["FM4"],
  expected: "observed",
  failedRegion: "us-east-1",
  script: [{ at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } }],
  horizonSeconds: 300,
};
