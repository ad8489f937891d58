import type { Incident } from "../../functions/coordination/item.ts";
import { isoInstant } from "../../functions/shared/clock.ts";
import { simulatedAccount } from "../account.ts";
import type { Scenario } from "../scenario.ts";

/** A run that somebody began and nobody ended. */
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

export const cooldownOwnerDead: Scenario = {
  name: "cooldown-owner-dead",
  summary: "A run was begun and its owner died with its Region: it is taken over, not waited for",
  plan: "storefront",
  needs: ["automaticTraffic"],
  failureModes: ["FM12", "FM23"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    {
      at: 1,
      action: {
        kind: "coordination",
        change: (item, nowMs) => ({
          ...item,
          epoch: 3,
          incident: { ...before, failingSince: isoInstant(nowMs), openedAt: isoInstant(nowMs) },
          lease: {
            region: "ap-southeast-1",
            execution: `arn:aws:states:ap-southeast-1:${simulatedAccount}:execution:failover-storefront:gone`,
            expiresAt: isoInstant(nowMs + 20_000),
          },
          regions: {
            ...item.regions,
            "us-east-1": { state: "evacuating", since: isoInstant(nowMs), incident: before.id },
          },
        }),
      },
    },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 1200,
};
