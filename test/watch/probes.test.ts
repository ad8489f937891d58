import { probePublicName, probeRegion, probeWrite } from "../../functions/watch/probes.ts";
import { FakeAws } from "../fakes/aws.ts";
import { examplePlan } from "../fakes/plans.ts";

const plan = examplePlan("storefront");

function prepare() {
  const aws = new FakeAws();
  const asked: Parameters<FakeAws["probe"]>[0][] = [];
  const answer = aws.probe;
  aws.probe = (request) => {
    asked.push(request);
    return answer(request);
  };
  return { aws, asked, deps: aws.dependencies(plan, "eu-west-1") };
}

describe("what a probe says, as a vote", () => {
  it.each([
    [199, "failing"],
    [200, "passing"],
    [204, "passing"],
    [301, "passing"],
    [399, "passing"],
    [400, "failing"],
    [403, "failing"],
    [500, "failing"],
    [503, "failing"],
  ])("FM16: HTTP %i is %s: what a customer cannot use is not up", async (status, vote) => {
    const { aws, deps } = prepare();
    aws.probe = () => ({ kind: "served", status, latencyMs: 3, servedBy: "eu-west-1" });

    expect(await probeRegion(deps, "https://eu-west-1.shop.example.com/health")).toEqual({
      vote,
      servedBy: "eu-west-1",
      reason: `HTTP ${status}`,
    });
  });

  it("no answer is a failure with its reason, and nobody served", async () => {
    const { aws, deps } = prepare();
    aws.probe = () => ({ kind: "failed", reason: "timed out after 4000 ms", latencyMs: 4_000 });

    expect(await probePublicName(deps)).toEqual({ vote: "failing", servedBy: null, reason: "timed out after 4000 ms" });
  });
});

describe("what is asked", () => {
  const common = { timeoutMs: 4_000, servedByHeader: "x-served-by-region" };

  it("a Region's own endpoint", async () => {
    const { deps, asked } = prepare();
    await probeRegion(deps, "https://us-east-1.shop.example.com/health");

    expect(asked).toEqual([{ ...common, url: "https://us-east-1.shop.example.com/health", method: "GET" }]);
  });

  it("the public name", async () => {
    const { deps, asked } = prepare();
    await probePublicName(deps);

    expect(asked).toEqual([{ ...common, url: "https://shop.example.com/health", method: "GET" }]);
  });

  it("a write, where the plan has an endpoint for it", async () => {
    const { deps, asked } = prepare();
    await probeWrite(deps);

    expect(asked).toEqual([{ ...common, url: "https://shop.example.com/health/write", method: "POST" }]);
  });

  it("nothing, where it has none", async () => {
    const { deps, asked } = prepare();
    const without = { ...plan, recovery: { ...plan.recovery, writeProbeUrl: null } };

    expect((await probeWrite({ ...deps, plan: without })).vote).toBe("passing");
    expect(asked).toEqual([]);
  });
});
