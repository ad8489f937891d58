import { errorMessage } from "../../functions/shared/errors.ts";
import { integerBetween, type Random } from "../../functions/shared/random.ts";
import { simulatedAccount } from "../account.ts";
import type { StateMachine } from "../asl/definition.ts";
import type { ExecutionEvent } from "../asl/events.ts";
import { StartError, startExecution } from "../asl/execution.ts";
import type { AslHost, TaskCall } from "../asl/host.ts";
import type { JsonValue } from "../asl/json.ts";
import { TaskTokens, TokenError } from "../asl/tokens.ts";
import type { VirtualClock } from "../clock.ts";
import type { SimulatedLambda } from "./lambda.ts";
import type { Regions } from "./regions.ts";
import { ServiceError, type ServiceRequest, type SimulatedService } from "./service.ts";
import { ExecutionRecord } from "./step-functions/execution.ts";
import { demandKnownFields, UnknownToSimulator } from "./unknown.ts";

type Input = ServiceRequest["input"];
type Output = Record<string, unknown>;

export interface StepFunctionsOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Regions;
  readonly lambda: SimulatedLambda;
  /** Parsed definitions by the machine's name, such as `failover-storefront`; the same ones in every Region. */
  readonly machines: ReadonlyMap<string, StateMachine>;
  /** Told of everything that executions do, with the Region in which they do it. @default nobody */
  readonly observe?: (event: ExecutionEvent, execution: ExecutionRecord) => void;
}

const startFields = new Set(["stateMachineArn", "name", "input"]);
const successFields = new Set(["taskToken", "output"]);
const failureFields = new Set(["taskToken", "error", "cause"]);
const stopFields = new Set(["executionArn", "error", "cause"]);

/** Step Functions in every Region, running this project's definitions and calling the simulated Lambda functions. */
export class SimulatedStepFunctions implements SimulatedService {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #lambda: SimulatedLambda;
  readonly #machines: ReadonlyMap<string, StateMachine>;
  readonly #observe: StepFunctionsOptions["observe"];
  readonly #tokens = new Map<string, TaskTokens>();
  readonly #executions = new Map<string, ExecutionRecord>();
  readonly #defects: string[] = [];

  constructor(options: StepFunctionsOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#lambda = options.lambda;
    this.#machines = options.machines;
    this.#observe = options.observe;
    options.regions.subscribe((change) => {
      if (change.kind !== "health" || (change.before === "dark") === (change.after === "dark")) return;
      for (const execution of this.#executions.values()) {
        if (execution.region !== change.region) continue;
        if (change.after === "dark") execution.crash();
        else execution.resume();
      }
    });
  }

