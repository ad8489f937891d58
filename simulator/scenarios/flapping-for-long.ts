import type { Cue, Scenario } from "../scenario.ts";

/** Down for 50 of every 110 seconds, over 40 minutes: never long enough to be confirmed, and a fifth of all requests lost. */
const rounds = Array.from({ length: 22 }, (_, index) => index * 110);

export const flappingForLong: Scenario = {
  name: "flapping-for-long",
  summary: "us-east-1 is down for 50 of every 110 seconds over 40 minutes: people hear of it within three minutes",
  plan: "storefront",
  needs: ["patience"],
  failureModes: ["FM61"],
  expected: "stoodDown",
  failedRegion: "us-east-1",
  script: rounds.flatMap((at): Cue[] => [
    { at, action: { kind: "region", region: "us-east-1", health: "gray" } },
    { at: at + 50, action: { kind: "region", region: "us-east-1", health: "up" } },
  ]),
  horizonSeconds: 2_900,
};
