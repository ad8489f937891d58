import { seededRandom } from "../../../functions/shared/random.ts";
import type { ExecutionEvent } from "../../../simulator/asl/events.ts";
import { type Execution, startExecution } from "../../../simulator/asl/execution.ts";
import type { AslHost, TaskCall } from "../../../simulator/asl/host.ts";
import type { JsonValue } from "../../../simulator/asl/json.ts";
import { parseDefinition } from "../../../simulator/asl/parse.ts";
import { TaskTokens } from "../../../simulator/asl/tokens.ts";
import { VirtualClock } from "../../../simulator/clock.ts";

export const START = Date.parse("2026-11-23T12:00:00Z");

/** An error with the name that a state machine matches on. */
export function named(name: string, message = "no luck"): Error {
  return Object.assign(new Error(message), { name });
}

/** The functions of a test's world: each is called with its payload and answers, later if it likes, or throws. */
export type Functions = Readonly<
  Record<string, (payload: JsonValue, call: TaskCall, clock: VirtualClock) => Promise<JsonValue> | JsonValue>
>;

export interface World {
  readonly clock: VirtualClock;
  readonly host: AslHost;
  readonly tokens: TaskTokens;
  readonly events: ExecutionEvent[];
  readonly calls: (TaskCall & { readonly at: number })[];
}

export function world(functions: Functions = {}, seed = 1): World {
  const clock = new VirtualClock(START);
  const events: ExecutionEvent[] = [];
  const calls: World["calls"] = [];
  const tokens = new TaskTokens();
  const host: AslHost = {
    clock,
    tokens,
    random: seededRandom(seed),
    async invoke(call) {
      calls.push({ ...call, at: clock.now() - START });
      const known = functions[call.functionName];
      if (known === undefined) throw named("Lambda.ResourceNotFoundException", call.functionName);
      return known(call.payload, call, clock);
    },
    observe: (event) => events.push(event),
  };
  return { clock, host, tokens, events, calls };
}

export function machine(startAt: string, states: object, more: object = {}) {
  return parseDefinition({ QueryLanguage: "JSONata", StartAt: startAt, States: states, ...more });
}

export function start(
  here: World,
  definition: ReturnType<typeof machine>,
  input: JsonValue = {},
  name = "run-1",
): Execution {
  return startExecution({ machine: definition, name, input, host: here.host });
}

/** Runs until nothing is left to happen, or `seconds` have passed. */
export async function settle(here: World, seconds = 1_000_000): Promise<void> {
  await here.clock.run({ deadline: here.clock.now() + seconds * 1_000 });
}

/** Runs a machine to its end. */
export async function run(
  here: World,
  definition: ReturnType<typeof machine>,
  input: JsonValue = {},
): Promise<Execution> {
  const execution = start(here, definition, input);
  execution.done.catch(() => {});
  await settle(here);
  return execution;
}

/** One state that does `state` and ends. */
export function only(state: object): ReturnType<typeof machine> {
  return machine("Only", { Only: { ...state, End: true } });
}

export function task(functionName: string, more: object = {}): object {
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: { FunctionName: functionName, Payload: "{% $states.input %}" },
    ...more,
  };
}

export function tokenTask(functionName: string, more: object = {}): object {
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
    Arguments: { FunctionName: functionName, Payload: { token: "{% $states.context.Task.Token %}" } },
    ...more,
  };
}

/** The states entered, in order. */
export function entered(here: World): string[] {
  return here.events.flatMap((event) => (event.type === "stateEntered" ? [event.state] : []));
}

/** Seconds since the start at which events of a type happened. */
export function secondsOf(here: World, type: ExecutionEvent["type"]): number[] {
  return here.events.flatMap((event) => (event.type === type ? [(event.at - START) / 1_000] : []));
}
