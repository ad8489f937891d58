import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { NoReason } from "../assess/decision.ts";
import type { CoordinationItem } from "../coordination/item.ts";
import { incidentName } from "../coordination/rules.ts";
import { parseInstant } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { errorMessage, errorName } from "../shared/errors.ts";

/** An execution that the watch wants to see started. */
export type Wanted =
  | { readonly kind: "failover"; readonly region: string }
  /** Would be a failover but for the plan, or something else that leaves it to people: recorded, so that they hear of it. */
  | { readonly kind: "record"; readonly region: string; readonly reason: NoReason; readonly failingSince: string }
  | { readonly kind: "takeover"; readonly incident: string };

/**
 * The name of an execution: incident and epoch, so that asking twice is asking once (FM37), and the minute, because a name
 * that has been used stays taken for 90 days and an execution that stood down must not block the next look. What is only
 * recorded is recorded once a failure and reason: it has the instant at which the failure began.
 */
export function executionName(application: string, item: CoordinationItem, wanted: Wanted, now: number): string {
  const epoch = item.epoch + 1;
  const minute = Math.floor(now / 60_000).toString(36);
  switch (wanted.kind) {
    case "failover":
      return `${incidentName(application, wanted.region, epoch)}-${minute}`;
    case "record": {
      const begun = Math.floor(parseInstant(wanted.failingSince) / 1_000).toString(36);
      return `${application}-${wanted.region}-${wanted.reason}-${begun}`;
    }
    case "takeover":
      return `${wanted.incident}-e${epoch}-${minute}`;
  }
}

/** Starts the state machine of this Region; the same run asked for twice within a minute is started once. */
export async function startRun(
  deps: Dependencies<"stepFunctions">,
  item: CoordinationItem,
  wanted: Wanted,
): Promise<void> {
  if (deps.stateMachineArn === null) return;
  const name = executionName(deps.plan.application, item, wanted, deps.clock.now());
  const input =
    wanted.kind === "takeover"
      ? { takeover: { incident: wanted.incident, epoch: item.epoch, from: deps.region } }
      : { watch: { region: wanted.region, from: deps.region } };
  try {
    await deps.aws
      .stepFunctions(deps.region)
      .send(new StartExecutionCommand({ stateMachineArn: deps.stateMachineArn, name, input: JSON.stringify(input) }));
    deps.logger.info("Started the state machine", { name, ...wanted });
  } catch (error) {
    if (errorName(error) === "ExecutionAlreadyExists") return;
    deps.logger.error("The state machine could not be started", { name, error: errorMessage(error) });
  }
}
