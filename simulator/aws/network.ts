import { errorMessage, errorName } from "../../functions/shared/errors.ts";
import type { Random } from "../../functions/shared/random.ts";
import type { VirtualClock } from "../clock.ts";
import { oneWayMs } from "./distance.ts";
import { type FaultInjector, type FaultKind, type FaultVerdict, noFaults } from "./faults.ts";
import type { Processes } from "./processes.ts";
import { refusalOf } from "./refusals.ts";
import type { Regions } from "./regions.ts";
import { type Caller, ServiceError, type ServiceName, type ServiceRequest, type SimulatedService } from "./service.ts";

/** How a call ended for its caller. */
export type CallVerdict =
  /** On its way, or its caller stands still. */
  | "pending"
  | "answered"
  /** The service answered with an error of its own. */
  | "refused"
  | "throttled"
  | "denied"
  /** The service answered that it had failed; it may have carried the call out all the same. */
  | "failed"
  /** It never got there, or the service gave no answer: TimeoutError. */
  | "hung"
  /** It got there and was carried out or refused, but the answer did not come back in time: TimeoutError. */
  | "lost"
  /** The caller died before it saw an answer. */
  | "crashed";

export interface CallRecord {
  readonly at: number;
  readonly service: ServiceName;
  readonly operation: string;
  readonly region: string;
  readonly caller: Caller;
  readonly input: Readonly<Record<string, unknown>>;
  readonly verdict: CallVerdict;
  /** Whether the service carried it out, whatever the caller got to know of it. */
  readonly performed: boolean;
  /** When it was carried out or refused at the service; null when it never got there. */
  readonly performedAt: number | null;
  /** Name of the error that the service refused it with. */
  readonly error: string | null;
}

/** A fault that took effect, and the call that it befell. */
export interface FiredFault {
  readonly at: number;
  readonly kind: FaultKind;
  /** Such as `rds:FailoverGlobalCluster@eu-west-1`. */
  readonly call: string;
  readonly functionName: string;
  readonly state: string | null;
  readonly callerRegion: string;
}

export interface NetworkOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Regions;
  readonly processes: Processes;
  /** @default none ever */
  readonly faults?: FaultInjector;
  /** The clients' hard timeout (FM38). @default 5,000 */
  readonly timeoutMilliseconds?: number;
  /** Others may be attached later. @default none */
  readonly services?: ReadonlyMap<ServiceName, SimulatedService>;
}

/** Mutable while the call is under way. */
interface Flight {
  at: number;
  service: ServiceName;
  operation: string;
  region: string;
  caller: Caller;
  input: Readonly<Record<string, unknown>>;
  verdict: CallVerdict;
  performed: boolean;
  performedAt: number | null;
  error: string | null;
}

type Answer =
  | { readonly kind: "output"; readonly output: Record<string, unknown>; readonly verdict: "answered" }
  | {
      readonly kind: "error";
      readonly error: unknown;
      readonly verdict: "refused" | "throttled" | "denied" | "failed";
    };

/** What the caller's promise is settled with. */
interface Settlement {
  resolve(output: Record<string, unknown>): void;
  reject(error: unknown): void;
}

/** The way from callers to services and back: latency, dark and severed Regions, lost answers, throttling, crashes. */
export class Network {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #regions: Regions;
  readonly #processes: Processes;
  readonly #timeoutMs: number;
  readonly #services: Map<ServiceName, SimulatedService>;
  readonly #log: Flight[] = [];
  readonly #fired: FiredFault[] = [];
  readonly #defects: string[] = [];
  readonly #observers: ((record: CallRecord) => void)[] = [];
  /** May be exchanged between runs of a world, for example when a scenario's calm beginning is over. */
  faults: FaultInjector;

  constructor(options: NetworkOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#regions = options.regions;
    this.#processes = options.processes;
    this.#timeoutMs = options.timeoutMilliseconds ?? 5_000;
    this.#services = new Map(options.services ?? []);
    this.faults = options.faults ?? noFaults;
  }

