import { simulatedAccount } from "../../../simulator/account.ts";
import { type FaultVerdict, scriptedFaults } from "../../../simulator/aws/faults.ts";
import type { LambdaHandler } from "../../../simulator/aws/lambda/handler.ts";
import { type FunctionConfiguration, SimulatedLambda } from "../../../simulator/aws/lambda.ts";
import type { Caller } from "../../../simulator/aws/service.ts";
import { countingService, createKernel, requestTo, runUntil, start, watch } from "./kernel-support.ts";

const origin = { execution: "arn:execution", state: "ShiftTraffic" };

type Act = (world: {
  /** Calls AWS in eu-west-1. */
  call: () => Promise<unknown>;
  sleep: (seconds: number) => Promise<void>;
  trace: string[];
  caller: Caller;
  event: unknown;
  context: Parameters<LambdaHandler>[1];
}) => Promise<unknown>;

/** A world with one function, `Act`, that does what is given. */
function withFunction(act: Act, options: { verdict?: FaultVerdict; configuration?: FunctionConfiguration } = {}) {
  const { verdict, configuration = {} } = options;
  const faults = verdict && scriptedFaults([{ call: {}, occurrence: 1, verdict }]);
  const kernel = createKernel(faults ? { faults } : {});
  const { clock, random, regions, processes, network } = kernel;
  const service = countingService();
  network.attach("rds", service);
  const trace: string[] = [];
  const lambda = new SimulatedLambda({
    clock,
    random,
    regions,
    processes,
    registry: new Map([
      [
        "Act",
        (caller) => (event, context) =>
          act({
            call: () => network.call(requestTo("eu-west-1", caller)),
            sleep: (seconds) => processes.clockOf(caller, 0).sleep(seconds * 1_000),
            trace,
            caller,
            event,
            context,
          }),
      ],
    ]),
    functions: { Act: configuration },
  });
  const invoke = (payload: unknown = {}, region = "us-east-1") =>
    watch(clock, lambda.invoke(region, "Act", payload, origin));
  return { ...kernel, lambda, service, trace, invoke };
}

