import { gatherEvidence } from "../../functions/assess/evidence.ts";
import { evidenceFrom, failing, observe, passing, regionDown } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";

const plan = examplePlan("storefront");
const twoRegions = examplePlan("two-regions");
const now = "2026-03-14T09:05:00.000Z";

function votesOn(region: string, ...how: Parameters<typeof evidenceFrom>) {
  const subject = evidenceFrom(...how).regions.find((each) => each.region === region);
  return Object.fromEntries((subject?.votes ?? []).map(({ vantage, vote }) => [vantage, vote]));
}

describe("whose word counts", () => {
  it("the others' and the witnesses', never the Region's own on itself", () => {
    expect(votesOn("us-east-1", plan, "eu-west-1", now)).toEqual({
      "eu-west-1": "passing",
      "ap-southeast-1": "passing",
      "us-west-2": "passing",
    });
  });

  it.each([
    ["the last that is fresh", 30, "failing"],
    ["the first that is old", 31, "unknown"],
  ])("FM7: a word after three missed rounds is unknown: %s", (_name, age, vote) => {
    const voices = { "us-west-2": { age, words: { "us-east-1": failing(600) } } };

    expect(votesOn("us-east-1", plan, "eu-west-1", now, voices)["us-west-2"]).toBe(vote);
  });

  it("FM15: a vantage that was never heard says nothing", () => {
    expect(votesOn("us-east-1", plan, "eu-west-1", now, { "us-west-2": { age: null } })["us-west-2"]).toBe("unknown");
  });

  it("a vantage that did not look at a Region says nothing of it", () => {
    const observations = observe(plan, now).map((each) => ({ ...each, votes: [] }));

    const { regions } = gatherEvidence(plan, "eu-west-1", observations, now);

    expect(regions.flatMap(({ votes }) => votes.map(({ vote }) => vote))).toEqual(Array(9).fill("unknown"));
  });

  it("a vantage outside the plan has no vote", () => {
    const stranger = observe(plan, now, { "us-west-2": { words: { "us-east-1": failing(600) } } })
      .filter(({ vantage }) => vantage === "us-west-2")
      .map((each) => ({ ...each, vantage: "sa-east-1" }));

    const { regions } = gatherEvidence(plan, "eu-west-1", [...observe(plan, now), ...stranger], now);

    expect(regions.flatMap(({ votes }) => votes.map(({ vantage }) => vantage))).not.toContain("sa-east-1");
  });
});

it("FM11: only changes of the last ten minutes count", () => {
  const voices = { "us-west-2": { words: { "us-east-1": { ...failing(5), changesAgo: [5, 300, 600, 601, 3_000] } } } };

  const subject = evidenceFrom(plan, "eu-west-1", now, voices).regions[0];

  expect(subject?.votes.find(({ vantage }) => vantage === "us-west-2")?.recentChanges).toBe(3);
});

describe("signs of life", () => {
  it.each([
    [{ "us-east-1": { age: 44 } }, 44],
    [{ "us-east-1": { age: null } }, null],
    [{ "us-east-1": { age: -3 } }, 3],
  ])("%j", (voices, seconds) => {
    expect(evidenceFrom(plan, "eu-west-1", now, voices).regions[0]?.heartbeatAgeSeconds).toBe(seconds);
  });
});

it("FM29: a vantage whose clock is ahead does not go on speaking from the future", () => {
  const voices = { "us-west-2": { age: -600, words: { "us-east-1": failing(900) } } };

  const [subject] = evidenceFrom(plan, "eu-west-1", now, voices).regions;

  expect(subject?.votes.find(({ vantage }) => vantage === "us-west-2")?.vote).toBe("unknown");
});

describe("FM14: whether the observer is cut off", () => {
  const silent = { "us-east-1": 500, "ap-southeast-1": 500, "us-west-2": 500 };

  it.each<[string, Parameters<typeof observe>[2], "connected" | "isolated"]>([
    ["it hears everybody", {}, "connected"],
    ["it hears nobody", { "eu-west-1": { hears: silent } }, "isolated"],
    ["it never heard anybody", { "eu-west-1": { hears: {} } }, "isolated"],
    ["it hears the witness alone", { "eu-west-1": { hears: { ...silent, "us-west-2": 45 } } }, "connected"],
    [
      "it heard the witness a moment too long ago",
      { "eu-west-1": { hears: { ...silent, "us-west-2": 46 } } },
      "isolated",
    ],
    ["its own round is old", { "eu-west-1": { age: 40, hears: { "us-west-2": 10 } } }, "isolated"],
    [
      "its own watch stands still, and what is read now is fresh",
      { "eu-west-1": { age: 50, hears: { "us-west-2": 10 } } },
      "connected",
    ],
    [
      "its own watch stands still, and so does all that is read",
      { "eu-west-1": { age: 50 }, "us-east-1": { age: 50 }, "ap-southeast-1": { age: 50 }, "us-west-2": { age: 46 } },
      "isolated",
    ],
    ["it has not looked yet, so it can say nothing of itself", { "eu-west-1": { age: null } }, "connected"],
    ["one Region of three is down", regionDown(plan, "us-east-1"), "connected"],
  ])("%s", (_name, voices, observer) => {
    expect(evidenceFrom(plan, "eu-west-1", now, voices).observer).toBe(observer);
  });

  it("with a single other vantage nobody can tell who is cut off", () => {
    expect(evidenceFrom(twoRegions, "us-west-2", now, { "us-west-2": { hears: {} } }).observer).toBe("connected");
  });
});

it.each([
  ["to its vantage's last round", { "us-west-2": { age: 8, words: { "us-east-1": failing(70) } } }, 62],
  [
    "FM16: to the last look that agreed",
    { "us-west-2": { words: { "us-east-1": { ...failing(70), seenAgo: 30 } } } },
    40,
  ],
])("a streak has lasted from its first look %s, and not longer", (_name, voices, heldSeconds) => {
  const subject = evidenceFrom(plan, "eu-west-1", now, voices).regions[0];

  expect(subject?.votes.find(({ vantage }) => vantage === "us-west-2")).toMatchObject({ heldSeconds });
});

it("keeps a vantage's word on itself apart", () => {
  const voices = { "us-east-1": { words: { "us-east-1": passing(70) } } };

  expect(evidenceFrom(plan, "eu-west-1", now, voices).regions[0]?.ownVote).toMatchObject({
    vantage: "us-east-1",
    vote: "passing",
    since: "2026-03-14T09:03:50.000Z",
  });
});

it.each(["us-east-1a", "US-EAST-1", "use1-az2"])(
  "FM63: customers served by %j are served by nobody knows whom",
  (servedBy) => {
    const { servesCustomers, regions } = evidenceFrom(plan, "eu-west-1", now, { "us-east-1": { servedBy } });

    expect(servesCustomers).toEqual([]);
    expect(regions[0]?.customersServedBy).toBeNull();
  },
);
