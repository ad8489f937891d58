import { isoInstant } from "../../functions/shared/clock.ts";
import type { Assign, State, StateMachine } from "./definition.ts";
import { Cancelled, StateFailure } from "./errors.ts";
import type { ExecutionEvent } from "./events.ts";
import { type Evaluation, evaluateTemplate, type Template } from "./expressions.ts";
import type { AslHost } from "./host.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import { checkPayload, HISTORY_EVENTS } from "./limits.ts";
import type { Gate, Strand } from "./strand.ts";
import type { Variables } from "./variables.ts";

/** Omit that keeps a union a union. */
type Without<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

/** The static half of the context object. */
export interface Identity {
  readonly executionArn: string;
  readonly executionName: string;
  readonly input: JsonValue;
  readonly startedAt: number;
  readonly roleArn: string;
  readonly stateMachineArn: string;
  readonly stateMachineName: string;
}

/** What the states of one execution share. */
export class Run {
  readonly machine: StateMachine;
  readonly host: AslHost;
  readonly gate: Gate;
  readonly identity: Identity;
  /** Lambda calls that have not been answered; each is told when the Region loses them. */
  readonly inFlight = new Set<(failure: StateFailure) => void>();
  /**
   * Steps as AWS bills them (Pricing, "Standard Workflows": each time a step is executed, retries included): one for the
   * start, one for every state entered, in branches and iterations too, and one for every retry.
   */
  transitions = 0;
  historyEvents = 0;

  constructor(machine: StateMachine, host: AslHost, gate: Gate, identity: Identity) {
    this.machine = machine;
    this.host = host;
    this.gate = gate;
    this.identity = identity;
  }

  /**
   * Counts what AWS writes into the history for a step: one event for entering, leaving, failing, one each for a task
   * being scheduled, started, submitted and answered, one for each branch or iteration started and ended.
   * @throws StateFailure `States.Runtime`, which nothing catches, when the history is full.
   */
  record(events: number): void {
    this.historyEvents += events;
    if (this.historyEvents > HISTORY_EVENTS) {
      throw new StateFailure(
        "States.Runtime",
        `The execution reached the maximum number of history events (${HISTORY_EVENTS}).`,
      );
    }
  }

  observe(event: Without<ExecutionEvent, "at" | "execution">): void {
    const { host, identity } = this;
    host.observe?.({ at: host.clock.now(), execution: identity.executionName, ...event } as ExecutionEvent);
  }
}

/** The item that a Map iteration is about. */
export interface MapItem {
  readonly index: number;
  readonly value: JsonValue;
}

/** Where a group of states runs. */
export interface Surroundings {
  readonly run: Run;
  readonly strand: Strand;
  readonly variables: Variables;
  readonly item: MapItem | undefined;
}

type StateEvent = Without<Extract<ExecutionEvent, { readonly state: string }>, "at" | "execution" | "state" | "branch">;

/** What leaves a state: its output, and the next state's name unless it is the last. */
export interface Outcome {
  readonly output: JsonValue;
  readonly next: string | undefined;
}

/** One visit of a state, from its being entered to its being left. */
export class Visit {
  readonly run: Run;
  readonly strand: Strand;
  readonly variables: Variables;
  readonly item: MapItem | undefined;
  readonly state: State;
  readonly input: JsonValue;
  readonly #enteredAt: string;
  retryCount = 0;
  /** Set while the state is a task with a token. */
  taskToken: string | undefined;

  constructor(surroundings: Surroundings, state: State, input: JsonValue) {
    this.run = surroundings.run;
    this.strand = surroundings.strand;
    this.variables = surroundings.variables;
    this.item = surroundings.item;
    this.state = state;
    this.input = input;
    this.#enteredAt = isoInstant(this.run.host.clock.now());
  }

  /** Tells the observer; a strand that has been cancelled tells nothing more. */
  observe(event: StateEvent): void {
    if (this.strand.cancelled) throw new Cancelled();
    const { name: state } = this.state;
    this.run.observe({ ...event, state, branch: this.strand.branch } as Without<ExecutionEvent, "at" | "execution">);
  }

  /** @param added `result` or `errorOutput`, where the field may read it. */
  evaluate(template: Template, added: JsonObject = {}, item = this.item): Promise<JsonValue> {
    if (template.kind === "constant") return Promise.resolve(template.value);
    const states = { input: this.input, context: this.#context(item), ...added };
    const { clock, random } = this.run.host;
    const evaluation: Evaluation = { states, variables: this.variables, clock, random };
    return evaluateTemplate(template, evaluation);
  }

  /**
   * Leaves by a way that has Output and Assign. Both are computed from the variables as they were when the state was
   * entered; only then are the variables changed (Developer Guide, "Passing data between states with variables").
   */
  async leave(
    way: { readonly output: Template | undefined; readonly assign: Assign; readonly next: string | undefined },
    unlessGiven: JsonValue,
    added: JsonObject = {},
  ): Promise<Outcome> {
    const values = new Map<string, JsonValue>();
    for (const [name, template] of way.assign) values.set(name, await this.evaluate(template, added));
    const output = way.output === undefined ? unlessGiven : await this.evaluate(way.output, added);
    checkPayload(output, `The output of state "${this.state.name}"`);
    while (this.strand.blocked) await this.strand.unblocked();
    if (values.size > 0) this.variables.assign(values);
    return { output, next: way.next };
  }

  /** The context object (Developer Guide, "Accessing execution data from the Context object in Step Functions"). */
  #context(item: MapItem | undefined): JsonObject {
    const { identity } = this.run;
    const context: Record<string, JsonValue> = {
      Execution: {
        Id: identity.executionArn,
        Input: identity.input,
        Name: identity.executionName,
        RoleArn: identity.roleArn,
        StartTime: isoInstant(identity.startedAt),
        RedriveCount: 0,
      },
      State: { Name: this.state.name, EnteredTime: this.#enteredAt, RetryCount: this.retryCount },
      StateMachine: { Id: identity.stateMachineArn, Name: identity.stateMachineName },
    };
    if (this.taskToken !== undefined) context.Task = { Token: this.taskToken };
    if (item !== undefined) context.Map = { Item: { Index: item.index, Value: item.value } };
    return context;
  }
}
