import { converge } from "../coordination/converge.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { errorMessage, errorName, FailoverError } from "../shared/errors.ts";
import { createStep, type Handler, stepInput } from "../shared/step.ts";
import { wire } from "../shared/wire.ts";
import { createTrafficSwitch, judgeLever } from "./switch.ts";

/** How long one lever may take, in seconds: a dead survivor's bucket must not hold up the next. */
const leverDeadlineSeconds = 30;

const inputSchema = stepInput({});

/** Takes the failed Region out of DNS. One lever suffices; the others make the evacuation outlive the acting Region. */
export function createHandler(deps: Dependencies): Handler {
  return createStep(deps, inputSchema, async (_input, { deps: scoped, run, guard, journal, logger }) => {
    const regions = scoped.plan.regions.map((region) => region.name);
    const problems: string[] = [];
    let pulled = 0;
    for (const lever of createTrafficSwitch(scoped).levers(run)) {
      try {
        const converged = await converge(scoped, guard, journal, {
          step: "traffic",
          resource: lever.resource,
          summary: lever.summary,
          deadlineSeconds: leverDeadlineSeconds,
          read: () => lever.read(),
          judge: (out) => judgeLever(regions, run.failedRegion, out),
          apply: () => lever.pull(),
        });
        if (converged.kind === "blocked") problems.push(converged.reason);
        else pulled++;
      } catch (error) {
        if (errorName(error) === "LeaseLost") throw error;
        logger.warn("A lever of the traffic switch could not be pulled", { resource: lever.resource });
        problems.push(`${lever.resource}: ${errorMessage(error)}`);
      }
    }
    if (pulled === 0) {
      throw new FailoverError(
        "StepBlocked",
        `Traffic was not moved off ${run.failedRegion}: ${problems.join("; ") || "the plan's switch has no lever for it"}`,
      );
    }
    if (problems.length > 0) {
      await journal.append({
        step: "traffic",
        kind: "observed",
        summary: `${pulled} of ${pulled + problems.length} levers are pulled, which is enough: ${problems.join("; ")}`,
        detail: { warning: problems.join("; ") },
      });
    }
    return { result: "shifted", levers: pulled, problems };
  });
}

export const handler: Handler = wire(createHandler);
