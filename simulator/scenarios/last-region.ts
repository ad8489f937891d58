import { isoInstant } from "../../functions/shared/clock.ts";
import type { Scenario } from "../scenario.ts";

export const lastRegion: Scenario = {
  name: "last-region",
  summary: "The other Region is out of service already: the last one is not evacuated",
  plan: "two-regions",
  failureModes: ["FM20", "FM21"],
  expected: "stoodDown",
  failedRegion: "us-east-1",
  script: [
    {
      at: -170,
      action: {
        kind: "coordination",
        change: (item, nowMs) => ({
          ...item,
          regions: {
            ...item.regions,
            "us-west-2": { state: "evacuated", since: isoInstant(nowMs), incident: "two-regions-us-west-2-e1" },
          },
        }),
      },
    },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    { at: 120, action: { kind: "start", region: "us-west-2", input: { region: "us-east-1", reason: "it is down" } } },
  ],
  horizonSeconds: 400,
};
