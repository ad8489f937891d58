import { DescribeDBClustersCommand } from "@aws-sdk/client-rds";
import { GetHealthCheckStatusCommand } from "@aws-sdk/client-route-53";
import { createSimulatedClients } from "../../../simulator/aws/clients.ts";
import { roundTripMs } from "../../../simulator/aws/distance.ts";
import { type FaultVerdict, scriptedFaults } from "../../../simulator/aws/faults.ts";
import { ServiceError } from "../../../simulator/aws/service.ts";
import {
  callerIn,
  countingService,
  createKernel,
  type Kernel,
  requestTo,
  runUntil,
  start,
  watch,
} from "./kernel-support.ts";

function withService(verdict?: FaultVerdict) {
  const faults = verdict && scriptedFaults([{ call: {}, occurrence: 1, verdict }]);
  const kernel = createKernel(faults ? { faults } : {});
  const service = countingService();
  kernel.network.attach("rds", service);
  return { ...kernel, service };
}

/** A process that can crash, as an invocation of a function would. */
function beginProcess({ processes }: Kernel, region: string) {
  const caller = callerIn(region);
  const crashes: string[] = [];
  processes.begin(
    caller,
    () => crashes.push(caller.invocation),
    () => {},
  );
  return { caller, crashes };
}

describe("distance", () => {
  it.each([
    ["us-east-1", "us-east-1", 0, 0],
    ["us-east-1", "eu-west-1", 60, 100],
    ["us-east-1", "ap-southeast-1", 190, 250],
    ["us-east-1", "mx-central-1", 150, 150],
  ])("a round trip from %s to %s takes %d to %d ms", (from, to, low, high) => {
    expect(roundTripMs(from, to)).toBeGreaterThanOrEqual(low);
    expect(roundTripMs(from, to)).toBeLessThanOrEqual(high);
  });
});

describe("a call in calm weather", () => {
  it.each([
    ["the same Region", "us-east-1", 2, 8],
    ["another continent", "eu-west-1", 60, 120],
  ])("to %s is answered after the way there and back", async (_, region, low, high) => {
    const { clock, network } = withService();

    const call = watch(clock, network.call(requestTo(region, callerIn("us-east-1"))));
    await runUntil(clock, 10);

    expect(call.value).toEqual({ count: 1 });
    expect(call.at).toBeGreaterThanOrEqual(low);
    expect(call.at).toBeLessThanOrEqual(high);
  });

  it("is logged and counted with what AWS was told", async () => {
    const { clock, network } = withService();
    const observed: unknown[] = [];
    network.observe(({ operation, performed, verdict }) => observed.push([operation, performed, verdict]));
    const caller = callerIn("us-east-1");

    void network.call(requestTo("eu-west-1", caller, "FailoverGlobalCluster", { AllowDataLoss: true }));
    void network.call(requestTo("eu-west-1", caller, "DescribeGlobalClusters"));
    void network.call(requestTo("eu-west-1", caller, "DescribeGlobalClusters"));
    await runUntil(clock, 10);

    expect(network.apiCalls).toEqual({
      "rds:DescribeGlobalClusters@eu-west-1": 2,
      "rds:FailoverGlobalCluster@eu-west-1": 1,
    });
    expect(network.apiLog[0]).toMatchObject({
      at: start,
      service: "rds",
      operation: "FailoverGlobalCluster",
      region: "eu-west-1",
      caller,
      verdict: "answered",
      performed: true,
      error: null,
      input: { AllowDataLoss: true },
    });
    expect(observed[0]).toEqual(["FailoverGlobalCluster", true, "pending"]);
  });

  it("passes a service's error on, by its name", async () => {
    const { clock, network } = createKernel();
    network.attach("rds", {
      handle: () => {
        throw new ServiceError("InvalidGlobalClusterStateFault", "It is failing over");
      },
    });

    const call = watch(clock, network.call(requestTo("eu-west-1", callerIn("us-east-1"))));
    await runUntil(clock, 10);

    expect(call.state).toBe("InvalidGlobalClusterStateFault");
    expect(network.apiLog[0]).toMatchObject({
      verdict: "refused",
      performed: false,
      error: "InvalidGlobalClusterStateFault",
    });
    expect(network.defects).toEqual([]);
  });

  it("names a defect of the simulator as such", async () => {
    const { clock, network } = createKernel();
    network.attach("rds", {
      handle: () => {
        throw new TypeError("no such thing");
      },
    });

    const call = watch(clock, network.call(requestTo("eu-west-1", callerIn("us-east-1"))));
    await runUntil(clock, 10);

    expect(call.state).toBe("TypeError");
    expect(network.defects).toEqual(["rds:Describe@eu-west-1: no such thing"]);
  });

  it("gives the same latencies for the same seed", async () => {
    const times = async () => {
      const { clock, network } = withService();
      const calls = ["eu-west-1", "us-west-2", "us-east-1"].map((region) =>
        watch(clock, network.call(requestTo(region, callerIn("us-east-1")))),
      );
      await runUntil(clock, 10);
      return calls.map((call) => call.at);
    };

    expect(await times()).toEqual(await times());
  });
});

