import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import { simulatedAccount } from "../../../simulator/account.ts";
import type { JsonValue } from "../../../simulator/asl/json.ts";
import { parseDefinition } from "../../../simulator/asl/parse.ts";
import { createSimulatedClients } from "../../../simulator/aws/clients.ts";
import type { HandlerFactory } from "../../../simulator/aws/lambda/handler.ts";
import { SimulatedLambda } from "../../../simulator/aws/lambda.ts";
import type { Caller } from "../../../simulator/aws/service.ts";
import { SimulatedStepFunctions, stateMachineArn } from "../../../simulator/aws/step-functions.ts";
import { callerIn, createKernel, requestTo, runUntil, watch } from "./kernel-support.ts";

/** As definitions name a function before the deployment fills it in. */
const placeholder = (functionName: string) => `\${${functionName}}`;

const retry = [{ ErrorEquals: ["Lambda.ServiceException"], IntervalSeconds: 1, MaxAttempts: 2, BackoffRate: 1 }];
const machine = parseDefinition({
  QueryLanguage: "JSONata",
  StartAt: "Shift",
  States: {
    Shift: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Arguments: { FunctionName: placeholder("Shift"), Payload: { input: "{% $states.input %}" } },
      Output: "{% $states.result.Payload %}",
      Retry: retry,
      TimeoutSeconds: 600,
      Next: "Ask",
    },
    Ask: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
      Arguments: { FunctionName: placeholder("Ask"), Payload: { token: "{% $states.context.Task.Token %}" } },
      TimeoutSeconds: 600,
      End: true,
    },
  },
});
const name = "failover-storefront";

/** A world with one machine: Shift takes ten seconds, Ask waits for an answer by token. */
function withMachine() {
  const kernel = createKernel();
  const { clock, random, regions, processes, network } = kernel;
  const shifts: { readonly caller: Caller; readonly event: unknown }[] = [];
  const tokens: string[] = [];
  const lambda = new SimulatedLambda({
    clock,
    random,
    regions,
    processes,
    registry: new Map<string, HandlerFactory>([
      [
        "Shift",
        (caller: Caller) => async (event: unknown) => {
          shifts.push({ caller, event });
          await processes.clockOf(caller, 0).sleep(10_000);
          return { shifted: true };
        },
      ],
      [
        "Ask",
        () => async (event: unknown) => {
          tokens.push((event as { token: string }).token);
          return {};
        },
      ],
    ]),
  });
  const observed: string[] = [];
  const states = new SimulatedStepFunctions({
    clock,
    random,
    regions,
    lambda,
    machines: new Map([[name, machine]]),
    observe: (event, { region }) => observed.push(`${region} ${event.type}`),
  });
  network.attach("states", states);
  const ask = (operation: string, region: string, input: Record<string, unknown>) =>
    states.handle(requestTo(region, callerIn(region), operation, input, "states"));
  const startIn = (region: string, runName: string | null, input: JsonValue = {}) =>
    ask("StartExecution", region, {
      stateMachineArn: stateMachineArn(region, name),
      ...(runName !== null && { name: runName }),
      input: JSON.stringify(input),
    }) as { executionArn: string };
  return { ...kernel, states, shifts, tokens, observed, ask, startIn };
}

