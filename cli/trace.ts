import { isoInstant } from "../functions/shared/clock.ts";
import type { Played } from "../simulator/play.ts";

/** Everything that happened, in order: states entered, calls made and how they ended, faults. For replaying a seed. */
export function traceOf({ world, faultAt }: Played): readonly string[] {
  const lines: { readonly at: number; readonly text: string }[] = [];
  for (const { name, region, startedAt, states, endedAt, status, error } of world.stepFunctions.executions) {
    lines.push({ at: startedAt, text: `execution ${name} starts in ${region}` });
    for (const { enteredAt, state } of states) lines.push({ at: enteredAt, text: `state     ${state} (${name})` });
    if (endedAt !== null) lines.push({ at: endedAt, text: `execution ${name} ends as ${status} ${error ?? ""}` });
  }
  for (const call of world.network.apiLog) {
    const { service, operation, region, caller, verdict, error } = call;
    const by = `${caller.functionName}@${caller.region}`;
    lines.push({
      at: call.at,
      text: `call      ${service}:${operation}@${region} by ${by}: ${verdict} ${error ?? ""}`,
    });
  }
  for (const { at, kind, call, functionName, callerRegion } of world.network.firedFaults) {
    lines.push({ at, text: `fault     ${kind} at ${call} by ${functionName}@${callerRegion}` });
  }
  return lines
    .map((line, order) => ({ ...line, order }))
    .sort((left, right) => left.at - right.at || left.order - right.order)
    .map(({ at, text }) => `${isoInstant(at)} ${((at - faultAt) / 1_000).toFixed(3).padStart(9)} s  ${text.trimEnd()}`);
}
