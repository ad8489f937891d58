import { findBreak } from "../../functions/timeline/event.ts";
import { renderJson } from "../../functions/timeline/report/json.ts";
import { summarize } from "../../functions/timeline/report/summary.ts";
import { isMutation } from "../../simulator/invariants/mutations.ts";
import { planNamed, withSwitch } from "../../simulator/plans.ts";
import { play } from "../../simulator/play.ts";
import type { DrillResult } from "../../simulator/result.ts";
import { scenarios } from "../../simulator/scenarios/index.ts";
import type { World } from "../../simulator/world.ts";

async function drill(name: string, seed = 1): Promise<DrillResult> {
  const scenario = scenarios.find((each) => each.name === name);
  if (scenario === undefined) throw new RangeError(name);
  return (await play({ scenario, plan: planNamed(scenario.plan), seed })).result;
}

const mutations =
  /^(s3:PutObject|autoscaling:(Update|Set)|rds:(Failover|Switchover|Remove)|route53:(Change|Update)|route53-recovery-cluster:Update)/;

const changesOf = (result: DrillResult) => Object.keys(result.apiCalls).filter((call) => mutations.test(call));

describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", (name, scenario) => {
  it.each([1, 2, 3])(`ends as ${scenario.expected} with no promise broken, seed %i`, async (seed) => {
    const result = await drill(name, seed);

    expect({ outcome: result.outcome, violations: result.violations }).toEqual({
      outcome: scenario.expected,
      violations: [],
    });
  });

  it("leaves a timeline whose every hash holds, and plays the same again from the same seed", async () => {
    const [first, second] = [await drill(name), await drill(name)];

    if (first.incident !== null) expect(findBreak(first.timeline)).toBeNull();
    expect(JSON.stringify(second)).toBe(JSON.stringify(first));
  });

  if (["stoodDown", "observed"].includes(scenario.expected ?? "")) {
    it("changes nothing, and records why", async () => {
      const { result, world } = await play({ scenario, plan: planNamed(scenario.plan), seed: 1 });

      const changes = world.network.apiLog.filter(isMutation);
      expect(changes.filter(({ caller }) => caller.functionName !== "TimelineReport")).toEqual([]);
      if (name !== "blip") expect(result.reasons).not.toEqual([]);
    });
  }
});