describe("a call that cannot get through (FM38)", () => {
  it.each([
    ["to a dark Region", (kernel: Kernel) => kernel.regions.set("eu-west-1", "dark")],
    ["to a Region that is cut off", (kernel: Kernel) => kernel.regions.set("eu-west-1", "partitioned")],
    ["from a Region that is cut off", (kernel: Kernel) => kernel.regions.set("us-east-1", "partitioned")],
    ["over a severed link", (kernel: Kernel) => kernel.regions.cut("us-east-1", "eu-west-1")],
  ])("%s hangs until the client's hard timeout", async (_, break_) => {
    const kernel = withService();
    break_(kernel);

    const call = watch(kernel.clock, kernel.network.call(requestTo("eu-west-1", callerIn("us-east-1"))));
    await runUntil(kernel.clock, 60);

    expect(call).toMatchObject({ state: "TimeoutError", at: 5_000 });
    expect(kernel.network.apiLog[0]).toMatchObject({ verdict: "hung", performed: false, performedAt: null });
    expect(kernel.service.requests).toEqual([]);
  });

  it("a Region that is cut off still serves itself", async () => {
    const { clock, regions, network } = withService();
    regions.set("us-east-1", "partitioned");

    const call = watch(clock, network.call(requestTo("us-east-1", callerIn("us-east-1"))));
    await runUntil(clock, 60);

    expect(call.state).toBe("ok");
  });

  it("loses its answer when the Region goes dark in the meantime, and has been performed all the same", async () => {
    const { clock, regions, network } = withService();
    network.observe(() => clock.schedule(1, () => regions.set("eu-west-1", "dark")));

    const call = watch(clock, network.call(requestTo("eu-west-1", callerIn("us-east-1"))));
    await runUntil(clock, 60);

    expect(call).toMatchObject({ state: "TimeoutError", at: 5_000 });
    expect(network.apiLog[0]).toMatchObject({ verdict: "lost", performed: true });
  });

  it("hangs when the service itself gives no answer", async () => {
    const { clock, network } = createKernel();
    network.attach("rds", {
      handle: () => {
        throw new ServiceError("TimeoutError", "no majority", 0);
      },
    });

    const call = watch(clock, network.call(requestTo("eu-west-1", callerIn("us-east-1"))));
    await runUntil(clock, 60);

    expect(call).toMatchObject({ state: "TimeoutError", at: 5_000 });
    expect(network.apiLog[0]).toMatchObject({ verdict: "hung", performed: false });
  });
});

