import type { Cue, Scenario } from "../scenario.ts";

/** Seconds at which it fails once more, for twenty seconds each. */
const rounds = [0, 70, 140, 210, 280, 350, 420];

export const flapping: Scenario = {
  name: "flapping",
  summary: "us-east-1 fails and passes by turns, never long enough to be confirmed",
  plan: "storefront",
  needs: ["patience"],
  failureModes: ["FM11"],
  expected: "stoodDown",
  failedRegion: "us-east-1",
  script: rounds.flatMap((at): Cue[] => [
    { at, action: { kind: "region", region: "us-east-1", health: "gray" } },
    { at: at + 20, action: { kind: "region", region: "us-east-1", health: "up" } },
    {
      at: at + 30,
      action: {
        kind: "alarmEvent",
        region: "eu-west-1",
        alarm: "storefront-us-east-1-customers",
        state: "ALARM",
      },
    },
  ]),
  horizonSeconds: 600,
};
