import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { systemClock } from "../../../functions/shared/clock.ts";
import { isObject, type JsonValue } from "../../../simulator/asl/json.ts";
import type { Invocation } from "../router.ts";
import { credentials, type MotoServer } from "../servers.ts";
import type { Case, Definition, Outcome, TokenStep } from "./case.ts";
import { identity, nameOf } from "./identity.ts";
import { Prompter, tokenIn } from "./prompter.ts";
import { outcomeOf } from "./trace.ts";

/** An execution that takes longer is stopped, and its case fails. The longest waits in the cases are a few seconds. */
const longestMs = 60_000;
const pollMs = 200;

/** Plays cases on moto's interpreter, in real time; several at once, each with functions of its own. */
export class MotoStage {
  readonly #client: SFNClient;
  readonly #prompters = new Map<string, Prompter>();

  constructor(server: MotoServer) {
    this.#client = new SFNClient({ region: identity.region, endpoint: server.url, credentials });
    server.functions.use((invocation) => this.#reply(invocation));
  }

  /** Creates a machine and no more. @throws what the SDK throws when moto refuses. */
  async create(name: string, definition: Definition): Promise<string> {
    const { stateMachineArn } = await this.#client.send(
      new CreateStateMachineCommand({ name, roleArn: identity.roleArn, definition: JSON.stringify(definition) }),
    );
    return stateMachineArn ?? "";
  }

  /** @throws Error when moto refuses the definition, or the execution does not end. */
  async play(index: number, { definition, input, script }: Case): Promise<Outcome> {
    const name = nameOf(index);
    this.#prompters.set(name, new Prompter(script ?? {}));
    const stateMachineArn = await this.create(name, withFunctionsOf(name, definition) as Definition);
    const { executionArn } = await this.#client.send(
      new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input ?? {}) }),
    );
    const deadline = AbortSignal.timeout(longestMs);
    for (;;) {
      const { status, output, error, cause } = await this.#client.send(new DescribeExecutionCommand({ executionArn }));
      switch (status) {
        case "SUCCEEDED":
        case "FAILED":
        case "TIMED_OUT":
        case "ABORTED":
          return outcomeOf(
            definition,
            { status, output: status === "SUCCEEDED" ? outputIn(output) : undefined, error, cause },
            await this.#entered(executionArn),
          );
        default:
          if (deadline.aborted) {
            const names = await this.#entered(executionArn);
            await this.#client.send(new StopExecutionCommand({ executionArn }));
            throw new Error(`The execution did not end on moto; it entered ${names.join(", ")}`);
          }
          await systemClock.sleep(pollMs);
      }
    }
  }

  async #entered(executionArn: string | undefined): Promise<readonly string[]> {
    const names: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.#client.send(
        new GetExecutionHistoryCommand({ executionArn, ...(nextToken && { nextToken }) }),
      );
      for (const event of page.events ?? []) {
        const name = event.stateEnteredEventDetails?.name;
        if (name !== undefined) names.push(name);
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return names;
  }

  async #reply({ functionName, payload }: Invocation): Promise<JsonValue> {
    const [, name = "", own = ""] = /^(case-\d+)-(.*)$/.exec(functionName) ?? [];
    const prompter = this.#prompters.get(name);
    if (prompter === undefined) throw new Error(`No case has a function ${functionName}`);
    const next = prompter.next(own);
    switch (next.kind) {
      case "answer":
        return next.value;
      case "echo":
        return payload;
      case "throw":
        throw Object.assign(new Error(next.message), { name: next.name });
      case "silence":
        return new Promise(() => {});
      case "token":
        // What moto does not take shows in how the execution ends.
        this.#answerToken(tokenIn(payload), next.steps).catch(() => {});
        return null;
    }
  }

  async #answerToken(taskToken: string, steps: readonly TokenStep[]): Promise<void> {
    for (const step of steps) {
      await systemClock.sleep(step.afterSeconds * 1_000);
      switch (step.kind) {
        case "succeed":
          await this.#client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(step.output) }));
          break;
        case "fail":
          await this.#client.send(new SendTaskFailureCommand({ taskToken, error: step.error, cause: step.cause }));
          break;
        case "heartbeat":
          await this.#client.send(new SendTaskHeartbeatCommand({ taskToken }));
          break;
      }
    }
  }
}

/**
 * The output that moto describes. AWS gives JSON; moto 5.2.5 gives text without its quotes, and nothing for null. What an
 * expression yielded can still be told from that, but for text that is JSON itself, which no case yields.
 */
export function outputIn(described: string | undefined): JsonValue {
  if (described === undefined) return null;
  try {
    return JSON.parse(described);
  } catch {
    return described;
  }
}

/** The definition with the case's name before each function's, by which the router tells cases apart. */
function withFunctionsOf(name: string, value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item) => withFunctionsOf(name, item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value as Definition).map(([key, member]) => [
      key,
      key === "FunctionName" && typeof member === "string" ? prefixed(name, member) : withFunctionsOf(name, member),
    ]),
  );
}

function prefixed(name: string, functionName: string): string {
  const expression = /^\{%(.*)%\}$/s.exec(functionName)?.[1];
  return expression === undefined ? `${name}-${functionName}` : `{% '${name}-' & (${expression}) %}`;
}
