import { readFileSync } from "node:fs";
import { RemovalPolicy } from "aws-cdk-lib";
import { Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { type CfnStateMachine, DefinitionBody, LogLevel, StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { acknowledge } from "./acknowledge.ts";
import type { HandlerFunction } from "./handler-function.ts";
import { machineName } from "./names.ts";

/** The definition, as small as it gets: comments are for its readers here. */
function definition(): string {
  const file = new URL("../statemachines/failover.asl.json", import.meta.url);
  return JSON.stringify(JSON.parse(readFileSync(file, "utf8")));
}

/** The state machine of one Region. */
export function failoverMachine(
  scope: Construct,
  id: string,
  props: { readonly plan: Plan; readonly steps: readonly HandlerFunction[]; readonly logRetention: RetentionDays },
): StateMachine {
  const { plan, steps, logRetention } = props;
  const name = machineName(plan);
  const log = new LogGroup(scope, `${id}Log`, {
    // Under this prefix the log's resource policy need not grow with each machine of the account (Step Functions
    // Developer Guide, "Logging using CloudWatch Logs").
    logGroupName: `/aws/vendedlogs/states/${name}`,
    retention: logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const machine = new StateMachine(scope, id, {
    stateMachineName: name,
    definitionBody: DefinitionBody.fromString(definition()),
    definitionSubstitutions: Object.fromEntries(
      steps.map((step) => [step.spec.name, step.function.functionArn] as const),
    ),
    // Without the data: the input of a question holds its task token, and whoever reads a log may not answer for that.
    logs: { destination: log, level: LogLevel.ALL, includeExecutionData: false },
    tracingEnabled: true,
  });
  machine.addToRolePolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ["lambda:InvokeFunction"],
      resources: steps.map((step) => step.function.functionArn),
    }),
  );
  // E3601: cfn-lint 1.58 does not know that TimeoutSeconds may be a JSONata expression. E1101: inside a branch it stumbles
  // over its own message of that. test/integration/cfn-lint-stacks.test.ts shows that it finds nothing else here.
  (machine.node.defaultChild as CfnStateMachine).addMetadata("cfn-lint", {
    config: { ignore_checks: ["E3601", "E1101"] },
  });
  acknowledge(machine, {
    "IAM5[Resource::*]": "Log delivery and X-Ray know no resource to name; the functions are named one by one",
  });
  return machine;
}
