import { parseInstant } from "../shared/clock.ts";
import type { Problem } from "./target.ts";

/** One attempt of a group to launch instances. */
export interface LaunchActivity {
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly state: "running" | "succeeded" | "failed";
  /** What EC2 said; empty when nothing. */
  readonly message: string;
}

/**
 * Auto Scaling gives no error code, only the words of EC2 ("Troubleshoot Amazon EC2 Auto Scaling: EC2 instance launch
 * failures" in the service's user guide), which sometimes quote one of EC2's error codes.
 */
const shortageWords =
  /sufficient .*capacity|insufficient\w*capacity|insufficient capacity|no spot capacity|unfulfillablecapacity|capacity-not-available/i;
const quotaWords =
  /vcpu ?limit|vcpu capacity than your|\w*limit ?exceeded|maxspotinstancecountexceeded|quota|instance\(s\) are already running/i;

/** What travels through the state machine is kept short. */
const longestMessage = 300;

/**
 * Why a group's launches fail, or null when the last word is not a failure: a launch that began after the failed ones and
 * succeeded shows that instances can be had again. What failed before `since` (ISO 8601) is not of this incident.
 */
export function launchProblem(activities: readonly LaunchActivity[], since: string): Problem | null {
  const begun = parseInstant(since);
  const current = activities.filter(({ startedAt }) => startedAt >= begun);
  const lastSuccess = Math.max(
    ...current.filter(({ state }) => state === "succeeded").map(({ startedAt }) => startedAt),
  );
  const failures = current
    .filter((activity) => activity.state === "failed" && activity.startedAt >= lastSuccess)
    .sort((left, right) => right.startedAt - left.startedAt);
  const newest = failures[0];
  return newest === undefined ? null : problemOf(shorten(newest.message, longestMessage));
}

function problemOf(message: string): Problem {
  if (shortageWords.test(message)) return { kind: "capacityShortage", message };
  if (quotaWords.test(message)) return { kind: "quotaReached", message };
  return { kind: "launchFailed", message: message || "a launch failed and no reason is given" };
}

/** A message's first sentences, as many as there is room for: half a sentence helps nobody. */
export function shorten(message: string, longest: number): string {
  if (message.length <= longest) return message;
  const room = message.slice(0, longest);
  const sentences = room.lastIndexOf(". ");
  return sentences > 0 ? room.slice(0, sentences + 1) : `${room.slice(0, -1)}…`;
}
