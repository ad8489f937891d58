import type { Scenario } from "../scenario.ts";

export const allGrayForLong: Scenario = {
  name: "all-gray-for-long",
  summary: "Every Region is gray for an hour, each from its own moment: a lucky probe now and then changes nothing",
  plan: "storefront",
  needs: ["thirdRegion", "patience"],
  failureModes: ["FM13", "FM70"],
  expected: "stoodDown",
  failedRegion: "us-east-1",
  script: [
    { at: 0, action: { kind: "region", region: "us-east-1", health: "gray" } },
    { at: 15, action: { kind: "region", region: "eu-west-1", health: "gray" } },
    { at: 30, action: { kind: "region", region: "ap-southeast-1", health: "gray" } },
    { at: 3_600, action: { kind: "region", region: "ap-southeast-1", health: "up" } },
    { at: 3_640, action: { kind: "region", region: "eu-west-1", health: "up" } },
    { at: 3_680, action: { kind: "region", region: "us-east-1", health: "up" } },
  ],
  horizonSeconds: 4_000,
};
