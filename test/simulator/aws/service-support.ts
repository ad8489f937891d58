import { readFileSync } from "node:fs";
import { loadPlan } from "../../../functions/shared/plan/load.ts";
import type { Plan } from "../../../functions/shared/plan/plan.ts";
import { type Random, seededRandom } from "../../../functions/shared/random.ts";
import { Regions } from "../../../simulator/aws/regions.ts";
import type { ServiceName, SimulatedService } from "../../../simulator/aws/service.ts";
import { VirtualClock } from "../../../simulator/clock.ts";

/** On the minute, so that whole periods are easy to reckon with. */
export const startOfTime = Date.UTC(2026, 0, 5, 12, 0, 0);
export const [virginia, ireland, singapore, oregon] = [
  "us-east-1",
  "eu-west-1",
  "ap-southeast-1",
  "us-west-2",
] as const;

export interface Kernel {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Regions;
}

export function createKernel(seed = 1): Kernel {
  return {
    clock: new VirtualClock(startOfTime),
    random: seededRandom(seed),
    regions: new Regions([virginia, ireland, singapore, oregon, "ap-northeast-1", "ap-southeast-2", "eu-central-1"]),
  };
}

export function examplePlan(name: "storefront" | "stateless" | "two-regions"): Plan {
  return loadPlan(readFileSync(new URL(`../../../plans/${name}.yaml`, import.meta.url), "utf8"), name);
}

/** Lets simulated seconds pass. */
export async function pass(kernel: Pick<Kernel, "clock">, seconds: number): Promise<void> {
  await kernel.clock.run({ deadline: kernel.clock.now() + seconds * 1_000 });
}

/** Calls a service without a network in between. */
export function call(
  service: SimulatedService,
  name: ServiceName,
  operation: string,
  region: string,
  input: Readonly<Record<string, unknown>>,
  // biome-ignore lint/suspicious/noExplicitAny: tests look at answers that have many shapes
): any {
  const caller = { region, functionName: "Test", invocation: "1", execution: null, state: null };
  return service.handle({ service: name, operation, region, input, caller });
}

/** The name of the error that something throws; null when it does not. */
export function errorOf(act: () => unknown): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return (error as Error).name;
  }
}
