import { readFileSync } from "node:fs";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
} from "@aws-sdk/client-sfn";
import type { Plan } from "../../functions/shared/plan/plan.ts";
import { type FunctionName, stepSpecs } from "../../infra/functions.ts";
import { functionName, machineArn } from "../../infra/names.ts";
import type { JsonValue } from "../../simulator/asl/json.ts";
import { handlerFactories } from "../../simulator/functions.ts";
import { projectRoot } from "./environment.ts";
import type { RoutedFunction } from "./router.ts";
import { account, credentials } from "./servers.ts";
import { productionLike } from "./watches.ts";

/** The definition as it is deployed in a Region: its placeholders are functions of that Region. */
export function definitionIn(plan: Plan, region: string): string {
  const text = readFileSync(`${projectRoot}/statemachines/failover.asl.json`, "utf8");
  return stepSpecs.reduce(
    (definition, { name }) => definition.replaceAll(`\${${name}}`, functionArn(plan, region, name)),
    text,
  );
}

/** What a placeholder of the definition stands for in a Region. */
export function functionArn(plan: Plan, region: string, name: FunctionName): string {
  return `arn:aws:lambda:${region}:${account}:function:${functionName(plan, name)}`;
}

/** Answers Lambda's Invoke with the real handlers, each in the Region that its ARN names. */
export function realHandlers(plan: Plan): RoutedFunction {
  const made = new Map<string, ReturnType<(typeof handlerFactories)[string]>>();
  return async ({ functionName: arn, payload }) => {
    const [, region = "", name = ""] = /^arn:aws:lambda:([^:]+):[^:]+:function:([^:]+)/.exec(arn) ?? [];
    const spec = stepSpecs.find((each) => functionName(plan, each.name) === name);
    const create = spec === undefined ? undefined : handlerFactories[spec.name];
    if (create === undefined) {
      throw Object.assign(new Error(`There is no function ${arn}`), { name: "Lambda.ResourceNotFoundException" });
    }
    const handler = made.get(arn) ?? create(productionLike(plan, region));
    made.set(arn, handler);
    return (await handler(payload, { awsRequestId: "test", functionName: name })) as JsonValue;
  };
}

/** One execution as it stands. */
export interface Execution {
  readonly arn: string;
  readonly status: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Null while it runs, and when it failed. */
  readonly output: {
    readonly outcome: string;
    readonly incident: string | null;
    readonly reasons: readonly string[];
  } | null;
}

/** The failover machine of one Region, on a server. */
export class Machine {
  readonly arn: string;
  readonly #client: SFNClient;

  constructor(url: string, plan: Plan, region: string) {
    this.#client = new SFNClient({ region, endpoint: url, credentials });
    this.arn = machineArn(plan, { partition: "aws", account, region });
  }

  async create(definition: string): Promise<void> {
    const name = this.arn.split(":").at(-1) ?? "";
    const roleArn = `arn:aws:iam::${account}:role/failover`;
    await this.#client.send(new CreateStateMachineCommand({ name, roleArn, definition }));
  }

  async executions(): Promise<readonly Execution[]> {
    const { executions = [] } = await this.#client.send(new ListExecutionsCommand({ stateMachineArn: this.arn }));
    return Promise.all(
      executions.map(async ({ executionArn: arn = "" }) => {
        const {
          status = "",
          input,
          output,
        } = await this.#client.send(new DescribeExecutionCommand({ executionArn: arn }));
        return {
          arn,
          status,
          input: JSON.parse(input ?? "{}"),
          output: status === "SUCCEEDED" && output !== undefined ? JSON.parse(output) : null,
        };
      }),
    );
  }

  /** The states that an execution entered, in order. */
  async entered(executionArn: string): Promise<readonly string[]> {
    const names: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.#client.send(
        new GetExecutionHistoryCommand({ executionArn, ...(nextToken && { nextToken }) }),
      );
      names.push(
        ...(page.events ?? []).flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []),
      );
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return names;
  }
}