describe("a call that a fault befalls", () => {
  it.each<[FaultVerdict["kind"], string, string, number, boolean]>([
    ["throttle", "Throttling", "throttled", 0, false],
    ["deny", "AccessDenied", "denied", 0, false],
    ["lostResponse", "TimeoutError", "lost", 5_000, true],
    ["lostRequest", "TimeoutError", "hung", 5_000, false],
  ])("%s: the caller sees %s", async (kind, error, verdict, notBefore, performed) => {
    const { clock, network, service } = withService({ kind } as FaultVerdict);

    const call = watch(clock, network.call(requestTo("eu-west-1", callerIn("us-east-1"), "FailoverGlobalCluster")));
    await runUntil(clock, 60);

    expect(call.state).toBe(error);
    expect(call.at).toBeGreaterThanOrEqual(notBefore);
    expect(network.apiLog[0]).toMatchObject({ verdict, performed });
    expect(service.requests).toHaveLength(performed ? 1 : 0);
    expect(network.firedFaults).toMatchObject([
      { kind, call: "rds:FailoverGlobalCluster@eu-west-1", functionName: "TrafficShift", state: "ShiftTraffic" },
    ]);
  });

  it.each(["performed", "notPerformed"] as const)(
    "serverError: the caller cannot tell that it was %s",
    async (call) => {
      const { clock, network, service } = withService({ kind: "serverError", call });

      const seen = watch(clock, network.call(requestTo("eu-west-1", callerIn("us-east-1"), "FailoverGlobalCluster")));
      await runUntil(clock, 60);

      expect(seen.state).toBe("InternalFailure");
      expect(network.apiLog[0]).toMatchObject({ verdict: "failed", performed: call === "performed" });
      expect(service.requests).toHaveLength(call === "performed" ? 1 : 0);
    },
  );

  it.each<[FaultVerdict["kind"], number, string[], boolean]>([
    ["crashBefore", 0, ["invocation in us-east-1"], true],
    ["crashAfter", 1, ["invocation in us-east-1"], true],
    ["regionDiesBefore", 0, [], false],
    ["regionDiesAfter", 1, [], false],
  ])("%s: nothing more is heard of the caller, %d performed", async (kind, performed, crashed, regionRuns) => {
    const world = withService({ kind } as FaultVerdict);
    const { clock, network, service, regions } = world;
    const { caller, crashes } = beginProcess(world, "us-east-1");

    const call = watch(clock, network.call(requestTo("eu-west-1", caller)));
    await runUntil(clock, 1);
    const later = watch(clock, network.call(requestTo("eu-west-1", caller)));
    await runUntil(clock, 3_600);

    expect([call.state, later.state]).toEqual(["pending", "pending"]);
    expect(service.requests).toHaveLength(performed);
    expect(crashes).toEqual(crashed);
    expect(regions.runs("us-east-1")).toBe(regionRuns);
    expect(network.apiLog).toMatchObject([{ verdict: "crashed", performed: performed === 1 }]);
  });

  it("freeze: the caller sees the answer only when it thaws, and then acts on (FM24)", async () => {
    const world = withService({ kind: "freeze", milliseconds: 90_000 });
    const { clock, network, service } = world;
    const { caller } = beginProcess(world, "us-east-1");

    const call = watch(clock, network.call(requestTo("eu-west-1", caller)));
    await runUntil(clock, 30);
    const meanwhile = watch(clock, network.call(requestTo("eu-west-1", caller)));
    await runUntil(clock, 60);
    expect([call.state, meanwhile.state, service.requests.length]).toEqual(["pending", "pending", 1]);
    await runUntil(clock, 3_600);

    expect(call.state).toBe("ok");
    expect(call.at).toBeGreaterThan(90_000);
    expect(call.at).toBeLessThan(90_200);
    expect(meanwhile.state).toBe("ok");
    expect(service.requests).toHaveLength(2);
  });

  it.each([
    [2_000, "ok", "answered"],
    [8_000, "TimeoutError", "lost"],
  ])("slow by %d ms: %s, and performed in time", async (milliseconds, state, verdict) => {
    const { clock, network } = withService({ kind: "slow", milliseconds });

    const call = watch(clock, network.call(requestTo("eu-west-1", callerIn("us-east-1"))));
    await runUntil(clock, 60);

    expect(call.state).toBe(state);
    expect(network.apiLog[0]).toMatchObject({ verdict, performed: true });
    expect((network.apiLog[0]?.performedAt ?? 0) - start).toBeLessThan(100);
  });
});

describe("createSimulatedClients", () => {
  it("sends what an adapter sends, named as IAM names it", async () => {
    const { clock, network, service } = withService();
    const caller = callerIn("us-east-1");
    const clients = createSimulatedClients(network, caller);

    const answer = clients.rds("eu-west-1").send(new DescribeDBClustersCommand({ DBClusterIdentifier: "storefront" }));
    const call = watch(clock, answer);
    await runUntil(clock, 10);

    expect(call.value).toEqual({ count: 1 });
    expect(service.requests).toEqual([
      {
        service: "rds",
        operation: "DescribeDBClusters",
        region: "eu-west-1",
        input: { DBClusterIdentifier: "storefront" },
        caller,
      },
    ]);
  });

  it("finds Route 53's control plane in us-east-1, dark with it (FM35)", async () => {
    const { clock, network, regions } = createKernel();
    network.attach("route53", countingService());
    regions.set("us-east-1", "dark");
    const clients = createSimulatedClients(network, callerIn("eu-west-1"));

    const call = watch(clock, clients.route53().send(new GetHealthCheckStatusCommand({ HealthCheckId: "a" })));
    await runUntil(clock, 60);

    expect(call.state).toBe("TimeoutError");
    expect(Object.keys(network.apiCalls)).toEqual(["route53:GetHealthCheckStatus@us-east-1"]);
  });
});
