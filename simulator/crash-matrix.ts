import { type CallBoundary, callBoundaries } from "./aws/faults.ts";
import type { CallRecord } from "./aws/network.ts";
import { crashFaults, type Job, scenarioNamed } from "./jobs.ts";
import { planNamed } from "./plans.ts";
import { play } from "./play.ts";

/**
 * A state that polls makes the same calls again and again; a crash at the hundredth is one at the third. Of each kind of
 * call in each state so many are taken, and the last one.
 */
const occurrencesTaken = 3;

/**
 * The crash matrix of a scenario: every boundary of every state of a clean run (each AWS call that its function makes) ×
 * before the call, or after it with the answer lost × the function dies, or the acting Region.
 */
export async function crashMatrix(name: string, seed: number): Promise<readonly Job[]> {
  const scenario = scenarioNamed(name);
  const { world, result } = await play({ scenario, plan: planNamed(scenario.plan), seed });
  const worker = world.stepFunctions.executions.find(
    ({ output }) => (output as { incident?: unknown } | undefined)?.incident === result.incident,
  );
  const calls = world.network.apiLog.filter(({ caller }) => caller.state !== null);
  const boundaries = callBoundaries(calls);
  const own = calls.flatMap((call, index) => {
    const boundary = boundaries[index];
    return call.caller.execution === worker?.arn && boundary !== undefined ? [{ call, boundary }] : [];
  });
  return sparse(own).flatMap((boundary) =>
    crashFaults.map((fault): Job => ({ kind: "crash", name, seed, boundary, fault })),
  );
}

function sparse(
  boundaries: readonly { readonly call: CallRecord; readonly boundary: CallBoundary }[],
): readonly CallBoundary[] {
  const kindOf = ({ call }: { readonly call: CallRecord }) =>
    `${call.caller.state}|${call.service}:${call.operation}@${call.region}`;
  const counts = new Map<string, number>();
  const last = new Map(boundaries.map((each) => [kindOf(each), each.boundary]));
  return boundaries.flatMap((each) => {
    const kind = kindOf(each);
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return count <= occurrencesTaken || last.get(kind) === each.boundary ? [each.boundary] : [];
  });
}

/** Says where a point of the matrix lies. */
export function describePoint(job: Job): string {
  if (job.kind !== "crash") return `seed ${job.seed}`;
  const { boundary, fault } = job;
  return `${fault} at call ${boundary.call} of ${boundary.functionName} in ${boundary.state}`;
}