  /** Every execution, in the order in which they were started. */
  get executions(): readonly ExecutionRecord[] {
    return [...this.#executions.values()];
  }

  /** Defects of the interpreter or of an observer. A run with a defect proves nothing. */
  get defects(): readonly string[] {
    return this.#defects;
  }

  handle(request: ServiceRequest): Output {
    const { operation, region, input } = request;
    switch (operation) {
      case "StartExecution": {
        demandKnownFields(input, startFields, operation);
        const { arn, startedAt } = this.#startByApi(region, input);
        return { executionArn: arn, startDate: new Date(startedAt) };
      }
      case "DescribeExecution":
        demandKnownFields(input, new Set(["executionArn"]), operation);
        return describe(this.#find(region, input));
      case "StopExecution":
        demandKnownFields(input, stopFields, operation);
        this.#find(region, input).stop(optionalText(input.error), optionalText(input.cause));
        return { stopDate: new Date(this.#clock.now()) };
      case "SendTaskSuccess":
        demandKnownFields(input, successFields, operation);
        return this.#answerTask(region, input, (tokens, token) => tokens.succeedTask(token, parseOutput(input.output)));
      case "SendTaskFailure":
        demandKnownFields(input, failureFields, operation);
        return this.#answerTask(region, input, (tokens, token) =>
          tokens.failTask(token, String(input.error ?? ""), String(input.cause ?? "")),
        );
      case "SendTaskHeartbeat":
        demandKnownFields(input, new Set(["taskToken"]), operation);
        return this.#answerTask(region, input, (tokens, token) => tokens.heartbeat(token));
      default:
        throw new UnknownToSimulator(`states:${operation}`);
    }
  }

  /** Starts an execution as a rule of the event bus does: never the same twice, under a name of AWS's choosing. */
  startByEvent(region: string, machine: string, event: unknown): ExecutionRecord {
    return this.#start(region, machine, this.#anyName(), JSON.parse(JSON.stringify(event)), "event");
  }

  #startByApi(region: string, input: Input): ExecutionRecord {
    const stateMachineArn = String(input.stateMachineArn);
    const [, , service, arnRegion, , kind, machine = ""] = stateMachineArn.split(":");
    if (service !== "states" || kind !== "stateMachine" || arnRegion !== region || !this.#machines.has(machine)) {
      throw new ServiceError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${stateMachineArn}'`);
    }
    const name = input.name === undefined ? this.#anyName() : String(input.name);
    const text = String(input.input ?? "{}");
    const parsed = parseJson(text, "InvalidExecutionInput");
    const before = this.#executions.get(executionArn(region, machine, name));
    if (before === undefined) return this.#start(region, machine, name, parsed, "api");
    if (before.status === "RUNNING" && JSON.stringify(before.input) === JSON.stringify(parsed)) return before;
    throw new ServiceError("ExecutionAlreadyExists", `Execution Already Exists: '${before.arn}'`);
  }

  #start(region: string, machine: string, name: string, input: JsonValue, startedBy: "api" | "event"): ExecutionRecord {
    const definition = this.#machines.get(machine);
    if (definition === undefined) {
      throw new ServiceError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${machine}' in ${region}`);
    }
    const arn = executionArn(region, machine, name);
    const record = new ExecutionRecord({ name, arn, machine, region, input, startedAt: this.#clock.now(), startedBy });
    const host: AslHost = {
      clock: this.#clock,
      random: this.#random,
      tokens: this.#tokensOf(region),
      invoke: (call) => this.#invoke(record, call),
      observe: (event) => {
        record.note(event);
        this.#observe?.(event, record);
      },
    };
    const roleArn = `arn:aws:iam::${simulatedAccount}:role/${machine}-${region}`;
    const identity = { region, accountId: simulatedAccount, stateMachineName: machine, roleArn };
    try {
      const execution = startExecution({ machine: definition, name, input, host, identity });
      record.attach(execution);
      execution.done.catch((defect) => this.#defects.push(`${arn}: ${errorMessage(defect)}`));
    } catch (error) {
      if (error instanceof StartError) throw new ServiceError(error.name, error.message);
      throw error;
    }
    this.#executions.set(arn, record);
    return record;
  }

  /** A definition names a function by its placeholder, `${TrafficShift}`, which the deployment would fill in. */
  #invoke(record: ExecutionRecord, call: TaskCall): Promise<JsonValue | undefined> {
    const functionName = /^\$\{(\w+)\}$/.exec(call.functionName)?.[1] ?? call.functionName;
    const origin = { execution: record.arn, state: call.stateName };
    return this.#lambda.invoke(record.region, functionName, call.payload, origin) as Promise<JsonValue | undefined>;
  }

  #find(region: string, input: Input): ExecutionRecord {
    const arn = String(input.executionArn);
    const record = this.#executions.get(arn);
    if (record === undefined || record.region !== region) {
      throw new ServiceError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
    }
    return record;
  }

  #answerTask(region: string, input: Input, answer: (tokens: TaskTokens, token: string) => void): Output {
    try {
      answer(this.#tokensOf(region), String(input.taskToken));
    } catch (error) {
      if (error instanceof TokenError) throw new ServiceError(error.name, error.message);
      throw error;
    }
    return {};
  }

  #tokensOf(region: string): TaskTokens {
    let tokens = this.#tokens.get(region);
    if (tokens === undefined) {
      tokens = new TaskTokens();
      this.#tokens.set(region, tokens);
    }
    return tokens;
  }

  #anyName(): string {
    const part = () => integerBetween(this.#random, 0, 0xffffffff).toString(16).padStart(8, "0");
    return `${part()}-${part()}-${part()}`;
  }
}

function executionArn(region: string, machine: string, name: string): string {
  return `arn:aws:states:${region}:${simulatedAccount}:execution:${machine}:${name}`;
}

/** ARN of a machine, for StartExecution. */
export function stateMachineArn(region: string, machine: string): string {
  return `arn:aws:states:${region}:${simulatedAccount}:stateMachine:${machine}`;
}

function describe(record: ExecutionRecord): Output {
  const { arn, machine, name, region, status, startedAt, endedAt, input, output, error, cause } = record;
  return {
    executionArn: arn,
    stateMachineArn: stateMachineArn(region, machine),
    name,
    status,
    startDate: new Date(startedAt),
    ...(endedAt === null ? {} : { stopDate: new Date(endedAt) }),
    input: JSON.stringify(input),
    ...(output === undefined ? {} : { output: JSON.stringify(output) }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  };
}

function parseOutput(text: unknown): JsonValue {
  return parseJson(String(text), "InvalidOutput");
}

function parseJson(text: string, errorNamed: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    throw new ServiceError(errorNamed, `Not JSON: received ${text.slice(0, 120)}`);
  }
}

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