describe("region-outage", () => {
  it("FM55: asks nothing of the failed Region, and of no global control plane, once it has decided", async () => {
    const scenario = scenarios.find(({ name }) => name === "region-outage");
    if (scenario === undefined) throw new RangeError("region-outage");

    const { world } = await play({ scenario, plan: planNamed("storefront"), seed: 4 });

    const path = world.network.apiLog.filter(({ caller }) => caller.execution !== null);
    expect(path.length).toBeGreaterThan(50);
    expect(path.filter(({ region, service }) => region === "us-east-1" || service === "route53")).toEqual([]);
  });

  it("keeps its report in a bucket of the Region that closed it, made from the same timeline", async () => {
    const scenario = scenarios.find(({ name }) => name === "region-outage");
    if (scenario === undefined) throw new RangeError("region-outage");
    const plan = planNamed("storefront");

    const { result, world } = await play({ scenario, plan, seed: 4 });

    const written = world.network.apiLog.filter(({ caller }) => caller.functionName === "TimelineReport");
    const json = written.find(({ input }) => String(input.Key).endsWith("/epoch-1.json"));
    expect(json).toMatchObject({ region: result.actingRegion, performed: true });
    expect(json?.input.Body).toBe(renderJson(summarize(result.timeline, plan), result.timeline));
  });

  it("costs at most 45 state transitions", async () => {
    for (const seed of [1, 2, 3, 4, 5])
      expect((await drill("region-outage", seed)).stateTransitions).toBeLessThanOrEqual(45);
  });

  it("throws the traffic switch in the second Lambda task", async () => {
    const scenario = scenarios.find(({ name }) => name === "region-outage");
    if (scenario === undefined) throw new RangeError("region-outage");

    const { world, result } = await play({ scenario, plan: planNamed("storefront"), seed: 1 });

    const worker = world.stepFunctions.executions.find(({ output }) =>
      JSON.stringify(output)?.includes(`${result.incident}`),
    );
    const ofTraffic = worker?.states.filter(({ branch }) => branch === "" || branch === "EvacuateRegion[0]");
    const tasks = ofTraffic
      ?.map(({ state }) => state)
      .filter((state) => /^(Assess|Shift|Verify|Request|Record)/.test(state));
    expect(tasks?.slice(0, 2)).toEqual(["AssessSignal", "ShiftTraffic"]);
  });

  it("FM42: promotes by a failover that allows data loss, once, in the target's own Region", async () => {
    const { apiCalls } = await drill("region-outage");

    expect(apiCalls["rds:FailoverGlobalCluster@eu-west-1"]).toBe(1);
    expect(Object.keys(apiCalls).filter((call) => call.includes("Switchover"))).toEqual([]);
  });

  it("notices within two seconds that the writer has moved", async () => {
    const scenario = scenarios.find(({ name }) => name === "region-outage");
    if (scenario === undefined) throw new RangeError("region-outage");

    let availableAt: number | null = null;
    /** From when on a read can tell: the new writer has settled and takes writes. */
    const look = (seen: World): void => {
      if (seen.rds?.acceptingWrites.includes("eu-west-1")) availableAt ??= seen.clock.now();
      else seen.clock.schedule(50, () => look(seen));
    };

    const { world, result } = await play({ scenario, plan: planNamed("storefront"), seed: 1, prepare: look });

    const done = result.timeline.find(({ step, kind }) => step === "database" && kind === "stepEnded");
    const readable = world.network.apiLog.filter(
      ({ caller, operation, verdict }) =>
        caller.state === "AwaitDatabase" && operation === "DescribeGlobalClusters" && verdict === "answered",
    );
    const gaps = readable.slice(1).map(({ at }, index) => at - (readable[index]?.at ?? at));
    expect(gaps.length).toBeGreaterThan(10);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2_000);
    expect(availableAt).not.toBeNull();
    const noticedMs = Date.parse(done?.at ?? "") - (availableAt ?? 0);
    expect(noticedMs).toBeGreaterThanOrEqual(0);
    expect(noticedMs).toBeLessThanOrEqual(2_000);
  });
});

describe("late-survivor", () => {
  it("FM54: the last Region holds what was evacuated while it was cut off", async () => {
    const scenario = scenarios.find(({ name }) => name === "late-survivor");
    if (scenario === undefined) throw new RangeError("late-survivor");

    const { world } = await play({ scenario, plan: planNamed(scenario.plan), seed: 1 });

    expect(world.s3.has("storefront-switch-ap-southeast-1", "evacuate/eu-west-1")).toBe(true);
    expect(world.regions.health("eu-west-1")).toBe("up");
    expect(world.traffic.dns.inAnswers()).toEqual(["ap-southeast-1"]);
  });
});

describe("never-closes", () => {
  it("FM23: is taken over five times, and then people are paged, once", async () => {
    const scenario = scenarios.find(({ name }) => name === "never-closes");
    if (scenario === undefined) throw new RangeError("never-closes");

    const { world, result } = await play({ scenario, plan: planNamed(scenario.plan), seed: 1 });

    expect(result.epoch).toBe(6);
    expect(world.coordinationItem()).toMatchObject({ epoch: 6, incident: { takeovers: 5 } });
    const given = world.pages.filter(({ reason }) => reason === "takeoversExhausted");
    expect(given).toMatchObject([{ region: "us-east-1", stage: "held", dedupKey: "storefront/us-east-1" }]);
  });
});

describe("second-region-waits", () => {
  it("people are paged about the second Region within two minutes, once", async () => {
    const scenario = scenarios.find(({ name }) => name === "second-region-waits");
    if (scenario === undefined) throw new RangeError("second-region-waits");

    const { world, faultAt } = await play({ scenario, plan: planNamed(scenario.plan), seed: 1 });

    const second = world.pages.filter(({ at, region }) => region === "eu-west-1" && at > faultAt + 420 * 1_000);
    expect(second[0]?.at).toBeLessThan(faultAt + (420 + 120) * 1_000);
  });
});

