import type { MapState, ParallelState, StateGroup } from "./definition.ts";
import type { JsonValue } from "./json.ts";
import { checkPayload, INLINE_MAP_CONCURRENCY } from "./limits.ts";
import type { MapItem, Surroundings, Visit } from "./run.ts";
import { evaluateNumber, mismatch } from "./values.ts";
import { Variables } from "./variables.ts";

/** How a group of states is run; given by states.ts, which runs Parallel and Map in turn. */
export type RunGroup = (group: StateGroup, input: JsonValue, surroundings: Surroundings) => Promise<JsonValue>;

/** Runs every branch at once with the same input. @returns their outputs in the order of the branches. */
export async function runParallel(visit: Visit, state: ParallelState, runGroup: RunGroup): Promise<JsonValue> {
  const input = state.arguments === undefined ? visit.input : await visit.evaluate(state.arguments);
  checkPayload(input, `The arguments of state "${state.name}"`);
  return together(
    visit,
    state.branches.map((group) => ({ group, input, item: visit.item })),
    state.branches.length,
    runGroup,
  );
}

/** Runs the item processor for each item. @returns the outputs in the order of the items. */
export async function runMap(visit: Visit, state: MapState, runGroup: RunGroup): Promise<JsonValue> {
  const items = state.items === undefined ? visit.input : await visit.evaluate(state.items);
  if (!isList(items)) throw mismatch(state.items ?? { kind: "constant", value: items }, "an array of items", items);
  const bounds = { from: 0, to: INLINE_MAP_CONCURRENCY, whole: "whole" } as const;
  // 0 asks for as many at once as there can be.
  const asked = state.maxConcurrency === undefined ? 0 : await evaluateNumber(visit, state.maxConcurrency, bounds);
  const jobs: Job[] = [];
  for (const [index, value] of items.entries()) {
    const item = { index, value };
    const input = state.itemSelector === undefined ? value : await visit.evaluate(state.itemSelector, {}, item);
    checkPayload(input, `Item ${index} of state "${state.name}"`);
    jobs.push({ group: state.itemProcessor, input, item });
  }
  return together(visit, jobs, asked === 0 ? INLINE_MAP_CONCURRENCY : asked, runGroup);
}

interface Job {
  readonly group: StateGroup;
  readonly input: JsonValue;
  readonly item: MapItem | undefined;
}

/**
 * Runs the jobs, at most `concurrency` at a time. When one fails the others are cancelled and its error is the
 * state's own (Developer Guide, "Parallel workflow state": an unhandled error in a branch fails the whole state).
 */
async function together(
  visit: Visit,
  jobs: readonly Job[],
  concurrency: number,
  runGroup: RunGroup,
): Promise<JsonValue> {
  const { run, state } = visit;
  while (visit.strand.blocked) await visit.strand.unblocked();
  run.record(1);
  const strands = jobs.map((_, index) => visit.strand.child(`${state.name}[${index}]`));
  const outputs: JsonValue[] = jobs.map(() => null);
  let next = 0;

  const work = async (): Promise<void> => {
    for (let index = next++; index < jobs.length; index = next++) {
      const job = jobs[index];
      const strand = strands[index];
      if (job === undefined || strand === undefined) return;
      const variables = new Variables(visit.variables);
      run.record(1);
      outputs[index] = await runGroup(job.group, job.input, { run, strand, variables, item: job.item });
      run.record(1);
      variables.end();
    }
  };

  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, jobs.length) }, work));
  } finally {
    for (const strand of strands) strand.cancel();
  }
  while (visit.strand.blocked) await visit.strand.unblocked();
  checkPayload(outputs, `The result of state "${state.name}"`);
  run.record(1);
  return outputs;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
