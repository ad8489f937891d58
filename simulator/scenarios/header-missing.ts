import type { Scenario } from "../scenario.ts";

export const headerMissing: Scenario = {
  name: "header-missing",
  summary:
    "The application does not say which Region serves: that traffic has left us-west-2 is not shown, and not said",
  plan: "stateless",
  failureModes: ["FM63"],
  expected: "recovered",
  failedRegion: "us-west-2",
  script: [
    {
      at: -40,
      action: {
        kind: "servingHeader",
        regions: ["us-west-2", "eu-central-1", "ap-northeast-1"],
        as: "missing",
      },
    },
    { at: 0, action: { kind: "region", region: "us-west-2", health: "gray" } },
  ],
  horizonSeconds: 1200,
};
