import { readGroup } from "../capacity/autoscaling.ts";
import { isoInstant } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { errorMessage } from "../shared/errors.ts";
import { findRegion } from "../shared/plan/plan.ts";
import type { CapacitySample } from "./observation.ts";

/** This Region's own capacity, so that it is known elsewhere when it can no longer be asked (FM49). Null: unknown. */
export async function sampleCapacity(deps: Dependencies): Promise<CapacitySample | null> {
  const name = findRegion(deps.plan, deps.region)?.autoScalingGroup ?? null;
  if (name === null) return null;
  try {
    const group = await readGroup(deps.aws, deps.region, name);
    if (group === null) return null;
    const { inService, desired, minimum, maximum } = group;
    return { at: isoInstant(deps.clock.now()), inService, desired, minimum, maximum };
  } catch (error) {
    deps.logger.warn("Capacity could not be sampled", { group: name, error: errorMessage(error) });
    return null;
  }
}
