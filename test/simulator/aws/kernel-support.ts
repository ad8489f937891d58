import { seededRandom } from "../../../functions/shared/random.ts";
import type { FaultInjector } from "../../../simulator/aws/faults.ts";
import { Network } from "../../../simulator/aws/network.ts";
import { Processes } from "../../../simulator/aws/processes.ts";
import { Regions } from "../../../simulator/aws/regions.ts";
import type { Caller, ServiceName, ServiceRequest, SimulatedService } from "../../../simulator/aws/service.ts";
import { VirtualClock } from "../../../simulator/clock.ts";

export const start = Date.parse("2026-11-02T12:00:00Z");
export const regionNames = ["us-east-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-central-1", "ap-southeast-1"];

export function createKernel(options: { faults?: FaultInjector; seed?: number } = {}) {
  const clock = new VirtualClock(start);
  const regions = new Regions(regionNames);
  const processes = new Processes(clock, regions);
  const random = seededRandom(options.seed ?? 1);
  const network = new Network({ clock, random, regions, processes, ...(options.faults && { faults: options.faults }) });
  return { clock, regions, processes, random, network };
}

export type Kernel = ReturnType<typeof createKernel>;

export function callerIn(region: string, overrides: Partial<Caller> = {}): Caller {
  return {
    region,
    functionName: "TrafficShift",
    invocation: `invocation in ${region}`,
    execution: null,
    state: "ShiftTraffic",
    ...overrides,
  };
}

export function requestTo(
  region: string,
  caller: Caller,
  operation = "Describe",
  input: Record<string, unknown> = {},
  service: ServiceName = "rds",
): ServiceRequest {
  return { service, operation, region, input, caller };
}

/** A service that answers everything with the number of requests so far. */
export function countingService(): SimulatedService & { readonly requests: ServiceRequest[] } {
  const requests: ServiceRequest[] = [];
  return {
    requests,
    handle(request) {
      requests.push(request);
      return { count: requests.length };
    },
  };
}

export interface Watched {
  /** "pending", "ok", or the name of the error. */
  state: string;
  value: unknown;
  error: unknown;
  /** Milliseconds after the world's start. */
  at: number;
}

/** Follows a promise without waiting for it. */
export function watch(clock: VirtualClock, promise: Promise<unknown>): Watched {
  const watched: Watched = { state: "pending", value: undefined, error: undefined, at: Number.NaN };
  promise.then(
    (value) => Object.assign(watched, { state: "ok", value, at: clock.now() - start }),
    (error: Error) => Object.assign(watched, { state: error.name, error, at: clock.now() - start }),
  );
  return watched;
}

/** Lets simulated time pass until so many seconds after the world's start. */
export async function runUntil(clock: VirtualClock, seconds: number): Promise<void> {
  await clock.run({ deadline: start + seconds * 1_000 });
}