  attach(name: ServiceName, service: SimulatedService): void {
    this.#services.set(name, service);
  }

  /** Tells `observer` of every call at the instant at which a service has carried it out or refused it. */
  observe(observer: (record: CallRecord) => void): void {
    this.#observers.push(observer);
  }

  /** Every call, in the order in which they were made. */
  get apiLog(): readonly CallRecord[] {
    return this.#log;
  }

  /** How often each call was made, by names such as `rds:FailoverGlobalCluster@eu-west-1`, sorted. */
  get apiCalls(): Readonly<Record<string, number>> {
    const counts = new Map<string, number>();
    for (const call of this.#log) {
      const name = callName(call);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return Object.fromEntries([...counts].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  get firedFaults(): readonly FiredFault[] {
    return this.#fired;
  }

  /**
   * What went wrong in the simulator rather than in AWS's answer: a service threw something other than a ServiceError, for
   * example because it was asked what it does not know. A run with a defect proves nothing.
   */
  get defects(): readonly string[] {
    return this.#defects;
  }

  /**
   * One call, from the client's `send` to its answer. Never settles for a caller that is dead or dies meanwhile.
   * @throws ServiceError as the service would, Error "TimeoutError" when no answer came within the client's timeout
   */
  call(request: ServiceRequest): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      if (this.#isDead(request.caller)) return;
      const settlement = { resolve, reject };
      const frozenMs = this.#processes.frozenForMs(request.caller.invocation);
      if (frozenMs > 0)
        this.#clock.schedule(frozenMs, () => this.#isDead(request.caller) || this.#send(request, settlement));
      else this.#send(request, settlement);
    });
  }

  #isDead(caller: Caller): boolean {
    return !this.#processes.isAlive(caller.invocation) || !this.#regions.runs(caller.region);
  }

