import type { Scenario } from "../scenario.ts";

const away = "ap-southeast-1";

export const lateSurvivor: Scenario = {
  name: "late-survivor",
  summary:
    "The last Region standing was cut off when the first one was evacuated, and must keep that one out all the same",
  plan: "storefront",
  needs: ["automaticTraffic", "managedCapacity"],
  failureModes: ["FM54"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [
    // Cut off for as long as it takes to leave it out of the survivors, and back before it is an incident of its own.
    { at: 14, action: { kind: "link", between: [away, "us-east-1"], as: "cut" } },
    { at: 14, action: { kind: "link", between: [away, "us-west-2"], as: "cut" } },
    { at: 14, action: { kind: "link", between: [away, "eu-west-1"], as: "cut" } },
    { at: 0, action: { kind: "region", region: "eu-west-1", health: "dark" } },
    { at: 120, action: { kind: "link", between: [away, "us-east-1"], as: "mended" } },
    { at: 120, action: { kind: "link", between: [away, "us-west-2"], as: "mended" } },
    { at: 120, action: { kind: "link", between: [away, "eu-west-1"], as: "mended" } },
    { at: 480, action: { kind: "region", region: "eu-west-1", health: "up" } },
    { at: 780, action: { kind: "region", region: "us-east-1", health: "dark" } },
  ],
  horizonSeconds: 2400,
};