describe("SimulatedStepFunctions", () => {
  it("runs a machine whose tasks call the simulated functions, and shows its course", async () => {
    const { clock, states, shifts, tokens, observed, ask, startIn } = withMachine();

    const { executionArn } = startIn("eu-west-1", "incident-1", { region: "us-east-1" });
    await runUntil(clock, 60);
    expect(ask("DescribeExecution", "eu-west-1", { executionArn })).toMatchObject({
      status: "RUNNING",
      name: "incident-1",
      input: '{"region":"us-east-1"}',
    });
    ask("SendTaskHeartbeat", "eu-west-1", { taskToken: tokens[0] });
    ask("SendTaskSuccess", "eu-west-1", { taskToken: tokens[0], output: '{"approved":true}' });
    await runUntil(clock, 120);

    expect(executionArn).toBe(`arn:aws:states:eu-west-1:${simulatedAccount}:execution:failover-storefront:incident-1`);
    expect(shifts).toMatchObject([
      {
        caller: { region: "eu-west-1", functionName: "Shift", state: "Shift", execution: executionArn },
        event: { input: { region: "us-east-1" } },
      },
    ]);
    expect(ask("DescribeExecution", "eu-west-1", { executionArn })).toMatchObject({
      status: "SUCCEEDED",
      output: '{"approved":true}',
      stopDate: expect.any(Date),
    });
    expect(states.executions).toMatchObject([
      {
        name: "incident-1",
        region: "eu-west-1",
        startedBy: "api",
        status: "SUCCEEDED",
        output: { approved: true },
        transitions: 3,
        states: [{ state: "Shift" }, { state: "Ask" }],
      },
    ]);
    expect(observed[0]).toBe("eu-west-1 executionStarted");
    expect(states.defects).toEqual([]);
  });

  it("is reached by the SDK's command through the network", async () => {
    const { clock, network, states } = withMachine();
    const client = createSimulatedClients(network, callerIn("us-east-1")).stepFunctions("eu-west-1");

    const call = watch(
      clock,
      client.send(new StartExecutionCommand({ stateMachineArn: stateMachineArn("eu-west-1", name) })),
    );
    await runUntil(clock, 1);

    expect(call.state).toBe("ok");
    expect(states.executions).toMatchObject([{ status: "RUNNING", input: {} }]);
  });

  it("answers the same execution for the same name and input while it runs", async () => {
    const { clock, states, startIn } = withMachine();

    const first = startIn("eu-west-1", "incident-1", { a: 1 });
    await runUntil(clock, 5);
    const second = startIn("eu-west-1", "incident-1", { a: 1 });

    expect(second).toEqual(first);
    expect(states.executions).toHaveLength(1);
  });

  it.each([
    ["for another input", { a: 2 }, 5],
    ["once it has ended", { a: 1 }, 1_000],
  ])("refuses a name %s", async (_, input, seconds) => {
    const { clock, startIn } = withMachine();
    startIn("eu-west-1", "incident-1", { a: 1 });
    await runUntil(clock, seconds);

    expect(() => startIn("eu-west-1", "incident-1", input)).toThrow(
      expect.objectContaining({ name: "ExecutionAlreadyExists" }),
    );
  });

  it("keeps names apart by Region: the same one starts in two (why the lease decides)", () => {
    const { states, startIn } = withMachine();

    startIn("eu-west-1", "incident-1");
    startIn("us-east-1", "incident-1");

    expect(states.executions).toHaveLength(2);
  });

  it("gives a start without a name a name of its own", () => {
    const { states, startIn } = withMachine();

    startIn("eu-west-1", null);
    startIn("eu-west-1", null);
    states.startByEvent("eu-west-1", name, { source: "aws.cloudwatch" });
    states.startByEvent("eu-west-1", name, { source: "aws.cloudwatch" });

    expect(new Set(states.executions.map((each) => each.name)).size).toBe(4);
    expect(states.executions.map((each) => each.startedBy)).toEqual(["api", "api", "event", "event"]);
  });

  it.each([
    ["StartExecution", { stateMachineArn: stateMachineArn("us-east-1", name) }, "StateMachineDoesNotExist"],
    ["StartExecution", { stateMachineArn: stateMachineArn("eu-west-1", "none") }, "StateMachineDoesNotExist"],
    ["StartExecution", { stateMachineArn: stateMachineArn("eu-west-1", name), name: "a b" }, "InvalidName"],
    ["StartExecution", { stateMachineArn: stateMachineArn("eu-west-1", name), input: "{" }, "InvalidExecutionInput"],
    ["DescribeExecution", { executionArn: "arn:none" }, "ExecutionDoesNotExist"],
    ["SendTaskSuccess", { taskToken: "none", output: "{}" }, "InvalidToken"],
    ["SendTaskFailure", { taskToken: "none" }, "InvalidToken"],
    ["SendTaskHeartbeat", { taskToken: "none" }, "InvalidToken"],
    ["RedriveExecution", { executionArn: "arn:none" }, "UnknownToSimulator"],
  ])("%s with %j is refused: %s", (operation, input, error) => {
    const { ask } = withMachine();

    expect(() => ask(operation, "eu-west-1", input)).toThrow(expect.objectContaining({ name: error }));
  });

  it("stops an execution, and fails a task by its token", async () => {
    const { clock, states, tokens, ask, startIn } = withMachine();
    const { executionArn } = startIn("eu-west-1", "stopped");
    startIn("eu-west-1", "failed");
    await runUntil(clock, 5);

    ask("StopExecution", "eu-west-1", { executionArn, error: "Operator", cause: "enough" });
    await runUntil(clock, 60);
    ask("SendTaskFailure", "eu-west-1", { taskToken: tokens[0], error: "Declined", cause: "no" });
    await runUntil(clock, 120);

    expect(states.executions.map(({ status, error }) => [status, error])).toEqual([
      ["ABORTED", "Operator"],
      ["FAILED", "Declined"],
    ]);
  });

  it("pauses with its Region and goes on when it returns, the invocation in flight failed (FM22)", async () => {
    const { clock, regions, states, shifts, tokens, startIn } = withMachine();
    startIn("eu-west-1", "incident-1");
    startIn("us-west-2", "incident-1");
    await runUntil(clock, 5);

    regions.set("eu-west-1", "dark");
    await runUntil(clock, 300);
    expect(states.executions.map(({ paused, states: visited }) => [paused, visited.length])).toEqual([
      [true, 1],
      [false, 2],
    ]);
    regions.set("eu-west-1", "up");
    await runUntil(clock, 320);

    expect(shifts.map(({ caller }) => caller.region).sort()).toEqual(["eu-west-1", "eu-west-1", "us-west-2"]);
    expect(tokens).toHaveLength(2);
    expect(states.executions[0]).toMatchObject({ status: "RUNNING", paused: false });
  });
});
