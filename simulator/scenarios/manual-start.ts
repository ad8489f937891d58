import type { Incident } from "../../functions/coordination/item.ts";
import { isoInstant } from "../../functions/shared/clock.ts";
import type { Scenario } from "../scenario.ts";

/** A run that had ended five minutes before. */
const before: Incident = {
  id: "storefront-us-east-1-e3",
  failedRegion: "us-east-1",
  cause: "down",
  failingSince: "2026-10-31T23:00:00.000Z",
  openedAt: "2026-10-31T23:01:10.000Z",
  survivors: ["eu-west-1", "ap-southeast-1"],
  branches: ["traffic", "capacity", "database", "tables"],
  question: null,
  authority: "automation",
  startedBy: "watch in eu-west-1",
  reason: "us-east-1 is down",
  stage: "underWay",
  takeovers: 0,
  paged: [],
};

export const manualStart: Scenario = {
  name: "manual-start",
  summary: "A cooldown holds automation back; a person starts the failover by hand",
  plan: "storefront",
  begunBy: "person",
  failureModes: ["FM11", "FM27"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    {
      at: -170,
      action: {
        kind: "coordination",
        change: (item, nowMs) => ({
          ...item,
          epoch: 3,
          completed: [
            {
              incident: before.id,
              region: before.failedRegion,
              outcome: "recovered",
              endedAt: isoInstant(nowMs - 300_000),
              record: before,
            },
          ],
        }),
      },
    },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    {
      at: 150,
      action: {
        kind: "start",
        region: "eu-west-1",
        input: { region: "us-east-1", reason: "customers cannot pay", by: "ana" },
      },
    },
  ],
  horizonSeconds: 1200,
};
