import type { Scenario } from "../../simulator/scenario.ts";
import { planNamed } from "../../simulator/plans.ts";
import { play } from "../../simulator/play.ts";
import { headerForms, servingHeader } from "../../simulator/serving-header.ts";
import { scenarios } from "../../simulator/scenarios/index.ts";

async function played(name: string) {
  const scenario = scenarios.find((each) => each.name === name);
  if (scenario === undefined) throw new RangeError(`No such scenario: received ${name}`);
  return (await play({ scenario, plan: planNamed(scenario.plan), seed: 1 })).result;
}

describe("what a run may claim of traffic", () => {
  it.each([
    ["region-outage", "shown"],
    ["gray-failure", "shown"],
    ["nobody-stands-there", "notShown"],
    ["header-missing", "notShown"],
    ["check-attached-to-nothing", "notShown"],
  ])("%s: %s", async (name, traffic) => {
    const result = await played(name);

    expect(result.evidence).toEqual({ traffic });
    expect(result.violations).toEqual([]);
  });

  it("FM62: no closing event says Recovered alone where traffic is not shown to have left", async () => {
    const { timeline } = await played("nobody-stands-there");

    expect(timeline.at(-1)?.summary).toMatch(/^Recovered .* that traffic has left us-west-2 is not shown$/);
  });

  it("FM67: whoever drains a survivor after the run has closed does not make its word a lie", async () => {
    const script: Scenario["script"] = [
      { at: -10, action: { kind: "shortage", region: "ap-southeast-1", launchable: 0 } },
      { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
      { at: 270, action: { kind: "drainedByHand", region: "eu-west-1" } },
    ];
    const story = { name: "drained-after-it", summary: "", plan: "storefront", failureModes: [], expected: null };
    const scenario = { ...story, failedRegion: "us-east-1", script, horizonSeconds: 600 };

    const { result, world, faultAt } = await play({
      scenario,
      plan: planNamed("storefront"),
      seed: 1,
      stop: "quiet",
    });

    expect(result).toMatchObject({ outcome: "recovered", evidence: { traffic: "shown" }, violations: [] });
    const closed = result.timeline.find(({ kind }) => kind === "closed");
    expect(Date.parse(closed?.at ?? "")).toBeLessThan(faultAt + 270_000);
    expect(world.customers.failedShare).toBeGreaterThan(0.5);
  });

  it("FM64: a switch that moves nothing is degraded, and who is still sent there is named", async () => {
    const { outcome, reasons } = await played("check-attached-to-nothing");

    expect(outcome).toBe("degraded");
    expect(reasons).toEqual([expect.stringMatching(/^traffic: still sent to us-west-2: us-west-2/)]);
  });
});

describe("FM62: what looks like evidence, and is none", () => {
  const dark = { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } } as const;

  async function playedOut(planName: string, script: Scenario["script"], seed = 1) {
    const scenario: Scenario = {
      name: "a story of this test",
      summary: "",
      plan: planName,
      failureModes: [],
      expected: null,
      failedRegion: "us-east-1",
      script,
      horizonSeconds: 1_800,
    };
    const { result } = await play({ scenario, plan: planNamed(planName), seed });
    return result;
  }

  it("a witness that was sent elsewhere already before the failure", async () => {
    const result = await playedOut("storefront", [
      { at: -200, action: { kind: "nameServers", as: "silent" } },
      { at: -200, action: { kind: "recordCarries", region: "us-east-1", check: "nothing" } },
      { at: -60, action: { kind: "farthest", region: "us-east-1" } },
      dark,
    ]);

    expect(result.violations).toEqual([]);
    expect(result.evidence).toEqual({ traffic: "notShown" });
  });

  it.each([0, 1, 2, 3])("name server %i of four goes on answering with the failed Region", async (server) => {
    const result = await playedOut("storefront", [{ at: 0, action: { kind: "nameServerSticks", server } }, dark]);

    expect(result.violations).toEqual([]);
    expect(result.evidence).toEqual({ traffic: "notShown" });
    expect(result.outcome).toBe("degraded");
  });

  it.each([100, 130, 160])("a name server that lags for %i s: resolvers keep what it said last", async (seconds) => {
    const result = await playedOut("storefront", [
      { at: 0, action: { kind: "nameServerSticks", server: 3 } },
      { at: seconds, action: { kind: "nameServerSticks", server: null } },
      dark,
    ]);

    expect(result.violations).toEqual([]);
    expect(result.evidence).toEqual({ traffic: "shown" });
  });

  it("records that are kept for longer than the plan says", async () => {
    const result = await playedOut("storefront", [{ at: -300, action: { kind: "timeToLive", seconds: 240 } }, dark]);

    expect(result.violations).toEqual([]);
    expect(result.evidence).toEqual({ traffic: "shown" });
  });
});

it("FM63: serving headers come in the forms that applications give them", () => {
  expect(headerForms.map((form) => servingHeader("us-east-1", form))).toEqual([
    "us-east-1",
    null,
    "us-east-1a",
    "use1-az2",
    "US-EAST-1",
  ]);
});
