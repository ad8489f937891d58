import { isoInstant } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { FailoverError } from "../shared/errors.ts";
import type { CoordinationItem, Run } from "./item.ts";
import { renewLease, setLeaseEnd, type Transition } from "./rules.ts";
import { type CoordinationStore, createCoordinationStore } from "./store.ts";

/**
 * The epoch guard: the only way for a step to learn that it may still change things. It renews the lease by
 * compare-and-set in the strongly consistent table, so a holder that was taken over cannot pass (FM24).
 */
export interface Guard {
  readonly run: Run;
  /** Proves that this run holds the current epoch and renews the lease. @throws FailoverError "LeaseLost" */
  hold(): Promise<void>;
  /** The same, but spares the write when the last proof is younger than half the lease: for loops that only wait. */
  keep(): Promise<void>;
  /**
   * The same, but only when the last proof is older than `maximumProofAgeMs`: a process that stood still between its
   * proof and its call must prove it anew.
   */
  stillHeld(): Promise<void>;
  /** Proves it and sets the lease to end in `seconds`: long while a person is asked, the plan's own length afterwards. */
  holdFor(seconds: number): Promise<void>;
}

/** How old a proof may be when the request leaves. A frozen process exceeds it as soon as it wakes. */
export const maximumProofAgeMs = 2_000;

export function createGuard(deps: Dependencies<"dynamoDB">, run: Run, store?: CoordinationStore): Guard {
  const { plan, clock } = deps;
  const coordination = store ?? createCoordinationStore(deps, run.execution);
  let provenAt = Number.NEGATIVE_INFINITY;

  async function prove(rule: (item: CoordinationItem) => Transition): Promise<void> {
    const asked = clock.now();
    const transition = await coordination.change(rule);
    if (transition.kind === "refused") {
      throw new FailoverError(
        "LeaseLost",
        `${run.execution} may no longer act for ${run.incident}: ${transition.reason}. The run that holds the lease goes on`,
      );
    }
    provenAt = asked;
  }

  function hold(): Promise<void> {
    return prove((item) => renewLease(item, { run, now: clock.now(), leaseSeconds: plan.coordination.leaseSeconds }));
  }

  async function holdWhenOlderThan(milliseconds: number): Promise<void> {
    if (clock.now() - provenAt > milliseconds) await hold();
  }

  return {
    run,
    hold,
    keep: () => holdWhenOlderThan(plan.coordination.leaseSeconds * 500),
    holdFor: (seconds) => prove((item) => setLeaseEnd(item, { run, until: isoInstant(clock.now() + seconds * 1_000) })),
    async stillHeld() {
      // A proof that is itself slow to come back may be too old on arrival; ask again a bounded number of times.
      for (let attempt = 1; attempt <= 3; attempt++) {
        if (clock.now() - provenAt <= maximumProofAgeMs) return;
        await hold();
      }
      if (clock.now() - provenAt > maximumProofAgeMs) {
        throw new FailoverError("Transient", "The coordination table answers too slowly to prove the lease; try again");
      }
    },
  };
}
