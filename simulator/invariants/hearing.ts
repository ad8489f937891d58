import { sharedMatters } from "../../functions/escalation/matters.ts";
import { type Plan, vantagesOf } from "../../functions/shared/plan/plan.ts";
import type { TopicMessage } from "../aws/sns.ts";
import type { Violation } from "../result.ts";
import type { World } from "../world.ts";

/** Customers fail in a Region while more than this share of the reads sent there has failed over the window. */
const failedShareAllowed = 0.1;
/** Long enough for a Region that fails and passes by turns to count as failing, short enough for a blip to be over soon. */
const windowSeconds = 120;
/** It is not counted while none has failed for so long: what is over need not be heard. */
const restMs = 30_000;
/** What is promised: nobody fails for longer than this without people hearing of it. */
const heardAtLatestMs = 300_000;
/** One vantage alone has thirty looks until then: of a smaller share it may see too little by honest luck, and has twice as long. */
const shareSeenByOne = 0.2;
/** Whose watch has finished none of so many rounds is killed, frozen, or waits for what does not answer: nobody looks from there. */
const roundsMissed = 3;
/** What was said so long before the share was exceeded was said about the same failure. */
const sameFailureMs = 180_000;
/** A bus that has just refused an entry is still ill; whoever wants to tell tries again each round. */
const busIllMs = 30_000;
/** A Region to which so little of its usual demand is sent has been left: what goes there are caches that overshoot. */
const demandThatCounts = 0.05;

const runKinds: readonly unknown[] = ["opened", "takenOver", "retried", "approvalAnswered", "closed"];

/** Reads of one Region over the last seconds. */
interface Window {
  readonly asked: number[];
  readonly failed: number[];
  askedSum: number;
  failedSum: number;
}

/** Whether whoever is on call hears of every Region whose customers fail: judged by the customers and by what topics got alone. */
export class Hearing {
  readonly #world: World;
  readonly #windows: ReadonlyMap<string, Window>;
  /** Since when customers of a Region have failed without a break, and for how much of that somebody could have told. */
  readonly #failing = new Map<
    string,
    { readonly since: number; lastAt: number; tellableMs: number; restlessMs: number; heardAt: number | null }
  >();
  /** When the watch of a vantage finished its last round: it publishes its metrics then. */
  readonly #watched = new Map<string, number>();
  /** The last that was heard of a Region, and whether that left the matter open. */
  readonly #heard = new Map<string, { readonly at: number; readonly matter: "open" | "closed" }>();
  readonly #illUntil = new Map<string, number>();
  #messagesSeen = 0;
  #entriesSeen = 0;
  #faultsSeen = 0;
  #callsSeen = 0;
  #at: number;
  /** From customers failing to people hearing, while somebody could have told: the longest of all failures heard of, in seconds. */
  longestSilenceSeconds = 0;

