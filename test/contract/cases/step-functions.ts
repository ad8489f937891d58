import {
  DescribeExecutionCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { initialItem } from "../../../functions/coordination/rules.ts";
import { silentLogger } from "../../../functions/shared/logger.ts";
import { executionName, startRun, type Wanted } from "../../../functions/watch/start.ts";
import { type Cloud, home, virginia } from "../backend.ts";
import { type Contract, refusalOf } from "../contract.ts";
import { storefront } from "../plan.ts";

const wanted: Wanted = { kind: "failover", region: virginia };

function start(cloud: Cloud, arn: string, name: string, input: string, region = home) {
  return cloud.aws.stepFunctions(region).send(new StartExecutionCommand({ stateMachineArn: arn, name, input }));
}

function describe(cloud: Cloud, executionArn: string, region = home) {
  return cloud.aws.stepFunctions(region).send(new DescribeExecutionCommand({ executionArn }));
}

function executionArn(machine: string, name: string): string {
  return `${machine.replace(":stateMachine:", ":execution:")}:${name}`;
}

/** The watch wants a run; answers the errors that it logged, and the run that is there. */
async function watchStarts(cloud: Cloud, machine: string, times: number) {
  const errors: string[] = [];
  const logger = { ...silentLogger, error: (message: string) => void errors.push(message) };
  const plan = { ...storefront, application: cloud.unique("shop") };
  const deps = { ...cloud.dependencies(plan, machine), logger };
  const item = initialItem(plan.application, [], cloud.clock.now());
  // Two starts within a minute have the same name; the clock may strike in between where it is a real one.
  const name = executionName(plan.application, item, wanted, cloud.clock.now());
  const frozen = { ...deps, clock: { ...cloud.clock, now: () => instant } };
  const instant = cloud.clock.now();
  for (let time = 0; time < times; time++) await startRun(frozen, item, wanted);
  return { errors, run: await describe(cloud, executionArn(machine, name)) };
}

export const stepFunctions: Contract = {
  service: "Step Functions",
  cases: {
    "the watch starts a run under the name of incident, epoch and minute": async (cloud) => {
      const machine = await cloud.prepare.stateMachine(home, cloud.unique("failover"), "waits");

      const { errors, run } = await watchStarts(cloud, machine, 1);

      expect(errors).toEqual([]);
      expect(run).toMatchObject({ status: "RUNNING", stateMachineArn: machine });
      expect(JSON.parse(run.input ?? "")).toEqual({ watch: { region: virginia, from: home } });
    },

    "the watch asks twice within the minute and one run goes on": async (cloud) => {
      const machine = await cloud.prepare.stateMachine(home, cloud.unique("failover"), "waits");

      const { errors, run } = await watchStarts(cloud, machine, 2);

      expect(errors).toEqual([]);
      expect(run.status).toBe("RUNNING");
    },

    "the watch asks again for a run that has ended, and no error is logged": async (cloud) => {
      const machine = await cloud.prepare.stateMachine(home, cloud.unique("failover"), "ends");

      const { errors, run } = await watchStarts(cloud, machine, 2);

      expect(errors).toEqual([]);
      expect(run.name).toMatch(/^shop/);
    },

    "the same name and input while it runs is the same execution": async (cloud) => {
      const machine = await cloud.prepare.stateMachine(home, cloud.unique("failover"), "waits");

      const first = await start(cloud, machine, "run-1", '{"a":1}');
      const second = await start(cloud, machine, "run-1", '{"a":1}');

      expect(second.executionArn).toBe(first.executionArn);
      expect(second.startDate?.getTime()).toBe(first.startDate?.getTime());
    },

    "the same name with another input is ExecutionAlreadyExists": async (cloud) => {
      const machine = await cloud.prepare.stateMachine(home, cloud.unique("failover"), "waits");
      await start(cloud, machine, "run-1", '{"a":1}');

      const refusal = await refusalOf(start(cloud, machine, "run-1", '{"a":2}'));

      expect(refusal).toEqual({ name: "ExecutionAlreadyExists", sortedAs: "rejected" });
    },

    "the name of an execution that has ended is taken, whatever the input": async (cloud) => {
      const machine = await cloud.prepare.stateMachine(home, cloud.unique("failover"), "ends");
      const { executionArn: arn = "" } = await start(cloud, machine, "run-1", '{"a":1}');
      const ended = await cloud.until(
        () => describe(cloud, arn),
        ({ status }) => status !== "RUNNING",
      );

      const refusal = await refusalOf(start(cloud, machine, "run-1", '{"a":1}'));

      expect(ended.status).toBe("SUCCEEDED");
      expect(refusal).toEqual({ name: "ExecutionAlreadyExists", sortedAs: "rejected" });
    },

    "the name of an execution that was stopped is taken": async (cloud) => {
      const machine = await cloud.prepare.stateMachine(home, cloud.unique("failover"), "waits");
      const { executionArn: arn } = await start(cloud, machine, "run-1", "{}");
      await cloud.aws.stepFunctions(home).send(new StopExecutionCommand({ executionArn: arn, error: "Stopped" }));
      const stopped = await cloud.until(
        () => describe(cloud, arn ?? ""),
        ({ status }) => status !== "RUNNING",
      );

      const refusal = await refusalOf(start(cloud, machine, "run-1", "{}"));

      expect(stopped.status).toBe("ABORTED");
      expect(refusal).toEqual({ name: "ExecutionAlreadyExists", sortedAs: "rejected" });
    },

    "why an execution was stopped is kept": async (cloud) => {
      const machine = await cloud.prepare.stateMachine(home, cloud.unique("failover"), "waits");
      const { executionArn: arn } = await start(cloud, machine, "run-1", "{}");

      await cloud.aws
        .stepFunctions(home)
        .send(new StopExecutionCommand({ executionArn: arn, error: "Stopped", cause: "By a person" }));

      const stopped = await cloud.until(
        () => describe(cloud, arn ?? ""),
        ({ status }) => status !== "RUNNING",
      );
      expect(stopped).toMatchObject({ status: "ABORTED", error: "Stopped", cause: "By a person" });
    },

    "a name in one Region is free in another": async (cloud) => {
      const name = cloud.unique("failover");
      const here = await cloud.prepare.stateMachine(home, name, "waits");
      const there = await cloud.prepare.stateMachine(virginia, name, "waits");

      await start(cloud, here, "run-1", '{"a":1}');
      await start(cloud, there, "run-1", '{"a":2}', virginia);

      expect((await describe(cloud, executionArn(here, "run-1"))).input).toBe('{"a":1}');
      expect((await describe(cloud, executionArn(there, "run-1"), virginia)).input).toBe('{"a":2}');
    },

    "an unknown machine is StateMachineDoesNotExist": async (cloud) => {
      const machine = await cloud.prepare.stateMachine(home, cloud.unique("failover"), "waits");

      const refusal = await refusalOf(start(cloud, `${machine}-nobody`, "run-1", "{}"));

      expect(refusal).toEqual({ name: "StateMachineDoesNotExist", sortedAs: "rejected" });
    },

    "an input that is no JSON is InvalidExecutionInput": async (cloud) => {
      const machine = await cloud.prepare.stateMachine(home, cloud.unique("failover"), "waits");

      const refusal = await refusalOf(start(cloud, machine, "run-1", "{not json"));

      expect(refusal).toEqual({ name: "InvalidExecutionInput", sortedAs: "rejected" });
    },

    "a name of more than 80 characters is InvalidName": async (cloud) => {
      const machine = await cloud.prepare.stateMachine(home, cloud.unique("failover"), "waits");

      const refusal = await refusalOf(start(cloud, machine, "x".repeat(81), "{}"));

      expect(refusal).toEqual({ name: "InvalidName", sortedAs: "rejected" });
    },

    "an unknown execution is ExecutionDoesNotExist": async (cloud) => {
      const machine = await cloud.prepare.stateMachine(home, cloud.unique("failover"), "waits");

      const refusal = await refusalOf(describe(cloud, executionArn(machine, "nobody")));

      expect(refusal).toEqual({ name: "ExecutionDoesNotExist", sortedAs: "rejected" });
    },

    "an answer under a token that nobody waits for is refused": async (cloud) => {
      const refusal = await refusalOf(
        cloud.aws
          .stepFunctions(home)
          .send(new SendTaskSuccessCommand({ taskToken: "AQB8Anobody", output: '{"approved":true}' })),
      );

      expect(refusal.sortedAs).toBe("rejected");
      expect(["InvalidToken", "TaskDoesNotExist", "TaskTimedOut"]).toContain(refusal.name);
    },
  },
};
