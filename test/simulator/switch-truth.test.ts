import { planNamed } from "../../simulator/plans.ts";
import { play } from "../../simulator/play.ts";
import { drawSwitchTroubles } from "../../simulator/random-switch.ts";
import type { Action } from "../../simulator/scenario.ts";
import { scenarios } from "../../simulator/scenarios/index.ts";

function storyOf(name: string) {
  const scenario = scenarios.find((each) => each.name === name);
  if (scenario === undefined) throw new RangeError(name);
  return play({ scenario, plan: planNamed(scenario.plan), seed: 1 });
}

it("FM66: block-public-access: the objects lie there, DNS goes on sending customers, and nothing is called done", async () => {
  const { world, result } = await storyOf("block-public-access");

  expect(world.s3.has("storefront-switch-eu-west-1", "evacuate/us-east-1")).toBe(true);
  expect(world.traffic.dns.inAnswers()).toContain("us-east-1");
  expect(result.timeline.filter(({ step, kind }) => step === "traffic" && kind === "confirmed")).toEqual([]);
  expect(result.reasons[0]).toMatch(/HTTP 403 to an unsigned GET.*Block Public Access/);
});

it("FM67: survivor-drained-by-hand: nothing is grown where nobody comes, and who is left carries all", async () => {
  const { world, result } = await storyOf("survivor-drained-by-hand");

  const raised = result.timeline.filter(({ step, kind }) => step === "capacity" && kind === "confirmed");
  expect(raised.map(({ detail }) => detail.resource)).toEqual(["autoScalingGroup/storefront-web@ap-southeast-1"]);
  expect(world.autoScaling.inService("ap-southeast-1", "storefront-web")).toBeGreaterThanOrEqual(22);
  expect(world.traffic.dns.inAnswers()).toEqual(["ap-southeast-1"]);
});

it("random worlds drain Regions before and in the middle, close buckets, and lose objects", () => {
  const drawn: { readonly at: number; readonly action: Action }[] = [];
  for (let seed = 1; seed <= 500; seed++) {
    drawSwitchTroubles(seed, planNamed("storefront"), "us-east-1", (at, action) => drawn.push({ at, action }));
  }
  const times = (kind: Action["kind"]) => drawn.filter(({ action }) => action.kind === kind).map(({ at }) => at);

  expect(times("drainedByHand").filter((at) => at < -200).length).toBeGreaterThan(20);
  expect(times("drainedByHand").filter((at) => at > 60).length).toBeGreaterThan(10);
  expect(times("publicAccess").length).toBeGreaterThan(60);
  expect(times("objectVanishes").length).toBeGreaterThan(50);
});