  constructor(world: World) {
    this.#world = world;
    this.#at = world.clock.now();
    this.#windows = new Map(
      world.plan.regions.map(({ name }) => [name, { asked: [], failed: [], askedSum: 0, failedSum: 0 }]),
    );
  }

  /** Called once a simulated second at least. */
  judge(): readonly Violation[] {
    const { plan, clock, customers } = this.#world;
    const now = clock.now();
    const elapsedMs = now - this.#at;
    this.#at = now;
    this.#listen();
    // Nothing gets out of a Region that is cut off: what its bus takes nobody hears.
    const roundsMissedMs = roundsMissed * plan.detection.probeEverySeconds * 1_000;
    const watching = vantagesOf(plan).filter(
      (name) => this.#isHeard(name) && now - (this.#watched.get(name) ?? 0) <= roundsMissedMs,
    );
    const somebodyCanTell = watching.some(
      (name) => (this.#illUntil.get(name) ?? 0) < now && this.#world.eventBridge.takesEntries(name),
    );
    const violations: Violation[] = [];
    for (const { name, demandShare } of plan.regions) {
      const load = customers.load(name);
      const window = this.#windows.get(name) as Window;
      const failedShare = 1 - customers.servedShare(name);
      slide(window, load, load * failedShare);
      const isLeft = load < demandThatCounts * demandShare * 1_000;
      if (isLeft || window.failedSum <= window.askedSum * failedShareAllowed) {
        this.#failing.delete(name);
        continue;
      }
      const failing = this.#failing.get(name) ?? {
        since: now,
        lastAt: now,
        tellableMs: 0,
        restlessMs: 0,
        heardAt: null,
      };
      this.#failing.set(name, failing);
      if (failedShare > failedShareAllowed) failing.lastAt = now;
      if (failing.heardAt !== null) continue;
      const heard = this.#heard.get(name);
      if (heard !== undefined && (heard.matter === "open" || heard.at >= failing.since - sameFailureMs)) {
        failing.heardAt = now;
        this.longestSilenceSeconds = Math.max(this.longestSilenceSeconds, failing.restlessMs / 1_000);
        continue;
      }
      if (somebodyCanTell) {
        failing.tellableMs += elapsedMs;
        if (now - failing.lastAt <= restMs) failing.restlessMs += elapsedMs;
      }
      const share = window.failedSum / window.askedSum;
      const isHardToSee = watching.length === 1 && share < shareSeenByOne;
      if (failing.tellableMs < heardAtLatestMs * (isHardToSee ? 2 : 1)) continue;
      failing.heardAt = now;
      violations.push({
        invariant: "failureHeard",
        message: `Customers of ${name} have failed since ${failing.since} (${Math.round(share * 100)} % of them lately) and nobody has heard of it`,
      });
    }
    return violations;
  }

  /** Whether people have heard of a Region and nobody has told them since that it is over. */
  hasHeardOf(region: string): boolean {
    return this.#heard.get(region)?.matter === "open";
  }

  #isHeard(region: string): boolean {
    return this.#world.regions.runs(region) && this.#world.regions.health(region) !== "partitioned";
  }

  #listen(): void {
    const { eventBridge, network, plan, sns } = this.#world;
    const { failedEntries } = eventBridge;
    for (; this.#messagesSeen < sns.messages.length; this.#messagesSeen++) {
      const message = sns.messages[this.#messagesSeen] as TopicMessage;
      if (!this.#isHeard(message.region)) continue;
      for (const { region, matter } of heardIn(plan, message)) this.#heard.set(region, { at: message.at, matter });
    }
    for (; this.#callsSeen < network.apiLog.length; this.#callsSeen++) {
      const call = network.apiLog[this.#callsSeen];
      if (call?.caller.functionName === "Watch" && call.operation === "PutMetricData")
        this.#watched.set(call.caller.region, call.at);
    }
    for (; this.#entriesSeen < failedEntries.length; this.#entriesSeen++) {
      const entry = failedEntries[this.#entriesSeen];
      if (entry !== undefined) this.#illUntil.set(entry.region, entry.at + busIllMs);
    }
    for (; this.#faultsSeen < network.firedFaults.length; this.#faultsSeen++) {
      const fault = network.firedFaults[this.#faultsSeen];
      const region = fault?.call.startsWith("events:PutEvents@") ? fault.call.split("@")[1] : undefined;
      if (fault !== undefined && region !== undefined) this.#illUntil.set(region, fault.at + busIllMs);
    }
  }
}

/** The Regions of which a message tells people something, and whether the matter stands after it. */
function heardIn(
  plan: Plan,
  { content }: TopicMessage,
): readonly { readonly region: string; readonly matter: "open" | "closed" }[] {
  if (content === null) return [];
  const names = plan.regions.map(({ name }) => name);
  const { matter, stage, region: about, incident, covers, kind } = content;
  if (typeof matter === "string") {
    // A matter that is not one Region's own may still be about Regions: all of them.
    const regions = matter === sharedMatters.everything ? names : names.filter((name) => name === about);
    return regions.map((region) => ({ region, matter: stage === "healed" ? "closed" : "open" }));
  }
  // A question, and what happened to a run, is about the incident's Region, and comes from the acting one.
  if (covers === undefined && !runKinds.includes(kind)) return [];
  return names
    .filter((name) => String(incident).startsWith(`${plan.application}-${name}-e`))
    .map((region) => ({ region, matter: kind === "closed" ? "closed" : "open" }));
}

function slide(window: Window, asked: number, failed: number): void {
  window.asked.push(asked);
  window.failed.push(failed);
  window.askedSum += asked;
  window.failedSum += failed;
  if (window.asked.length <= windowSeconds) return;
  window.askedSum -= window.asked.shift() ?? 0;
  window.failedSum -= window.failed.shift() ?? 0;
}
