import { planNamed } from "../../simulator/plans.ts";
import { play } from "../../simulator/play.ts";
import { approvalTimeout } from "../../simulator/scenarios/approval-timeout.ts";

it.each([
  ["quiet", "waitingForApproval"],
  ["answered", "stoodDown"],
] as const)("a world that runs until all is %s ends an unanswered question as %s", async (stop, outcome) => {
  const scenario = { ...approvalTimeout, horizonSeconds: 5_400 };
  const plan = planNamed(scenario.plan);

  const { result, world } = await play({ scenario, plan, seed: 1, stop });

  expect(result.outcome).toBe(outcome);
  expect(result.violations).toEqual([]);
  expect(world.somebodyWaits()).toBe(stop === "quiet");
});
