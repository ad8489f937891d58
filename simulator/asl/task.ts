import type { TaskState } from "./definition.ts";
import { Cancelled, failureFrom, StateFailure } from "./errors.ts";
import type { TaskCall } from "./host.ts";
import { type JsonValue, overTheWire } from "./json.ts";
import { checkPayload, LONGEST_SECONDS } from "./limits.ts";
import type { Visit } from "./run.ts";
import type { Settle } from "./strand.ts";
import { evaluateNumber, evaluateText } from "./values.ts";

const TIMEOUT = { from: 1, to: LONGEST_SECONDS, whole: "whole" } as const;

/**
 * One attempt of a Task: calls the function, then waits for its answer or, with a token, for the token's. What comes
 * first counts; a later answer is ignored. Heartbeats and timeouts are counted from the call.
 * @returns the function's answer as the optimised Lambda integration gives it, or the token's output as it is.
 */
export async function runTask(visit: Visit, state: TaskState): Promise<JsonValue> {
  const { run, strand } = visit;
  const withToken = state.pattern === "waitForTaskToken";
  visit.taskToken = withToken ? run.host.tokens.mint(run.identity.executionArn) : undefined;
  const call: TaskCall = {
    functionName: await evaluateText(visit, state.functionName),
    payload: await payloadOf(visit, state),
    taskToken: visit.taskToken,
    executionName: run.identity.executionName,
    stateName: state.name,
    branch: strand.branch,
    attempt: visit.retryCount + 1,
  };
  checkPayload(call.payload, `The payload of state "${state.name}"`);
  const timeoutSeconds = await seconds(visit, state.timeoutSeconds);
  const heartbeatSeconds = await seconds(visit, state.heartbeatSeconds);
  while (strand.blocked) await strand.unblocked();
  run.record(withToken ? 3 : 2);
  const { functionName, payload, taskToken, attempt } = call;
  visit.observe({ type: "taskScheduled", functionName, payload, taskToken, attempt });
  const answered = await strand
    .wait<JsonValue>((settle) => begin(visit, call, timeoutSeconds, heartbeatSeconds, settle))
    .then((result) => sized(result, state.name), failed);
  while (strand.blocked) await strand.unblocked();
  run.record(1);
  if (answered instanceof StateFailure) {
    const { Error: error, Cause: cause } = answered.output();
    visit.observe({ type: "taskFailed", error, cause });
    throw answered;
  }
  visit.observe({ type: "taskSucceeded", result: answered });
  return answered;
}

/**
 * What the function is given. One that is null is sent as none, and none as an empty object. Assumption: AWS's
 * documentation says nothing of it; moto's interpreter does so.
 */
async function payloadOf(visit: Visit, { payload }: TaskState): Promise<JsonValue> {
  return payload === undefined ? {} : (overTheWire(await visit.evaluate(payload)) ?? {});
}

function sized(result: JsonValue, stateName: string): JsonValue | StateFailure {
  try {
    checkPayload(result, `The result of state "${stateName}"`);
    return result;
  } catch (thrown) {
    return failed(thrown);
  }
}

function failed(thrown: unknown): StateFailure {
  if (thrown instanceof Cancelled) throw thrown;
  return failureFrom(thrown);
}

async function seconds(visit: Visit, template: TaskState["timeoutSeconds"]): Promise<number | undefined> {
  return template === undefined ? undefined : evaluateNumber(visit, template, TIMEOUT);
}

/** Sets the call and its limits going; the answer takes the limits down again. */
function begin(
  visit: Visit,
  call: TaskCall,
  timeoutSeconds: number | undefined,
  heartbeatSeconds: number | undefined,
  settle: Settle<JsonValue>,
): () => void {
  const { host, gate, inFlight } = visit.run;
  const { taskToken } = call;
  const after = (limitSeconds: number, error: string): (() => void) =>
    host.clock.schedule(limitSeconds * 1_000, () =>
      // Without a cause: TaskTimedOut in an execution's history names the error alone.
      settle.reject(new StateFailure(error, undefined)),
    );
  const stopTimeout = timeoutSeconds === undefined ? () => {} : after(timeoutSeconds, "States.Timeout");
  const beat = () => (heartbeatSeconds === undefined ? () => {} : after(heartbeatSeconds, "States.HeartbeatTimeout"));
  let stopHeartbeat = beat();
  if (taskToken !== undefined) {
    host.tokens.open(taskToken, {
      succeed: (output) => settle.resolve(overTheWire(output)),
      fail: (error, cause) => settle.reject(new StateFailure(error, cause)),
      heartbeat: () => {
        stopHeartbeat();
        stopHeartbeat = beat();
      },
      unreachable: () => gate.dark,
    });
  }
  const lose = (failure: StateFailure): void => settle.reject(failure);
  inFlight.add(lose);
  answerOf(visit, call).then(
    (answer) => {
      inFlight.delete(lose);
      // With a token the call's own answer says only that it was made.
      if (taskToken === undefined) {
        settle.resolve({ ExecutedVersion: "$LATEST", Payload: overTheWire(answer), StatusCode: 200 });
      }
    },
    (error) => {
      inFlight.delete(lose);
      settle.reject(error);
    },
  );
  return () => {
    stopTimeout();
    stopHeartbeat();
    inFlight.delete(lose);
    if (taskToken !== undefined) host.tokens.close(taskToken);
  };
}

/** What the observer was told of is not what the function gets: it may change its copy. */
async function answerOf(visit: Visit, call: TaskCall): Promise<JsonValue | undefined> {
  return visit.run.host.invoke({ ...call, payload: overTheWire(call.payload) });
}
