import type { Scenario } from "../scenario.ts";

export const witnessLost: Scenario = {
  name: "witness-lost",
  summary: "The witness of two Regions is lost, then us-east-1: nobody may judge it, and people are told of both",
  plan: "two-regions",
  needs: ["loneWitness"],
  failureModes: ["FM59"],
  expected: "stoodDown",
  failedRegion: "us-east-1",
  script: [
    { at: -300, action: { kind: "region", region: "us-west-1", health: "dark" } },
    { at: 0, action: { kind: "region", region: "us-east-1", health: "gray" } },
  ],
  horizonSeconds: 600,
};
