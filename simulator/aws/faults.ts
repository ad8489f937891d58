import type { Random } from "../../functions/shared/random.ts";
import type { ServiceName, ServiceRequest } from "./service.ts";

/** What befalls one call. */
export type FaultVerdict =
  | { readonly kind: "none" }
  /** Refused for rate: not performed (FM33). */
  | { readonly kind: "throttle" }
  /** Refused for lack of permission: not performed (FM34). */
  | { readonly kind: "deny" }
  /** Performed, but the answer never arrives (FM31). */
  | { readonly kind: "lostResponse" }
  /** Lost on its way: never performed, and no answer arrives (FM31). */
  | { readonly kind: "lostRequest" }
  /** The service fails of itself, HTTP 500 or 503: what was asked for may have been carried out (FM31). */
  | { readonly kind: "serverError"; readonly call: "performed" | "notPerformed" }
  /** The calling function dies before it sends. */
  | { readonly kind: "crashBefore" }
  /** The call is performed, and the calling function dies before it sees the answer. */
  | { readonly kind: "crashAfter" }
  /** The caller's Region goes dark before the call is sent (FM22). */
  | { readonly kind: "regionDiesBefore" }
  /** The call is performed, and the caller's Region goes dark before the answer arrives. */
  | { readonly kind: "regionDiesAfter" }
  /** The call is performed, then the calling process stands still before it sees the answer (FM24). */
  | { readonly kind: "freeze"; readonly milliseconds: number }
  /** Performed in time, but the answer takes so much longer; past the client's timeout it is lost. */
  | { readonly kind: "slow"; readonly milliseconds: number };

export type FaultKind = Exclude<FaultVerdict["kind"], "none">;

export interface FaultInjector {
  /** Asked once for every call, when it is made. */
  onCall(request: ServiceRequest, now: number): FaultVerdict;
}

const none: FaultVerdict = { kind: "none" };

export const noFaults: FaultInjector = { onCall: () => none };

/** Which calls a fault is for. What is left out is not looked at. */
export interface CallPattern {
  readonly service?: ServiceName;
  readonly operation?: string;
  /** The Region that is asked. */
  readonly region?: string;
  /** The Region that asks. */
  readonly callerRegion?: string;
  readonly functionName?: string;
  readonly state?: string;
}

export function matchesCall(pattern: CallPattern, request: ServiceRequest): boolean {
  const { caller } = request;
  return (
    (pattern.service === undefined || pattern.service === request.service) &&
    (pattern.operation === undefined || pattern.operation === request.operation) &&
    (pattern.region === undefined || pattern.region === request.region) &&
    (pattern.callerRegion === undefined || pattern.callerRegion === caller.region) &&
    (pattern.functionName === undefined || pattern.functionName === caller.functionName) &&
    (pattern.state === undefined || pattern.state === caller.state)
  );
}

export interface ScriptedFault {
  readonly call: CallPattern;
  /** Which of the matching calls, from 1; or every one. */
  readonly occurrence: number | "every";
  /** Simulated milliseconds since the epoch between which it applies, the end excluded. @default at all times */
  readonly during?: { readonly from: number; readonly to: number };
  readonly verdict: FaultVerdict;
}

/** Faults as written down; of several that match, the first one befalls the call. Calls outside `during` do not count. */
export function scriptedFaults(script: readonly ScriptedFault[]): FaultInjector {
  const seen = script.map(() => 0);
  return {
    onCall(request, now) {
      let verdict = none;
      for (const [index, fault] of script.entries()) {
        if (!matchesCall(fault.call, request)) continue;
        if (fault.during !== undefined && (now < fault.during.from || now >= fault.during.to)) continue;
        const count = (seen[index] ?? 0) + 1;
        seen[index] = count;
        if (verdict === none && (fault.occurrence === "every" || fault.occurrence === count)) verdict = fault.verdict;
      }
      return verdict;
    },
  };
}

export interface RandomFaultOptions {
  /** Probability of each kind at each call; their sum is at most 1. */
  readonly rates: Readonly<Partial<Record<FaultKind, number>>>;
  /** No more than this many of each kind. @default without bound */
  readonly maximum?: Readonly<Partial<Record<FaultKind, number>>>;
  /** @default 1 to 120 s */
  readonly freezeMilliseconds?: { readonly from: number; readonly to: number };
  /** @default 0.2 to 8 s */
  readonly slowMilliseconds?: { readonly from: number; readonly to: number };
}

