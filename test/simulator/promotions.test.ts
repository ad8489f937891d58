import { planNamed } from "../../simulator/plans.ts";
import { type Played, play } from "../../simulator/play.ts";
import type { Cue, Scenario } from "../../simulator/scenario.ts";

const lagUnknown: readonly Cue[] = [
  { at: -175, action: { kind: "lagMetric", region: "eu-west-1", as: "missing" } },
  { at: -175, action: { kind: "lagMetric", region: "ap-southeast-1", as: "missing" } },
];

function tell(script: readonly Cue[], more: Partial<Scenario> = {}): Promise<Played> {
  const scenario: Scenario = {
    name: "a-promotion",
    summary: "a promotion",
    plan: "storefront",
    failureModes: ["FM39"],
    expected: "degraded",
    failedRegion: "us-east-1",
    script,
    horizonSeconds: 2_500,
    ...more,
  };
  return play({ scenario, plan: planNamed("storefront"), seed: 1, stop: "quiet" });
}

it("FM39: an approval of one target promotes no other: when that one goes dark, a person is asked anew", async () => {
  const { result } = await tell([
    ...lagUnknown,
    { at: 0, action: { kind: "region", region: "us-east-1", health: "dark" } },
    { at: 420, action: { kind: "region", region: "eu-west-1", health: "dark" } },
    { at: 600, action: { kind: "answer", output: { approved: true, by: "ana", reason: "eu-west-1 is in sync" } } },
  ]);

  const asked = result.timeline.filter(({ kind }) => kind === "approvalRequested").map(({ summary }) => summary);
  expect(asked).toEqual([
    expect.stringContaining("Promote Aurora in eu-west-1"),
    expect.stringContaining("Promote Aurora in ap-southeast-1"),
  ]);
  expect(Object.keys(result.apiCalls).filter((call) => /Failover|Switchover/.test(call))).toEqual([]);
});
