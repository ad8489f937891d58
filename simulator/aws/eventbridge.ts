import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";
import { errorMessage, errorName } from "../../functions/shared/errors.ts";
import { integerBetween, pick, type Random } from "../../functions/shared/random.ts";
import { simulatedAccount } from "../account.ts";
import type { VirtualClock } from "../clock.ts";
import { oneWayMs } from "./distance.ts";
import { type BusEvent, type EventPattern, matchesPattern } from "./eventbridge/pattern.ts";
import type { Regions } from "./regions.ts";
import { ServiceError, type ServiceRequest, type SimulatedService } from "./service.ts";
import { eventDeliverySeconds } from "./timings.ts";
import { demandKnownFields, UnknownToSimulator } from "./unknown.ts";

export type EventTarget =
  /** Starts an execution of this machine in the rule's Region, the raw event its input, without a name of its own. */
  | { readonly kind: "stateMachine"; readonly name: string }
  /** Invokes this function in the rule's Region, asynchronously, the raw event its input. */
  | { readonly kind: "function"; readonly name: string }
  /** The default bus of another Region. What comes this way is forwarded no further. */
  | { readonly kind: "bus"; readonly region: string };

export interface EventRule {
  readonly name: string;
  readonly region: string;
  readonly pattern: EventPattern;
  readonly targets: readonly EventTarget[];
  /** After this the event goes to the dead-letter queue. @default 86,400, as at AWS */
  readonly maximumEventAgeSeconds?: number;
}

export interface DeadLetter {
  readonly at: number;
  readonly region: string;
  readonly rule: string;
  readonly event: BusEvent;
  readonly reason: string;
}

/** How unruly delivery is. */
export interface Delivery {
  /** Probability that a target is invoked once more for the same event. */
  readonly duplicateRate: number;
  /** Each invocation of a target takes a time of its own out of this, so that events overtake each other. */
  readonly delayMilliseconds: { readonly from: number; readonly to: number };
}

export interface EventBridgeOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Regions;
  /** Starts an execution, as StartExecution without a name would; throws as it would. */
  readonly startExecution: (region: string, machine: string, event: BusEvent) => void;
  /** Invokes a function in a Region; rejects as it fails. @default there are no functions */
  readonly invoke?: (region: string, functionName: string, event: BusEvent) => Promise<unknown>;
  /** @default 5 % duplicates, 50 to 1,500 ms */
  readonly delivery?: Delivery;
}

/** For a while a bus answers 200 and does not take some of the entries, as AWS documents it for PutEvents. */
export interface EntryFailures {
  /** Of the entries, in (0, 1]. */
  readonly share: number;
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly random: Random;
}

/** What an entry may fail with that is nobody's mistake (EventBridge API Reference, PutEventsResultEntry). */
const passingEntryErrors = ["ThrottlingException", "InternalFailure"] as const;

/** One event on its way to one target of one rule. */
interface Errand {
  readonly rule: EventRule;
  readonly target: EventTarget;
  readonly event: BusEvent;
  readonly since: number;
  attempts: number;
}

/** AWS retries a target at most this often, and for at most 24 hours. */
const maximumAttempts = 185;
/** Lambda itself tries an asynchronous invocation that fails twice more (Developer Guide, "Asynchronous invocation"). */
const maximumInvocations = 3;
const maximumEntries = 10;
const maximumEntryBytes = 256 * 1024;
const entryFields = new Set(["Source", "DetailType", "Detail", "Resources", "Time", "EventBusName"]);

/** The default event bus of every Region: rules, at-least-once delivery out of order, retries, dead letters. */
export class SimulatedEventBridge implements SimulatedService {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #regions: Regions;
  readonly #startExecution: EventBridgeOptions["startExecution"];
  readonly #invoke: NonNullable<EventBridgeOptions["invoke"]>;
  readonly #rules = new Map<string, EventRule[]>();
  readonly #published: BusEvent[] = [];
  readonly #deadLetters: DeadLetter[] = [];
  readonly #lost: BusEvent[] = [];
  readonly #failing = new Map<string, EntryFailures>();
  readonly #failed: { readonly at: number; readonly region: string }[] = [];
  #held: Errand[] = [];
  /** Those whose function runs just now. */
  readonly #running = new Set<Errand>();
  #events = 0;
  delivery: Delivery;

