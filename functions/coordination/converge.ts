import { backoffMs, retryRead } from "../shared/backoff.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { classifyCallError, errorMessage, errorName, FailoverError, isFault } from "../shared/errors.ts";
import type { Json, TimelineStep } from "../timeline/event.ts";
import type { Journal } from "../timeline/journal.ts";
import type { Guard } from "./guard.ts";

/** What a rule says of a resource as it is now. */
export type Verdict =
  /** It is as intended. */
  | { readonly kind: "done"; readonly note?: string }
  /** It must be changed; `detail` goes into the intent. */
  | { readonly kind: "change"; readonly detail: Readonly<Record<string, Json>> }
  /** It must not be touched. */
  | { readonly kind: "blocked"; readonly reason: string };

/** One change of one real resource. */
export interface Change<State> {
  readonly step: TimelineStep;
  /** Names the resource: an ARN, an `s3://` URL, `autoScalingGroup/name@region`. */
  readonly resource: string;
  /** One sentence, imperative: "Write evacuate/us-east-1 to the bucket of eu-west-1". */
  readonly summary: string;
  read(): Promise<State>;
  judge(state: State): Verdict;
  apply(state: State): Promise<void>;
  /** How long all tries together may take, in seconds. */
  readonly deadlineSeconds: number;
}

export type Converged<State> =
  | { readonly kind: "changed" | "alreadyThere"; readonly state: State }
  | { readonly kind: "blocked"; readonly state: State; readonly reason: string };

const maximumTries = 6;
/** Reads after a change, for services whose reads trail their writes. */
const confirmReads = 5;
const confirmEveryMs = 500;

/**
 * The one way in which this code base changes anything in AWS: look, journal the intent, prove the epoch, look again,
 * change, look until the change is seen, journal the confirmation. A lost answer is settled by looking, never by
 * repeating blindly (FM31); finding it done already is success (FM32). What was intended is confirmed or reported as
 * failed before this function ends, save where the lease is lost: then the next holder looks for itself.
 *
 * @throws FailoverError "LeaseLost" when another run has taken over; "AccessDenied" or "StepBlocked" when AWS refuses;
 *   "DeadlinePassed" when it cannot be brought about in time. What stood in the way of looking is thrown as it came
 */
export async function converge<State>(
  deps: Dependencies,
  guard: Guard,
  journal: Journal,
  change: Change<State>,
): Promise<Converged<State>> {
  const { clock, random } = deps;
  const deadline = clock.now() + change.deadlineSeconds * 1_000;
  let intended = false;
  /** Whether the timeline has been given, or has refused, what became of the intent. */
  let told = false;
  /** Whether AWS may have taken a call: one that it has answered, and granted or refused, leaves nothing open. */
  let call: "notTaken" | "mayBeTaken" = "notTaken";
  let lastProblem = "It was never seen to hold";

  try {
    return await bringAbout();
  } catch (error) {
    if (intended && !told && errorName(error) !== "LeaseLost") {
      await tellFailure("Not known to be done", errorMessage(error));
    }
    throw error;
  }

  async function bringAbout(): Promise<Converged<State>> {
    for (let attempt = 1; attempt <= maximumTries && clock.now() <= deadline; attempt++) {
      let state = await look();
      let verdict = change.judge(state);
      if (verdict.kind === "change") {
        if (!intended) {
          await journal.append({
            step: change.step,
            kind: "intent",
            summary: change.summary,
            detail: { resource: change.resource, ...verdict.detail },
          });
          intended = true;
        }
        await guard.hold();
        state = await look();
        verdict = change.judge(state);
      }
      switch (verdict.kind) {
        case "done":
          return await confirm(state, verdict.note ?? null);
        case "blocked":
          await tellFailure("Not done", verdict.reason);
          return { kind: "blocked", state, reason: verdict.reason };
        case "change":
          break;
      }
      await guard.stillHeld();
      try {
        await change.apply(state);
        call = "mayBeTaken";
      } catch (error) {
        if (classifyCallError(error) === "unknownOutcome") call = "mayBeTaken";
        lastProblem = errorMessage(error);
        await settle(error, attempt);
        continue;
      }
      for (let read = 1; read <= confirmReads; read++) {
        state = await look();
        verdict = change.judge(state);
        if (verdict.kind === "done") return await confirm(state, verdict.note ?? null);
        await clock.sleep(confirmEveryMs);
      }
    }
    await tellFailure("Not done in time", lastProblem);
    throw new FailoverError(
      "DeadlinePassed",
      `${change.summary}: not done within ${change.deadlineSeconds} s. ${lastProblem}`,
    );
  }

  /** Once something is intended, looks on until the deadline: what may have been changed must be seen. */
  async function look(): Promise<State> {
    let reads = 0;
    for (let round = 1; ; round++) {
      try {
        return await retryRead(deps, async () => {
          reads++;
          // What must be asked again takes long: the lease must not run out meanwhile.
          if (reads === 1) return await change.read();
          const [state] = await Promise.all([change.read(), guard.keep()]);
          return state;
        });
      } catch (error) {
        if (classifyCallError(error) === "accessDenied") await refuse("AccessDenied", error);
        if (!intended || !mayPass(error) || clock.now() >= deadline) throw error;
        lastProblem = errorMessage(error);
        await clock.sleep(backoffMs(random, round, 500, 5_000));
      }
    }
  }

  async function confirm(state: State, note: string | null): Promise<Converged<State>> {
    const kind = intended ? "changed" : "alreadyThere";
    told = true;
    await journal.append({
      step: change.step,
      kind: "confirmed",
      summary: intended ? `Done: ${change.summary}` : `Already there: ${change.summary}`,
      detail: { resource: change.resource, result: kind, ...(note === null ? {} : { note }) },
    });
    return { kind, state };
  }

  /** After a failed call: throws when trying again cannot help, waits when it can. */
  async function settle(error: unknown, attempt: number): Promise<void> {
    switch (classifyCallError(error)) {
      case "accessDenied":
        return refuse("AccessDenied", error);
      case "rejected":
        return refuse("StepBlocked", error);
      case "throttled":
      case "conflict":
        return clock.sleep(backoffMs(random, attempt, 500, 5_000));
      case "unknownOutcome":
        return;
    }
  }

  async function refuse(name: "AccessDenied" | "StepBlocked", error: unknown): Promise<never> {
    await tellFailure("AWS refused", errorMessage(error));
    throw new FailoverError(name, `${change.summary}: ${errorMessage(error)}`, { cause: error });
  }

  async function tellFailure(what: string, reason: string): Promise<void> {
    told = true;
    await journal.append({
      step: change.step,
      kind: "failed",
      summary: `${what}: ${change.summary}. ${reason}`,
      detail: { resource: change.resource, reason, call },
    });
  }
}

/** Whether a failed look may succeed when it is repeated. */
function mayPass(error: unknown): boolean {
  if (error instanceof FailoverError) return error.name === "Transient";
  if (isFault(error)) return false;
  switch (classifyCallError(error)) {
    case "throttled":
    case "conflict":
    case "unknownOutcome":
      return true;
    case "accessDenied":
    case "rejected":
      return false;
  }
}
