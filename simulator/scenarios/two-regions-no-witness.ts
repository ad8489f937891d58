import type { Scenario } from "../scenario.ts";

export const twoRegionsNoWitness: Scenario = {
  name: "two-regions-no-witness",
  summary: "Two Regions and no witness: traffic moves on its own, promotion is asked for",
  plan: "two-regions",
  needs: ["loneObserver", "promotion"],
  failureModes: ["FM14", "FM18"],
  expected: "waitingForApproval",
  failedRegion: "us-east-1",
  script: [{ at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } }],
  horizonSeconds: 900,
};