  constructor(options: EventBridgeOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#regions = options.regions;
    this.#startExecution = options.startExecution;
    this.#invoke =
      options.invoke ?? ((region, name) => Promise.reject(new RangeError(`There is no function ${name} in ${region}`)));
    this.delivery = options.delivery ?? {
      duplicateRate: 0.05,
      delayMilliseconds: { from: eventDeliverySeconds.low * 1_000, to: eventDeliverySeconds.high * 1_000 },
    };
    options.regions.subscribe((change) => {
      if (change.kind === "health" && change.after === "dark") this.#interrupt(change.region);
      this.#resume();
    });
  }

  addRule(rule: EventRule): void {
    const rules = this.#rules.get(rule.region);
    if (rules === undefined) this.#rules.set(rule.region, [rule]);
    else rules.push(rule);
  }

  /** Events that callers put on a bus, in that order; not those forwarded or delivered by `deliver`. */
  get published(): readonly BusEvent[] {
    return this.#published;
  }

  /** From now on entries fail on a Region's bus, with an answer of 200 and nothing published. */
  failEntries(region: string, failures: EntryFailures): void {
    this.#failing.set(region, failures);
  }

  /** Whether a Region's bus takes at least some of its entries now. */
  takesEntries(region: string): boolean {
    const failures = this.#failing.get(region);
    return failures === undefined || failures.share < 1 || this.#clock.now() >= failures.until;
  }

  /** Entries that were not taken, through no mistake of the caller. */
  get failedEntries(): readonly { readonly at: number; readonly region: string }[] {
    return this.#failed;
  }

  get deadLetters(): readonly DeadLetter[] {
    return this.#deadLetters;
  }

  /** Events that were to come up in a Region that was dark then, and so never came up. */
  get lost(): readonly BusEvent[] {
    return this.#lost;
  }

  handle(request: ServiceRequest): Record<string, unknown> {
    const { operation, region, input } = request;
    if (operation !== "PutEvents") throw new UnknownToSimulator(`events:${operation}`);
    demandKnownFields(input, new Set(["Entries"]), operation);
    const entries = (input.Entries ?? []) as readonly Readonly<Record<string, unknown>>[];
    if (entries.length < 1 || entries.length > maximumEntries) {
      throw new ServiceError("ValidationException", `Entries must have 1 to ${maximumEntries} members`);
    }
    const results = entries.map((entry) => this.#put(region, entry));
    return { FailedEntryCount: results.filter((result) => "ErrorCode" in result).length, Entries: results };
  }

  /**
   * Lets an AWS service's event come up on a Region's bus, `copies` times, each as late as said. Missing fields are made
   * up. Nothing comes up while the Region is dark.
   */
  deliver(
    region: string,
    event: Partial<BusEvent> & Pick<BusEvent, "source" | "detail-type" | "detail">,
    options: { readonly delaySeconds: number; readonly copies: number },
  ): void {
    const complete = this.#complete(region, event);
    for (let copy = 0; copy < options.copies; copy++) {
      this.#clock.schedule(options.delaySeconds * 1_000 + copy, () => {
        if (this.#regions.runs(region)) this.#match(region, complete, "local");
        else this.#lost.push(complete);
      });
    }
  }

