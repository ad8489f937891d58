import fc from "fast-check";
import type { Cause } from "../../functions/coordination/item.ts";
import { describeInstant } from "../../functions/shared/clock.ts";
import { estimateMissing, heartbeatAges, notServing, type Replica } from "../../functions/tables/lag.ts";
import type { Observation } from "../../functions/watch/observation.ts";

const beat = (vantage: string, at: string): Observation => ({
  vantage,
  at,
  votes: [],
  customers: { vote: "unknown", since: at, servedBy: null },
  heartbeatAgeSeconds: {},
  capacity: null,
  lag: null,
});
const replica = (status: string, consistency: Replica["consistency"] = "eventual"): Replica => ({
  table: "UserSessions",
  region: "eu-west-1",
  status,
  consistency,
});
const found = {
  failedRegion: "us-east-1",
  cause: "down" as Cause,
  failingSince: "2026-03-01T12:00:00Z",
  at: "2026-03-01T12:01:30Z",
  observations: [beat("eu-west-1", "2026-03-01T12:01:25Z"), beat("us-east-1", "2026-03-01T11:59:52Z")],
  replicas: [replica("ACTIVE")],
};

describe("notServing", () => {
  it.each([
    { status: "ACTIVE", broken: false },
    { status: "UPDATING", broken: false },
    { status: "CREATING", broken: true },
    { status: "REGION_DISABLED", broken: true },
    { status: "INACCESSIBLE_ENCRYPTION_CREDENTIALS", broken: true },
    { status: "REPLICATION_NOT_AUTHORIZED", broken: true },
    { status: "NOT_REPLICATED", broken: true },
    { status: "NO_ANSWER", broken: true },
    { status: "A_STATUS_OF_NEXT_YEAR", broken: true },
  ])("$status", ({ status, broken }) => {
    expect(notServing([replica(status)])).toHaveLength(broken ? 1 : 0);
  });
});

describe("estimateMissing", () => {
  it.each<{ case: string; cause: Cause; heartbeat: string; value: number }>([
    { case: "from its last heartbeat until it failed", cause: "down", heartbeat: "2026-03-01T11:59:52Z", value: 8 },
    { case: "nothing, when a later heartbeat arrived", cause: "down", heartbeat: "2026-03-01T12:00:05Z", value: 0 },
    { case: "until now, when it still lives", cause: "gray", heartbeat: "2026-03-01T12:01:28Z", value: 2 },
    { case: "until now, when it was asked for", cause: "requested", heartbeat: "2026-03-01T11:59:52Z", value: 98 },
  ])("$case", ({ cause, heartbeat, value }) => {
    const estimate = estimateMissing({ ...found, cause, observations: [beat("us-east-1", heartbeat)] });

    expect(estimate.value).toBe(value);
    expect(estimate.source).toContain(describeInstant(heartbeat));
  });

  it.each([
    { case: "no heartbeat was ever seen", observations: [beat("eu-west-1", "2026-03-01T12:01:25Z")] },
    { case: "nothing could be read", observations: [] },
    { case: "the heartbeat is not an instant", observations: [beat("us-east-1", "just now")] },
  ])("stays unknown when $case", ({ observations }) => {
    expect(estimateMissing({ ...found, observations }).value).toBeNull();
  });

  it("is nothing where every table is strongly consistent, and only there", () => {
    const strong = [replica("ACTIVE", "strong"), replica("ACTIVE", "strong")];
    const mixed = [replica("ACTIVE", "strong"), replica("NO_ANSWER", "unknown")];

    expect(estimateMissing({ ...found, observations: [], replicas: strong }).value).toBe(0);
    expect(estimateMissing({ ...found, observations: [], replicas: mixed }).value).toBeNull();
    expect(estimateMissing({ ...found, observations: [], replicas: [] }).value).toBeNull();
  });

  it("is never negative, and grows as the heartbeat is older", () => {
    const instant = fc.date({
      min: new Date("2026-03-01T11:00:00Z"),
      max: new Date("2026-03-01T13:00:00Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instant, instant, fc.constantFrom<Cause>("down", "gray", "requested"), (one, other, cause) => {
        const missing = [one, other]
          .toSorted((left, right) => left.getTime() - right.getTime())
          .map((at) => estimateMissing({ ...found, cause, observations: [beat("us-east-1", at.toISOString())] }).value);
        const [older, newer] = missing as [number, number];
        expect(newer).toBeGreaterThanOrEqual(0);
        expect(older).toBeGreaterThanOrEqual(newer);
      }),
    );
  });
});

describe("heartbeatAges", () => {
  it("gives the age of every heartbeat that can be read", () => {
    const observations = [...found.observations, beat("us-west-2", "never")];

    expect(heartbeatAges(observations, found.at)).toEqual({ "eu-west-1": 5, "us-east-1": 98 });
  });
});