  #send(request: ServiceRequest, settlement: Settlement): void {
    const { service, operation, region, caller, input } = request;
    const now = this.#clock.now();
    const flight: Flight = {
      at: now,
      service,
      operation,
      region,
      caller,
      input,
      verdict: "pending",
      performed: false,
      performedAt: null,
      error: null,
    };
    this.#log.push(flight);
    const fault = this.faults.onCall(request, now);
    if (fault.kind === "crashBefore" || fault.kind === "regionDiesBefore") {
      flight.verdict = "crashed";
      this.#fire(fault.kind, request);
      return;
    }
    this.#clock.schedule(oneWayMs(this.#random, caller.region, region), () =>
      this.#arrive(request, flight, fault, settlement),
    );
  }

  #arrive(request: ServiceRequest, flight: Flight, fault: FaultVerdict, settlement: Settlement): void {
    if (!this.#regions.reachable(request.caller.region, request.region)) {
      if (fault.kind === "crashAfter" || fault.kind === "regionDiesAfter") this.#fire(fault.kind, request);
      this.#timeOut(flight, "hung", settlement);
      return;
    }
    if (fault.kind === "lostRequest") {
      this.#fire(fault.kind, request);
      this.#timeOut(flight, "hung", settlement);
      return;
    }
    let answer: Answer | null;
    if (fault.kind === "throttle" || fault.kind === "deny") {
      this.#fire(fault.kind, request);
      const verdict = fault.kind === "throttle" ? "throttled" : "denied";
      answer = { kind: "error", error: refusalOf(request, fault.kind), verdict };
    } else if (fault.kind === "serverError") {
      this.#fire(fault.kind, request);
      if (fault.call === "performed") this.#perform(request, flight);
      answer = { kind: "error", error: refusalOf(request, fault.kind), verdict: "failed" };
    } else {
      answer = this.#perform(request, flight);
    }
    let slowMs = 0;
    switch (fault.kind) {
      case "crashAfter":
      case "regionDiesAfter":
        flight.verdict = "crashed";
        this.#fire(fault.kind, request);
        return;
      case "lostResponse":
        this.#fire(fault.kind, request);
        this.#timeOut(flight, answer === null ? "hung" : "lost", settlement);
        return;
      case "freeze":
        this.#fire(fault.kind, request);
        this.#processes.freeze(request.caller.invocation, fault.milliseconds);
        break;
      case "slow":
        this.#fire(fault.kind, request);
        slowMs = fault.milliseconds;
        break;
      case "none":
      case "throttle":
      case "deny":
      case "serverError":
        break;
    }
    const backMs = oneWayMs(this.#random, request.region, request.caller.region) + slowMs;
    if (answer === null) this.#timeOut(flight, "hung", settlement);
    else if (this.#clock.now() + backMs - flight.at >= this.#timeoutMs) this.#timeOut(flight, "lost", settlement);
    else this.#clock.schedule(backMs, () => this.#return(flight, answer, settlement));
  }

  /** Null: the service gives no answer. */
  #perform(request: ServiceRequest, flight: Flight): Answer | null {
    const service = this.#services.get(request.service);
    if (service === undefined) throw new RangeError(`The simulator has no service ${request.service}`);
    let answer: Answer | null;
    flight.performedAt = this.#clock.now();
    try {
      answer = { kind: "output", output: service.handle(request), verdict: "answered" };
      flight.performed = true;
    } catch (error) {
      flight.error = errorName(error);
      if (!(error instanceof ServiceError)) this.#defects.push(`${callName(request)}: ${errorMessage(error)}`);
      answer = flight.error === noAnswer ? null : { kind: "error", error, verdict: "refused" };
    }
    for (const observer of this.#observers) observer(flight);
    return answer;
  }

  #return(flight: Flight, answer: Answer, settlement: Settlement): void {
    if (!this.#regions.reachable(flight.region, flight.caller.region)) {
      this.#timeOut(flight, "lost", settlement);
      return;
    }
    this.#settle(flight, answer.verdict, () => {
      if (answer.kind === "output") settlement.resolve(answer.output);
      else settlement.reject(answer.error);
    });
  }

  #timeOut(flight: Flight, verdict: "hung" | "lost", settlement: Settlement): void {
    this.#clock.schedule(flight.at + this.#timeoutMs - this.#clock.now(), () =>
      this.#settle(flight, verdict, () =>
        settlement.reject(
          new ServiceError(noAnswer, `No answer from ${callName(flight)} within ${this.#timeoutMs} ms`, 0),
        ),
      ),
    );
  }

  /** Hands over what came of the call, unless the caller is dead, and not before it has thawed. */
  #settle(flight: Flight, verdict: CallVerdict, deliver: () => void): void {
    if (this.#isDead(flight.caller)) {
      flight.verdict = "crashed";
      return;
    }
    const frozenMs = this.#processes.frozenForMs(flight.caller.invocation);
    if (frozenMs > 0) {
      this.#clock.schedule(frozenMs, () => this.#settle(flight, verdict, deliver));
      return;
    }
    flight.verdict = verdict;
    deliver();
  }

  #fire(kind: FaultKind, request: ServiceRequest): void {
    const { caller } = request;
    const { functionName, state, region: callerRegion } = caller;
    this.#fired.push({ at: this.#clock.now(), kind, call: callName(request), functionName, state, callerRegion });
    if (kind === "crashBefore" || kind === "crashAfter") this.#processes.crash(caller.invocation);
    if (kind === "regionDiesBefore" || kind === "regionDiesAfter") this.#regions.set(caller.region, "dark");
  }
}

/** A service that throws an error of this name gives no answer at all. */
const noAnswer = "TimeoutError";

function callName(call: {
  readonly service: ServiceName;
  readonly operation: string;
  readonly region: string;
}): string {
  return `${call.service}:${call.operation}@${call.region}`;
}
