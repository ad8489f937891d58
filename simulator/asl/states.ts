import { parseInstant } from "../../functions/shared/clock.ts";
import { runMap, runParallel } from "./concurrent.ts";
import type {
  ChoiceState,
  FailState,
  Handled,
  MapState,
  ParallelState,
  State,
  StateGroup,
  TaskState,
  WaitState,
} from "./definition.ts";
import { StateFailure } from "./errors.ts";
import { queryFailure } from "./expressions.ts";
import { describe, type JsonValue } from "./json.ts";
import { LONGEST_SECONDS } from "./limits.ts";
import { isInstant } from "./parse-states.ts";
import { catcherFor, RetryCounts } from "./retry.ts";
import { type Outcome, type Surroundings, Visit } from "./run.ts";
import { runTask } from "./task.ts";
import { evaluateNumber, evaluateText, mismatch } from "./values.ts";

/** Runs states from the group's first to one that ends it. Its loops end: the history has a limit. */
export async function runGroup(group: StateGroup, input: JsonValue, surroundings: Surroundings): Promise<JsonValue> {
  const { run, strand } = surroundings;
  let current = input;
  for (let name: string | undefined = group.startAt; name !== undefined; ) {
    const state: State | undefined = group.states.get(name);
    if (state === undefined) throw new TypeError(`The parser let a transition to an unknown state through: ${name}`);
    while (strand.blocked) await strand.unblocked();
    const visit = new Visit(surroundings, state, current);
    run.transitions++;
    run.record(1);
    visit.observe({ type: "stateEntered", input: current });
    const outcome: Outcome = await runState(visit, state);
    while (strand.blocked) await strand.unblocked();
    run.record(1);
    visit.observe({ type: "stateExited", output: outcome.output, next: outcome.next });
    current = outcome.output;
    name = outcome.next;
  }
  return current;
}

async function runState(visit: Visit, state: State): Promise<Outcome> {
  switch (state.type) {
    case "Pass":
      return visit.leave(state, visit.input);
    case "Task":
      return withHandlers(visit, state, () => runTask(visit, state));
    case "Choice":
      return choose(visit, state);
    case "Wait":
      return pause(visit, state);
    case "Parallel":
      return withHandlers(visit, state, () => runParallel(visit, state, runGroup));
    case "Map":
      return withHandlers(visit, state, () => runMap(visit, state, runGroup));
    case "Succeed":
      return visit.leave({ output: state.output, assign: new Map(), next: undefined }, visit.input);
    case "Fail":
      return fail(visit, state);
  }
}

/**
 * Retries and catches what fails in the attempt or in the state's own Output and Assign; what fails in a catcher's
 * fails the state.
 */
async function withHandlers(
  visit: Visit,
  state: TaskState | ParallelState | MapState,
  attempt: () => Promise<JsonValue>,
): Promise<Outcome> {
  const retries = new RetryCounts(state.retry);
  for (;;) {
    let failure: StateFailure;
    try {
      const result = await attempt();
      return await visit.leave(state, result, { result });
    } catch (thrown) {
      if (!(thrown instanceof StateFailure)) throw thrown;
      failure = thrown;
    }
    while (visit.strand.blocked) await visit.strand.unblocked();
    const delaySeconds = retries.next(failure.error, visit.run.host.random);
    if (delaySeconds === undefined) return handle(visit, state, failure);
    visit.retryCount++;
    const error = failure.output().Error;
    visit.observe({ type: "retryScheduled", error, attempt: visit.retryCount + 1, delaySeconds });
    await sleep(visit, delaySeconds * 1_000);
    while (visit.strand.blocked) await visit.strand.unblocked();
    visit.run.transitions++;
  }
}

async function handle(visit: Visit, state: Handled, failure: StateFailure): Promise<Outcome> {
  const catcher = catcherFor(state.catch, failure.error);
  if (catcher === undefined) throw failure;
  const errorOutput = failure.output();
  visit.observe({ type: "errorCaught", error: errorOutput.Error, cause: errorOutput.Cause, next: catcher.next });
  return visit.leave(catcher, errorOutput, { errorOutput });
}

async function choose(visit: Visit, state: ChoiceState): Promise<Outcome> {
  for (const rule of state.choices) {
    const holds = await visit.evaluate({ kind: "expression", expression: rule.condition });
    if (typeof holds !== "boolean") {
      throw queryFailure(rule.condition, `must yield true or false, and yielded ${describe(holds)}`);
    }
    if (holds) return visit.leave(rule, visit.input);
  }
  if (state.otherwise === undefined) {
    throw new StateFailure("States.NoChoiceMatched", `No rule of state "${state.name}" matched, and it has no Default`);
  }
  return visit.leave(state.otherwise, visit.input);
}

async function pause(visit: Visit, state: WaitState): Promise<Outcome> {
  await sleep(visit, await millisecondsToWait(visit, state));
  return visit.leave(state, visit.input);
}

async function millisecondsToWait(visit: Visit, { until }: WaitState): Promise<number> {
  switch (until.kind) {
    case "seconds":
      return (await evaluateNumber(visit, until.seconds, { from: 0, to: LONGEST_SECONDS, whole: "whole" })) * 1_000;
    case "timestamp": {
      const instant = await evaluateText(visit, until.timestamp);
      if (!isInstant(instant)) throw mismatch(until.timestamp, "an instant", instant);
      return Math.max(0, parseInstant(instant) - visit.run.host.clock.now());
    }
  }
}

async function fail(visit: Visit, state: FailState): Promise<never> {
  const error = state.error === undefined ? undefined : await evaluateText(visit, state.error);
  const cause = state.cause === undefined ? undefined : await evaluateText(visit, state.cause);
  while (visit.strand.blocked) await visit.strand.unblocked();
  throw new StateFailure(error, cause);
}

/** Waits on the host's clock, even for nothing, so that what is due now happens in the order in which it was set. */
function sleep(visit: Visit, milliseconds: number): Promise<void> {
  return visit.strand.wait((settle) => visit.run.host.clock.schedule(milliseconds, () => settle.resolve()));
}
