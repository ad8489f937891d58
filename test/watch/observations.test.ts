import { isoInstant } from "../../functions/shared/clock.ts";
import { readObservations } from "../../functions/watch/observations.ts";
import { FakeAws } from "../fakes/aws.ts";
import { observe } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";

const plan = examplePlan("storefront");

describe("readObservations", () => {
  it.each<[string, Record<string, unknown>]>([
    ["an instant that is none", { at: "soon" }],
    ["an instant that only JavaScript takes for one", { at: "round 7" }],
    ["no votes", { votes: "none" }],
    ["a vote without a streak", { votes: [{ region: "us-east-1", vote: "failing" }] }],
    [
      "a change at no time",
      {
        votes: [{ region: "us-east-1", since: "2026-11-01T00:00:00Z", until: "2026-11-01T00:00:00Z", changes: ["x"] }],
      },
    ],
    ["shared trouble since no time", { sharedSince: "long ago" }],
    [
      "a pass at no time",
      {
        votes: [
          {
            ...{ region: "us-east-1", since: "2026-11-01T00:00:00Z", until: "2026-11-01T00:00:00Z", changes: [] },
            passedAt: 7,
          },
        ],
      },
    ],
    ["no customers", { customers: null }],
    ["no heartbeats", { heartbeatAgeSeconds: null }],
  ])("FM6: counts an observation with %s as none, and reads the others", async (_name, nonsense) => {
    const aws = new FakeAws();
    for (const observation of observe(plan, isoInstant(aws.clock.now()))) {
      const broken = observation.vantage === "us-west-2" ? nonsense : {};
      aws.put(plan.recordsTable, { pk: "observations", sk: observation.vantage, ...observation, ...broken });
    }

    const read = await aws.finish(readObservations(aws.dependencies(plan, "eu-west-1")));

    expect(read.map(({ vantage }) => vantage).sort()).toEqual(["ap-southeast-1", "eu-west-1", "us-east-1"]);
  });
});
