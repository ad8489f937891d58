import { globSync } from "node:fs";
import { basename, dirname } from "node:path";
import { notifySpec, reportSpec, stepSpecs, watchSpec } from "../../infra/functions.ts";
import { functionConfigurations, machineName } from "../../simulator/deployment.ts";
import { handlerFactories } from "../../simulator/functions.ts";
import { flat, planOf, type Resource, type StackTemplate, synthesize } from "./synthesis.ts";

interface Task {
  readonly state: string;
  readonly placeholder: string;
  readonly timeout: number | string;
}

interface States {
  readonly States: Readonly<
    Record<
      string,
      {
        readonly Type: string;
        readonly TimeoutSeconds?: number | string;
        readonly Arguments?: { readonly FunctionName: string };
        readonly Branches?: readonly States[];
      }
    >
  >;
}

function tasksOf(machine: States): readonly Task[] {
  return Object.entries(machine.States).flatMap(
    ([state, { Type, TimeoutSeconds = "none", Arguments, Branches = [] }]) => [
      ...(Type === "Task"
        ? [
            {
              state,
              placeholder: (Arguments?.FunctionName ?? "").replace(/^\$\{(.*)\}$/, "$1"),
              timeout: TimeoutSeconds,
            },
          ]
        : []),
      ...Branches.flatMap(tasksOf),
    ],
  );
}

function machineOf(stack: StackTemplate) {
  const [machine] = stack.of("AWS::StepFunctions::StateMachine");
  return machine;
}

function functionsOf(stack: StackTemplate): ReadonlyMap<string, Resource> {
  return new Map(Object.entries(stack.resources).filter(([, { Type }]) => Type === "AWS::Lambda::Function"));
}

const plan = planOf("storefront");
const { controllers, stacks } = synthesize(plan);

describe.each(controllers)("the controller in $region", (stack) => {
  const machine = machineOf(stack);
  const functions = functionsOf(stack);
  const tasks = tasksOf(JSON.parse(machine.DefinitionString));

  it("has a function for each Task, and no placeholder without one", () => {
    expect(tasks.length).toBeGreaterThan(12);
    expect(Object.keys(machine.DefinitionSubstitutions).sort()).toEqual(
      [...new Set(tasks.map(({ placeholder }) => placeholder))].sort(),
    );
    for (const arn of Object.values(machine.DefinitionSubstitutions)) {
      expect(functions.has((arn as { "Fn::GetAtt": readonly [string, string] })["Fn::GetAtt"][0])).toBe(true);
    }
  });

  it("lets no function outlast the Task that calls it", () => {
    for (const { state, placeholder, timeout } of tasks) {
      const [id] = machine.DefinitionSubstitutions[placeholder]["Fn::GetAtt"];
      const allowed = typeof timeout === "number" ? timeout : plan.plan.automation.approval.timeoutSeconds;
      expect({ state, short: functions.get(id)?.Properties.Timeout < allowed }).toEqual({ state, short: true });
    }
  });

  it("may call each of its functions, and nothing else", () => {
    const policies = stack.of("AWS::IAM::Policy").filter(({ PolicyName }) => PolicyName.includes("MachineRole"));
    const invoked = policies.flatMap(({ PolicyDocument }) =>
      PolicyDocument.Statement.filter(({ Action }: { Action: unknown }) => Action === "lambda:InvokeFunction").flatMap(
        ({ Resource }: { Resource: unknown[] }) => Resource.map(flat),
      ),
    );
    expect(invoked.sort()).toEqual(Object.values(machine.DefinitionSubstitutions).map(flat).sort());
  });

  it("is traced and logged, without the data that hold task tokens", () => {
    expect(machine.StateMachineName).toBe(machineName(plan.plan));
    expect(machine.TracingConfiguration).toEqual({ Enabled: true });
    expect(machine.LoggingConfiguration).toMatchObject({ IncludeExecutionData: false, Level: "ALL" });
  });

  it("gives the machine's ARN to the watch alone", () => {
    const told = [...functions.values()].filter(
      ({ Properties }) => Properties.Environment.Variables.FAILOVER_STATE_MACHINE_ARN !== undefined,
    );
    expect(told.map(({ Properties }) => Properties.FunctionName)).toEqual(["failover-storefront-watch"]);
    expect(flat(told[0]?.Properties.Environment.Variables.FAILOVER_STATE_MACHINE_ARN)).toMatch(
      new RegExp(`:states:${stack.region}:111122223333:stateMachine:failover-storefront$`),
    );
  });
});

describe.each(Object.values(stacks).filter((stack) => functionsOf(stack).size > 0))(
  "the functions of $name",
  (stack) => {
    const functions = [...functionsOf(stack).values()].map(({ Properties }) => Properties);

    it("have the plan beside them, source maps, JSON logs, traces", () => {
      for (const each of functions) {
        expect(each).toMatchObject({
          Architectures: ["arm64"],
          Runtime: "nodejs24.x",
          TracingConfig: { Mode: "Active" },
          LoggingConfig: { LogFormat: "JSON" },
          Environment: {
            Variables: { FAILOVER_PLAN: "/var/task/plan.json", NODE_OPTIONS: "--enable-source-maps" },
          },
        });
      }
    });

    it("have a role each, and a log group each that forgets", () => {
      const roles = functions.map(({ Role }) => flat(Role));
      const logs = functions.map(({ LoggingConfig }) => flat(LoggingConfig.LogGroup));
      expect(new Set(roles).size).toBe(functions.length);
      expect(new Set(logs).size).toBe(functions.length);
      for (const each of stack.of("AWS::Logs::LogGroup")) expect(each.RetentionInDays).toBe(90);
    });

    it("are tried again by Lambda only where nobody waits for the answer: the report, and what tells people", () => {
      const attempts = stack
        .of("AWS::Lambda::EventInvokeConfig")
        .map(({ FunctionName: { Ref }, MaximumRetryAttempts }) => [
          stack.resources[Ref]?.Properties.FunctionName,
          MaximumRetryAttempts,
        ]);
      expect(attempts.sort()).toEqual(
        functions
          .map(({ FunctionName }) => [FunctionName, /-(timeline-report|notify-people)$/.test(FunctionName) ? 2 : 0])
          .sort(),
      );
    });
  },
);

describe("the functions", () => {
  const specs = [...stepSpecs, reportSpec, notifySpec, watchSpec];

  it("are the handlers that are built, each under its own name", () => {
    const built = globSync("functions/**/*.handler.ts", { cwd: new URL("../..", import.meta.url) }).map(
      (path) => `${basename(dirname(path))}-${basename(path, ".handler.ts")}`,
    );
    expect(specs.map(({ folder }) => folder).sort()).toEqual(built.sort());
    expect(specs.map(({ name }) => name).sort()).toEqual(Object.keys(handlerFactories).sort());
  });

  it("have the limits that the simulator plays with", () => {
    for (const { name, timeoutSeconds, reservedConcurrency } of specs) {
      const { timeoutSeconds: seconds, reservedConcurrency: reserved = null } = functionConfigurations[name] ?? {};
      expect({ name, timeoutSeconds, reservedConcurrency }).toEqual({
        name,
        timeoutSeconds: seconds,
        reservedConcurrency: reserved,
      });
    }
  });
});
