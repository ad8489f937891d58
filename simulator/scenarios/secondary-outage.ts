import type { Scenario } from "../scenario.ts";

export const secondaryOutage: Scenario = {
  name: "secondary-outage",
  summary: "eu-west-1 goes dark; the writer is elsewhere, so nothing is promoted",
  plan: "storefront",
  failureModes: ["FM47"],
  expected: "recovered",
  failedRegion: "eu-west-1",
  script: [{ at: 0, action: { kind: "region", region: "eu-west-1", health: "dark" } }],
  horizonSeconds: 1200,
};
