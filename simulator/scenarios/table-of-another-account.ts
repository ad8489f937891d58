import type { Scenario } from "../scenario.ts";

export const tableOfAnotherAccount: Scenario = {
  name: "table-of-another-account",
  summary:
    "The table's replica in ap-southeast-1 is another account's: that is said, and it is not taken to be missing",
  plan: "storefront",
  needs: ["unattendedRun", "thirdRegion"],
  failureModes: ["FM82"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    { at: -60, action: { kind: "tableForm", form: { kind: "multiAccount", region: "ap-southeast-1" } } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 1200,
};
