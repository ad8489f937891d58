import { type CallBoundary, callBoundaries } from "./aws/faults.ts";
import type { CallRecord } from "./aws/network.ts";
import { crashFaults, type Job, planFor, scenarioNamed } from "./jobs.ts";
import type { SwitchKind } from "./plans.ts";
import { play } from "./play.ts";

/** Of each kind of call in each state a sparse matrix has so many, and the last one: what polls does the same again. */
const sparseOccurrences = 3;

/** Events with which an execution begins to work on an incident. */
const openings: ReadonlySet<string> = new Set(["opened", "takenOver", "retried"]);

export interface MatrixOptions {
  readonly name: string;
  readonly seed: number;
  /** Null is the scenario's own. */
  readonly trafficSwitch: SwitchKind | null;
  readonly points: "all" | "sparse";
}

/**
 * The crash matrix of a scenario: every boundary of every state of a clean run (each AWS call that its functions make) ×
 * before the call, or after it with the answer lost × the function dies, or the acting Region.
 */
export async function crashMatrix({ name, seed, trafficSwitch, points }: MatrixOptions): Promise<readonly Job[]> {
  const scenario = scenarioNamed(name);
  const { world, result } = await play({ scenario, plan: planFor(scenario, trafficSwitch), seed });
  const workers = new Set(
    result.timeline.flatMap(({ kind, detail }) => (openings.has(kind) ? [detail.execution] : [])),
  );
  const calls = world.network.apiLog.filter(({ caller }) => caller.state !== null);
  const boundaries = callBoundaries(calls);
  const own = calls.flatMap((call, index) => {
    const boundary = boundaries[index];
    return workers.has(call.caller.execution) && boundary !== undefined ? [{ call, boundary }] : [];
  });
  const chosen = points === "all" ? own.map(({ boundary }) => boundary) : sparse(own);
  return chosen.flatMap((boundary) =>
    crashFaults.map((fault): Job => ({ kind: "crash", name, seed, trafficSwitch, boundary, fault })),
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
    return count <= sparseOccurrences || last.get(kind) === each.boundary ? [each.boundary] : [];
  });
}

/** Says where a point of the matrix lies. */
export function describePoint(job: Job): string {
  if (job.kind !== "crash") return `seed ${job.seed}`;
  const { boundary, fault } = job;
  return `${fault} at call ${boundary.call} of ${boundary.functionName} in ${boundary.state}`;
}