describe("region-outage with the record switch", () => {
  it("FM33, FM35: its one holder keeps the lease while Route 53's control plane is away", async () => {
    const scenario = scenarios.find(({ name }) => name === "region-outage");
    if (scenario === undefined) throw new RangeError("region-outage");

    const { result } = await play({ scenario, plan: withSwitch(planNamed("storefront"), "record"), seed: 1 });

    expect(result).toMatchObject({ outcome: "degraded", epoch: 1, violations: [] });
    expect(result.reasons).toEqual(expect.arrayContaining([expect.stringMatching(/^traffic: /)]));
  });
});

describe("gray-failure", () => {
  it("FM9: is seen by the controller's own probes, though the health check says 200 all the while", async () => {
    const scenario = scenarios.find(({ name }) => name === "gray-failure");
    if (scenario === undefined) throw new RangeError("gray-failure");

    const { world, result } = await play({ scenario, plan: planNamed(scenario.plan), seed: 1 });

    expect(world.traffic.healthCheckers.isHealthy("us-east-1-endpoint")).toBe(true);
    expect(world.intentionallyOut()).toEqual(new Set(["us-east-1"]));
    expect(result.outcome).toBe("recovered");
  });

  it("FM16: switches the writer over without loss", async () => {
    const { apiCalls, rpoSeconds } = await drill("gray-failure");

    expect(apiCalls["rds:SwitchoverGlobalCluster@us-east-1"]).toBe(1);
    expect(Object.keys(apiCalls).filter((call) => call.includes("FailoverGlobalCluster"))).toEqual([]);
    expect(rpoSeconds).toBe(0);
  });
});

describe("event-storm", () => {
  it("FM1, FM5: 500 events open one incident, and each further one costs a few calls", async () => {
    const calm = await drill("region-outage");
    const storm = await drill("event-storm");

    const count = ({ apiCalls }: DrillResult) => Object.values(apiCalls).reduce((sum, calls) => sum + calls, 0);
    expect(storm.epoch).toBe(1);
    expect((count(storm) - count(calm)) / 500).toBeLessThan(8);
  });
});

describe("two-regions-no-witness", () => {
  it("FM14: moves traffic, and asks before it promotes", async () => {
    const result = await drill("two-regions-no-witness");

    expect(result.timeline).toContainEqual(expect.objectContaining({ step: "traffic", kind: "confirmed" }));
    expect(changesOf(result).filter((call) => call.startsWith("rds:"))).toEqual([]);
  });
});

describe("lag-unknown and lag-beyond-budget", () => {
  it.each(["lag-unknown", "lag-beyond-budget"])(
    "FM39, FM40: %s gives up no data before a person has answered",
    async (name) => {
      const result = await drill(name);

      expect(changesOf(result).filter((call) => call.startsWith("rds:"))).toEqual([]);
      expect(result.timeline.some(({ kind }) => kind === "approvalRequested")).toBe(true);
    },
  );
});

describe("zombie-holder", () => {
  it("FM24: the first holder changes nothing after the takeover, though it wakes", async () => {
    const scenario = scenarios.find(({ name }) => name === "zombie-holder");
    if (scenario === undefined) throw new RangeError("zombie-holder");

    const { world, result } = await play({ scenario, plan: planNamed(scenario.plan), seed: 1 });

    const opened = result.timeline.find(({ kind }) => kind === "opened");
    const takenOver = result.timeline.find(({ kind }) => kind === "takenOver");
    const late = world.network.apiLog.filter(
      ({ caller, at }) => caller.execution === opened?.detail.execution && at > Date.parse(takenOver?.at ?? ""),
    );
    expect(late.length).toBeGreaterThan(0);
    expect(
      late.map(({ service, operation }) => `${service}:${operation}`).filter((call) => mutations.test(call)),
    ).toEqual([]);
  });
});
