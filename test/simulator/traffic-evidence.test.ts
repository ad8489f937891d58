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

  it("FM64: a switch that moves nothing is degraded, and who is still sent there is named", async () => {
    const { outcome, reasons } = await played("check-attached-to-nothing");

    expect(outcome).toBe("degraded");
    expect(reasons).toEqual([expect.stringMatching(/^traffic: still sent to us-west-2: us-west-2/)]);
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
