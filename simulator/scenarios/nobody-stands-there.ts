import type { Scenario } from "../scenario.ts";

export const nobodyStandsThere: Scenario = {
  name: "nobody-stands-there",
  summary:
    "The zone is private, and no vantage is sent to us-west-2 but its own, which is gone: that traffic has left is not shown",
  plan: "stateless",
  failureModes: ["FM62"],
  expected: "recovered",
  failedRegion: "us-west-2",
  script: [
    { at: -40, action: { kind: "nameServers", as: "private" } },
    { at: 0, action: { kind: "region", region: "us-west-2", health: "dark" } },
  ],
  horizonSeconds: 1200,
};