  #put(region: string, entry: Readonly<Record<string, unknown>>): Record<string, unknown> {
    demandKnownFields(entry, entryFields, "an entry of PutEvents");
    const { Source: source, DetailType: type, Detail: text, Resources: resources = [], Time: time } = entry;
    if (typeof source !== "string" || typeof type !== "string" || typeof text !== "string") {
      return { ErrorCode: "InvalidArgument", ErrorMessage: "Parameter Source, DetailType or Detail is not valid." };
    }
    if (text.length + source.length + type.length > maximumEntryBytes) {
      throw new ServiceError("ValidationException", "Total size of the entries in the request is over the limit.", 413);
    }
    let detail: Readonly<Record<string, unknown>>;
    try {
      detail = JSON.parse(text);
    } catch {
      return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
    }
    const failures = this.#failing.get(region);
    if (failures !== undefined && this.#clock.now() < failures.until && failures.random.next() < failures.share) {
      this.#failed.push({ at: this.#clock.now(), region });
      return { ErrorCode: pick(failures.random, passingEntryErrors), ErrorMessage: "The entry was not taken." };
    }
    const at = time instanceof Date ? time.getTime() : this.#clock.now();
    const event = this.#complete(region, {
      source,
      "detail-type": type,
      detail,
      resources: resources as readonly string[],
      time: busInstant(at),
    });
    this.#published.push(event);
    this.#match(region, event, "local");
    return { EventId: event.id };
  }

  #complete(region: string, event: Partial<BusEvent> & Pick<BusEvent, "source" | "detail-type" | "detail">): BusEvent {
    this.#events++;
    const noise = integerBetween(this.#random, 0, 0xffffffff).toString(16).padStart(8, "0");
    return {
      version: "0",
      id: `${noise}-${String(this.#events).padStart(6, "0")}`,
      account: simulatedAccount,
      time: busInstant(this.#clock.now()),
      region,
      resources: [],
      ...event,
    };
  }

  #match(region: string, event: BusEvent, origin: "local" | "forwarded"): void {
    for (const rule of this.#rules.get(region) ?? []) {
      if (!matchesPattern(rule.pattern, event)) continue;
      for (const target of rule.targets) {
        if (target.kind === "bus" && origin === "forwarded") continue;
        const copies = this.#random.next() < this.delivery.duplicateRate ? 2 : 1;
        for (let copy = 0; copy < copies; copy++) {
          this.#dispatch({ rule, target, event, since: this.#clock.now(), attempts: 0 }, 0);
        }
      }
    }
  }

  #dispatch(errand: Errand, afterMs: number): void {
    const { from, to } = this.delivery.delayMilliseconds;
    this.#clock.schedule(afterMs + integerBetween(this.#random, from, to), () => this.#attempt(errand));
  }

  #attempt(errand: Errand): void {
    const { rule, target, event } = errand;
    if (!this.#regions.runs(rule.region)) {
      this.#held.push(errand);
      return;
    }
    const ageMs = this.#clock.now() - errand.since;
    if (ageMs > (rule.maximumEventAgeSeconds ?? 86_400) * 1_000) {
      this.#bury(errand, `older than its maximum age: ${Math.round(ageMs / 1_000)} s`);
      return;
    }
    errand.attempts++;
    switch (target.kind) {
      case "stateMachine":
        try {
          this.#startExecution(rule.region, target.name, event);
        } catch (error) {
          this.#retry(errand, `${errorName(error)}: ${errorMessage(error)}`);
        }
        return;
      case "function":
        this.#running.add(errand);
        this.#invoke(rule.region, target.name, event).then(
          () => this.#running.delete(errand),
          (error) => {
            if (!this.#running.delete(errand)) return;
            const reason = `${errorName(error)}: ${errorMessage(error)}`;
            if (errand.attempts >= maximumInvocations) this.#bury(errand, reason);
            else this.#retry(errand, reason);
          },
        );
        return;
      case "bus":
        if (this.#regions.reachable(rule.region, target.region)) {
          this.#clock.schedule(oneWayMs(this.#random, rule.region, target.region), () => this.#forwarded(errand));
        } else {
          this.#retry(errand, `the bus in ${target.region} does not answer`);
        }
        return;
    }
  }

  #forwarded(errand: Errand): void {
    const { rule, target, event } = errand;
    if (target.kind !== "bus") return;
    if (this.#regions.reachable(rule.region, target.region)) this.#match(target.region, event, "forwarded");
    else this.#retry(errand, `the bus in ${target.region} does not answer`);
  }

  #retry(errand: Errand, reason: string): void {
    if (errand.attempts >= maximumAttempts) this.#bury(errand, reason);
    else this.#dispatch(errand, Math.min(2 ** errand.attempts, 600) * 1_000);
  }

  #bury(errand: Errand, reason: string): void {
    const { rule, event } = errand;
    this.#deadLetters.push({ at: this.#clock.now(), region: rule.region, rule: rule.name, event, reason });
  }

  /**
   * What runs in a Region is lost with it, and what it was invoked for is not: Lambda keeps an asynchronous event until the
   * function has ended, and invokes it again.
   */
  #interrupt(region: string): void {
    for (const errand of this.#running) {
      if (errand.rule.region !== region) continue;
      this.#running.delete(errand);
      this.#held.push(errand);
    }
  }

  #resume(): void {
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    for (const errand of held) {
      if (this.#regions.runs(errand.rule.region)) this.#dispatch(errand, 0);
      else this.#held.push(errand);
    }
  }
}

/** When an event of a bus happened, in milliseconds since the Unix epoch. */
export function instantOf(event: BusEvent): number {
  return parseInstant(event.time);
}

/** As AWS writes instants into events: whole seconds. */
function busInstant(milliseconds: number): string {
  return `${isoInstant(milliseconds).slice(0, 19)}Z`;
}