export const faultKinds: readonly FaultKind[] = [
  "throttle",
  "deny",
  "lostResponse",
  "crashBefore",
  "crashAfter",
  "regionDiesBefore",
  "regionDiesAfter",
  "freeze",
  "slow",
  "lostRequest",
  "serverError",
];

/** Faults by chance: one draw a call, so that a bound reached does not shift what befalls later calls. */
export function randomFaults(random: Random, options: RandomFaultOptions): FaultInjector {
  const freeze = options.freezeMilliseconds ?? { from: 1_000, to: 120_000 };
  const slow = options.slowMilliseconds ?? { from: 200, to: 8_000 };
  const left = new Map(faultKinds.map((kind) => [kind, options.maximum?.[kind] ?? Number.POSITIVE_INFINITY]));
  const total = faultKinds.reduce((sum, kind) => sum + (options.rates[kind] ?? 0), 0);
  if (!(total >= 0 && total <= 1)) throw new RangeError(`Fault rates must add up to at most 1: received ${total}`);
  return {
    onCall() {
      let drawn = random.next();
      if (drawn >= total) return none;
      for (const kind of faultKinds) {
        const rate = options.rates[kind] ?? 0;
        if (drawn >= rate) {
          drawn -= rate;
          continue;
        }
        const remaining = left.get(kind) ?? 0;
        if (remaining <= 0) return none;
        left.set(kind, remaining - 1);
        switch (kind) {
          case "freeze":
            return { kind, milliseconds: Math.round(freeze.from + (drawn / rate) * (freeze.to - freeze.from)) };
          case "slow":
            return { kind, milliseconds: Math.round(slow.from + (drawn / rate) * (slow.to - slow.from)) };
          case "serverError":
            return { kind, call: drawn < rate / 2 ? "performed" : "notPerformed" };
          default:
            return { kind };
        }
      }
      return none;
    },
  };
}

/** Throttles a share of the calls that match until an instant; after it, nothing is drawn any more. */
export function throttleFor(
  pattern: CallPattern,
  spell: { readonly random: Random; readonly share: number; readonly until: number },
): FaultInjector {
  const { random, share, until } = spell;
  return {
    onCall: (request, now) =>
      now < until && matchesCall(pattern, request) && random.next() < share ? { kind: "throttle" } : none,
  };
}

/** One place in a run at which a crash can fall: the n-th call, from 1, that this function makes for this state. */
export interface CallBoundary {
  readonly functionName: string;
  readonly state: string | null;
  readonly call: number;
}

export type BoundaryFault = Extract<FaultKind, "crashBefore" | "crashAfter" | "regionDiesBefore" | "regionDiesAfter">;

/** One fault at one boundary, once. Calls are counted over all invocations of the state, retries and polls included. */
export function faultAtBoundary(
  boundary: CallBoundary,
  kind: BoundaryFault | Extract<FaultKind, "lostResponse" | "lostRequest">,
): FaultInjector {
  let calls = 0;
  return {
    onCall({ caller }) {
      if (caller.functionName !== boundary.functionName || caller.state !== boundary.state) return none;
      calls++;
      return calls === boundary.call ? { kind } : none;
    },
  };
}

/** Every boundary of a run, in the order in which its calls were made, from the run's API log. */
export function callBoundaries(
  log: readonly { readonly caller: { readonly functionName: string; readonly state: string | null } }[],
): readonly CallBoundary[] {
  const counts = new Map<string, number>();
  return log.map(({ caller: { functionName, state } }) => {
    const name = `${functionName}|${state}`;
    const call = (counts.get(name) ?? 0) + 1;
    counts.set(name, call);
    return { functionName, state, call };
  });
}

/** The first injector with something to say decides; all are asked, so that each keeps its own count. */
export function combineFaults(...injectors: readonly FaultInjector[]): FaultInjector {
  return {
    onCall(request, now) {
      let verdict = none;
      for (const injector of injectors) {
        const next = injector.onCall(request, now);
        if (verdict.kind === "none") verdict = next;
      }
      return verdict;
    },
  };
}

/** `injector` for the calls that match; the others do not come before it. */
export function onlyFor(pattern: CallPattern, injector: FaultInjector): FaultInjector {
  return { onCall: (request, now) => (matchesCall(pattern, request) ? injector.onCall(request, now) : none) };
}