describe("SimulatedLambda", () => {
  it("runs a handler that knows who calls, and carries what JSON carries", async () => {
    const { clock, invoke } = withFunction(async ({ caller, event, context }) => ({
      caller,
      event,
      request: context.awsRequestId,
      arn: context.invokedFunctionArn,
      at: new Date(start),
      gone: undefined,
    }));

    const invocation = invoke({ region: "us-east-1", nothing: undefined, missing: Number.NaN });
    await runUntil(clock, 10);

    const { caller, ...rest } = invocation.value as { caller: Caller };
    expect(caller).toEqual({
      region: "us-east-1",
      functionName: "Act",
      invocation: expect.any(String),
      execution: "arn:execution",
      state: "ShiftTraffic",
    });
    expect(rest).toEqual({
      event: { region: "us-east-1", missing: null },
      request: caller.invocation,
      arn: `arn:aws:lambda:us-east-1:${simulatedAccount}:function:Act`,
      at: "2026-11-02T12:00:00.000Z",
    });
  });

  it("answers null for a handler that answers nothing", async () => {
    const { clock, invoke } = withFunction(async () => undefined);

    const invocation = invoke();
    await runUntil(clock, 10);

    expect(invocation).toMatchObject({ state: "ok", value: null });
  });

  it("starts cold once and warm afterwards, cold again after ten idle minutes", async () => {
    const { clock, invoke } = withFunction(async () => null);
    const took = async (atSeconds: number) => {
      await runUntil(clock, atSeconds);
      const invocation = invoke();
      await runUntil(clock, atSeconds + 5);
      return invocation.at - atSeconds * 1_000;
    };

    expect(await took(0)).toBeGreaterThan(150);
    expect(await took(10)).toBeLessThan(10);
    expect(await took(700)).toBeGreaterThan(150);
  });

  it("passes a thrown error on by name and message", async () => {
    const { clock, invoke } = withFunction(async () => {
      throw Object.assign(new Error("another execution holds epoch 4"), { name: "LeaseLost", secret: 1 });
    });

    const invocation = invoke();
    await runUntil(clock, 10);

    expect(invocation.state).toBe("LeaseLost");
    expect(invocation.error).toMatchObject({ message: "another execution holds epoch 4" });
    expect(invocation.error).not.toHaveProperty("secret");
  });

  it.each<["crashBefore" | "crashAfter", number]>([
    ["crashBefore", 0],
    ["crashAfter", 1],
  ])("%s: the invoker is told, %d performed, and the function never acts again", async (kind, performed) => {
    const { clock, service, trace, invoke } = withFunction(
      async ({ call, sleep, trace }) => {
        const other = sleep(1).then(async () => {
          trace.push("woke");
          await call();
        });
        await call();
        trace.push("saw the answer");
        await other;
      },
      { verdict: { kind } },
    );

    const invocation = invoke();
    await runUntil(clock, 3_600);

    expect(invocation.state).toBe("Lambda.Unknown");
    expect(service.requests).toHaveLength(performed);
    expect(trace).toEqual([]);
  });

  it("times out by the function's own configuration, and the function never acts again", async () => {
    const { clock, service, invoke } = withFunction(
      async ({ call, sleep }) => {
        await sleep(20);
        await call();
      },
      { configuration: { timeoutSeconds: 10 } },
    );

    const invocation = invoke();
    await runUntil(clock, 3_600);

    expect(invocation.state).toBe("Sandbox.Timedout");
    expect(invocation.at).toBeGreaterThanOrEqual(10_000);
    expect(invocation.at).toBeLessThan(11_000);
    expect(service.requests).toHaveLength(0);
  });

  it("tells the handler what time it has left", async () => {
    const { clock, invoke } = withFunction(
      async ({ sleep, context }) => {
        await sleep(4);
        return context.getRemainingTimeInMillis();
      },
      { configuration: { timeoutSeconds: 10 } },
    );

    const invocation = invoke();
    await runUntil(clock, 60);

    expect(invocation.value).toBe(6_000);
  });

  it("lets a frozen process wake as a zombie after its invoker has given it up (FM24)", async () => {
    const { clock, service, invoke } = withFunction(
      async ({ call }) => {
        await call();
        await call();
      },
      { verdict: { kind: "freeze", milliseconds: 90_000 }, configuration: { timeoutSeconds: 30 } },
    );

    const invocation = invoke();
    await runUntil(clock, 60);
    expect(invocation.state).toBe("Sandbox.Timedout");
    expect(service.requests).toHaveLength(1);
    await runUntil(clock, 300);

    expect(service.requests).toHaveLength(2);
  });

  it.each(["before it starts", "while it runs"])("dies silently when its Region goes dark %s", async (when) => {
    const { clock, regions, processes, service, invoke } = withFunction(async ({ call, sleep }) => {
      await sleep(10);
      await call();
    });

    const invocation = invoke();
    await runUntil(clock, when === "before it starts" ? 0.01 : 5);
    regions.set("us-east-1", "dark");
    await runUntil(clock, 100);
    regions.set("us-east-1", "up");
    await runUntil(clock, 3_600);

    expect(invocation.state).toBe("pending");
    expect(service.requests).toHaveLength(0);
    expect(processes.running).toEqual([]);
  });

  it("runs nothing in a dark Region", async () => {
    const { clock, regions, trace, invoke } = withFunction(async ({ trace }) => trace.push("ran"));
    regions.set("us-east-1", "dark");

    const invocation = invoke();
    await runUntil(clock, 3_600);

    expect(invocation.state).toBe("pending");
    expect(trace).toEqual([]);
  });

  it("keeps to reserved concurrency, Region by Region (FM5)", async () => {
    const { clock, invoke } = withFunction(({ sleep }) => sleep(10), { configuration: { reservedConcurrency: 2 } });

    const invocations = [invoke(), invoke(), invoke(), invoke({}, "eu-west-1")];
    await runUntil(clock, 60);
    const later = invoke();
    await runUntil(clock, 120);

    expect(invocations.map((each) => each.state)).toEqual(["ok", "ok", "Lambda.TooManyRequestsException", "ok"]);
    expect(later.state).toBe("ok");
  });

  it("knows no function that is not there", async () => {
    const { clock, lambda } = withFunction(async () => null);

    const invocation = watch(clock, lambda.invoke("us-east-1", "Acts", {}, origin));
    await runUntil(clock, 1);

    expect(invocation.state).toBe("Lambda.ResourceNotFoundException");
  });
});

describe("a process's clock", () => {
  it("is skewed as its Region is (FM29)", () => {
    const { processes } = createKernel();
    const caller: Caller = { region: "us-east-1", functionName: "Act", invocation: "1", execution: null, state: null };

    expect(processes.clockOf(caller, -90_000).now()).toBe(start - 90_000);
  });
});
