import type { Scenario } from "../scenario.ts";

export const regionOutage: Scenario = {
  name: "region-outage",
  summary: "us-east-1 goes dark, with every global control plane in it; the writer was there",
  plan: "storefront",
  failureModes: ["FM4", "FM16", "FM35", "FM38", "FM42", "FM43", "FM49", "FM51", "FM54", "FM55", "FM56"],
  expected: "recovered",
  failedRegion: "us-east-1",
  script: [{ at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } }],
  horizonSeconds: 1200,
};
