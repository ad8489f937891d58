import { isoInstant } from "../../functions/shared/clock.ts";
import type { Scenario } from "../scenario.ts";

export const forgottenPause: Scenario = {
  name: "forgotten-pause",
  summary: "A pause ended an hour ago: it holds nobody back, and the record says so",
  plan: "storefront",
  failureModes: ["FM28"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    {
      at: -170,
      action: {
        kind: "coordination",
        change: (item, nowMs) => ({
          ...item,
          pause: { until: isoInstant(nowMs - 3_600_000), by: "ben", reason: "database maintenance" },
        }),
      },
    },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 1200,
};
