import type { Guard } from "../coordination/guard.ts";
import type { Clock } from "./clock.ts";

/** Noticing that something is done takes at most two seconds, the round trip of the look included. */
export const pollEverySeconds = 1.5;
/** One invocation polls for so long and then answers "waiting", far below Lambda's limit of 15 minutes. */
export const pollForSeconds = 120;

/**
 * Asks `look` again and again until it answers something other than null, or until one invocation's time is up (null).
 * The lease is kept alive meanwhile. @throws FailoverError "LeaseLost"
 */
export async function pollUntil<Answer>(
  deps: { readonly clock: Clock },
  guard: Guard,
  look: () => Promise<Answer | null>,
  forSeconds: number = pollForSeconds,
): Promise<Answer | null> {
  const end = deps.clock.now() + forSeconds * 1_000;
  for (;;) {
    const asked = deps.clock.now();
    const [answer] = await Promise.all([look(), guard.keep()]);
    if (answer !== null) return answer;
    const next = asked + pollEverySeconds * 1_000;
    if (next >= end) return null;
    await deps.clock.sleep(next - deps.clock.now());
  }
}
