import { maximumProofAgeMs } from "../../functions/coordination/guard.ts";
import type { Incident } from "../../functions/coordination/item.ts";
import { maximumTakeovers } from "../../functions/coordination/rules.ts";
import { parseInstant } from "../../functions/shared/clock.ts";
import type { TimelineEvent } from "../../functions/timeline/event.ts";
import type { SizeChange } from "../aws/autoscaling.ts";
import type { CallRecord } from "../aws/network.ts";
import type { Violation } from "../result.ts";
import type { World } from "../world.ts";
import { Evacuations } from "./evacuations.ts";
import { Ledger } from "./ledger.ts";
import { Links } from "./links.ts";
import { isMutation, resourceOf } from "./mutations.ts";

/**
 * A proof of the epoch may be this old when the service carries the call out: what the guard allows, and the client's
 * whole timeout on top, since a request can be that long on its way.
 */
const proofAllowanceMs = maximumProofAgeMs + 5_000;
/** How long after its death a primary may still honestly be taken to live: the freshness that the gate asks for. */
const deathUnnoticedMs = 180_000;
/** What has happened within this time may still be unknown to every vantage: the confirmation window and some rounds. */
const unnoticedMs = 120_000;
/** A vantage's rounds, and their replication, blur how long it has seen something by so much. */
const measuringErrorMs = 25_000;
/** Detection, takeover and a retry of what failed in between all fit into this. */
const answeredWithinMs = 300_000;
/**
 * Probes are samples: where a survivor cannot grow, latency routing still sends it the customers nearest to it, and one
 * that fails an eighth of its requests can pass a soak by luck. What is promised is that most are served.
 */
const failedShareAllowed = 0.2;
/** A Region is not blamed on a look back longer than this. */
const troubleMemoryMs = 300_000;

/**
 * Watches a world and writes down every promise that is broken. It looks at what AWS was told and at what customers got,
 * never at what the controller says of itself; the timeline counts only as a thing that had to be written.
 */
export class Monitor {
  readonly violations: Violation[] = [];
  readonly ledger: Ledger;
  readonly #world: World;
  readonly #seen = new Set<string>();
  /** When each Region was last seen in trouble, by the world's own truth. */
  readonly #troubleAt = new Map<string, number>();
  readonly #darkSince = new Map<string, number>();
  /** Since when each Region has been in trouble, by the world's own truth; absent while it is well. */
  readonly #troubleSince = new Map<string, number>();
  readonly #links = new Links();
  readonly #evacuations: Evacuations;
  #eventsSeen = 0;
  readonly #mutations: CallRecord[] = [];
  /** Instants at which a Region's health changed. */
  readonly #changes: number[] = [];
  #sizeChangesSeen = 0;
  #promotionsSeen = 0;
  readonly #promotionsByEpoch = new Map<number, number>();

  constructor(world: World) {
    this.#world = world;
    const { plan } = world;
    this.ledger = new Ledger({ records: plan.recordsTable });
    this.#evacuations = new Evacuations(world.traffic);
    world.dynamoDB.observe((write) => this.ledger.note(write));
    world.network.observe((call) => this.#judgeCall(call));
    world.regions.subscribe((change) => {
      const now = world.clock.now();
      if (change.kind === "link") return this.#links.note(change, now);
      this.#troubleAt.set(change.region, now);
      this.#changes.push(now);
      if (change.after === "up") this.#troubleSince.delete(change.region);
      else if (!this.#troubleSince.has(change.region)) this.#troubleSince.set(change.region, now);
      if (change.after === "dark") this.#darkSince.set(change.region, world.clock.now());
      else this.#darkSince.delete(change.region);
    });
  }

  /** Called whenever all that was due at one instant has settled. */
  afterStep(): void {
    const { world } = this;
    const history = world.autoScaling.history;
    for (; this.#sizeChangesSeen < history.length; this.#sizeChangesSeen++) {
      this.#judgeSize(history[this.#sizeChangesSeen] as SizeChange);
    }
    const { events } = this.ledger;
    for (; this.#eventsSeen < events.length; this.#eventsSeen++) {
      const event = events[this.#eventsSeen];
      if (event?.kind === "closed" && event.detail.outcome === "recovered") this.#judgeRecovered(event.incident);
      if (event?.kind === "confirmed" && event.detail.result === "changed") this.#judgeConfirmed(event);
    }
    const promotions = world.promotions;
    for (; this.#promotionsSeen < promotions.length; this.#promotionsSeen++) this.#judgePromotion(this.#promotionsSeen);
    for (const { invariant, message } of this.#evacuations.judge(this.ledger.item, world.clock.now())) {
      this.#report(invariant, message);
    }
  }

  /** Called once, when the world has come to rest. */
  atEnd(): void {
    for (const call of this.#mutations) {
      // Nobody can confirm what lies in a Region that has gone dark since.
      if (this.#world.regions.health(call.region) === "dark") continue;
      // Nor does a later holder look where it no longer counts on anybody.
      if (this.#isGivenUp(call)) continue;
      const resource = resourceOf(call);
      const tenure = this.ledger.tenureOf(call.caller.execution ?? "", 0, call.at);
      if (tenure === null) continue; // reported as a change without the lease
      const at = call.performedAt ?? call.at;
      // A call that was on its way when its run was taken over lands when its successor may have looked already.
      const landedLate = at > tenure.to;
      const settled = this.ledger.events.some(
        (event) =>
          event.incident === tenure.incident &&
          event.epoch >= tenure.epoch &&
          (landedLate ? event.epoch > tenure.epoch : this.ledger.storedAt(event) >= at) &&
          ((event.detail.resource === resource &&
            (event.kind === "confirmed" ||
              event.kind === "failed" ||
              // A later holder that finds the change made has settled it as well, whatever it knows of who made it.
              (event.kind === "observed" && event.epoch > tenure.epoch))) ||
            // Where the journal itself was refused, the closing event says that the branch fell short.
            (event.kind === "closed" && event.detail.outcome === "degraded")),
      );
      if (!settled && !this.#world.isUnderWay()) {
        this.#report("mutationConfirmed", `${call.service}:${call.operation} on ${resource} was never confirmed`);
      }
    }
    for (const rivals of this.ledger.rivals) this.#report("oneHolderAnEpoch", rivals);
    this.#judgePath();
    this.#judgeDead();
    this.#judgeEnds();
  }

  get world(): World {
    return this.#world;
  }

  #judgeCall(call: CallRecord): void {
    const { caller } = call;
    if (!isMutation(call) || caller.execution === null) return;
    // Asking for the wrong thing is wrong even where AWS refuses it.
    if (call.service === "rds") this.#judgeFlavour(call);
    if (!call.performed) return;
    this.#mutations.push(call);
    const what = `${call.service}:${call.operation}@${call.region} by ${caller.functionName} of ${caller.execution}`;
    const at = call.performedAt ?? call.at;
    const tenure = this.ledger.tenureOf(caller.execution, at - proofAllowanceMs, at);
    if (tenure === null) {
      this.#report("mutationUnderEpoch", `${what} changed something without holding the lease`);
      return;
    }
    const resource = resourceOf(call);
    // An intent of another incident, or of an earlier holder, announced another change.
    const intended = this.ledger.events.some(
      ({ kind, detail, incident, epoch }) =>
        kind === "intent" && detail.resource === resource && incident === tenure.incident && epoch === tenure.epoch,
    );
    if (!intended) this.#report("mutationJournalled", `${what} changed ${resource} without a journalled intent`);
    this.#judgeAuthority(what);
    this.#judgeTraffic(what);
    if (isOfTraffic(call)) this.#judgeEvacuation(what);
  }

  /** FM31: a call without an answer may not have been carried out; only a look tells. */
  #judgeConfirmed({ incident, detail }: TimelineEvent): void {
    if (this.#mutations.some((call) => resourceOf(call) === detail.resource)) return;
    this.#report("confirmedMeansDone", `${incident} confirms a change of ${detail.resource} that was never made`);
  }

  /** A plan that only observes is one under which nothing is changed, unless a person has started it. */
  #judgeAuthority(what: string): void {
    const isPersons = this.ledger.item?.incident?.authority === "person";
    if (this.#world.plan.automation.traffic === "observe" && !isPersons) {
      this.#report("observeChangesNothing", `${what} changed something, and the plan only observes`);
    }
  }

  /** FM54. */
  #judgeTraffic(what: string): void {
    const out = this.#world.intentionallyOut();
    if (this.#world.plan.regions.every(({ name }) => out.has(name))) {
      this.#report("neverZeroRegionsInDns", `After ${what} every Region is out of DNS on purpose`);
    }
  }

  /** FM42: without AllowDataLoss it is a switchover, which a dead primary cannot take part in. */
  #judgeFlavour(call: CallRecord): void {
    const what = `${call.service}:${call.operation}@${call.region} by ${call.caller.functionName}`;
    const writer = this.#world.writerRegion();
    if (writer === null) return;
    const darkSince = this.#darkSince.get(writer);
    const forced = call.operation === "FailoverGlobalCluster" && call.input.AllowDataLoss === true;
    if (!forced && darkSince !== undefined && this.#world.clock.now() - darkSince > deathUnnoticedMs) {
      this.#report("rightFlavour", `${what} asks a primary to switch over that has been dark since ${darkSince}`);
    }
    if (!forced && darkSince !== undefined && call.operation === "FailoverGlobalCluster") {
      this.#report("rightFlavour", `${what} fails over without AllowDataLoss although the primary is dark`);
    }
  }

  /** Who says "recovered" must be right: customers are served at that moment, by a writer that lives (FM43, FM56). */
  #judgeRecovered(incident: string): void {
    const world = this.#world;
    const now = world.clock.now();
    // What has just broken nobody can know yet.
    if (this.#changes.some((at) => now - at < unnoticedMs)) return;
    // A Region in trouble besides the one in question is an incident of its own, and the next to be dealt with.
    const inQuestion = this.ledger.item?.incident?.failedRegion;
    if ([...this.#troubleSince.keys()].some((name) => name !== inQuestion)) return;
    const { asked, failed } = world.customers.lastSecond();
    // Where nobody grows the survivors, a soak of a few probes may pass by luck for as long as they are too small.
    const isGrown = world.plan.automation.capacity !== "observe";
    // Resolvers keep the old answer for as long as its TTL says, and no vantage sees what they keep.
    const keptMs = world.plan.traffic.timeToLiveSeconds * 1_000;
    const isKept = this.#mutations.some((call) => isOfTraffic(call) && now - (call.performedAt ?? call.at) < keptMs);
    if (isGrown && !isKept && failed > asked * failedShareAllowed) {
      this.#report(
        "recoveredMeansServed",
        `${incident} is closed as recovered while ${failed} of ${asked} requests fail`,
      );
    }
    const writer = world.writerRegion();
    if (writer !== null && this.#darkSince.has(writer)) {
      this.#report(
        "recoveredMeansWriter",
        `${incident} is closed as recovered with the writer in ${writer}, which is dark`,
      );
    }
  }

  /** A Region that is dead for long, with survivors and a lease to be had, is not left to itself (FM4, FM12). */
  #judgeDead(): void {
    const world = this.#world;
    const { plan, clock } = world;
    const now = clock.now();
    const item = this.ledger.item;
    const dead = plan.regions.filter(({ name }) => this.#troubleSince.has(name));
    const [only] = dead;
    const darkSince = only === undefined ? undefined : this.#darkSince.get(only.name);
    if (only === undefined || dead.length > 1 || darkSince === undefined || now - darkSince < answeredWithinMs) return;
    const from = Math.max(darkSince + 1, now - answeredWithinMs);
    const lately = this.#changes.some((at) => at >= from) || this.#links.anyCutSince(from);
    const tried = world.network.firedFaults.length > 0;
    if (plan.automation.traffic !== "automatic" || lately || tried || !world.canBeTakenOver()) return;
    const ended = item?.completed.some(({ region }) => region === only.name) ?? false;
    const standing = item?.regions[only.name]?.state ?? "inService";
    const others = plan.regions.some(
      ({ name }) => name !== only.name && (item?.regions[name]?.state ?? "inService") === "inService",
    );
    if (!others) return;
    // One incident at a time: while a person is asked about another Region, people are told of this one and no more.
    const isLeft = item?.incident != null && item.incident.failedRegion !== only.name && world.somebodyWaits();
    if (isLeft && world.pages.some(({ region }) => region === only.name)) return;
    if (standing === "inService" && !ended && item?.pause == null) {
      this.#report("deadRegionAnswered", `${only.name} has been dark since ${darkSince} and nobody has done anything`);
    }
  }

  /** Automation evacuates only what has been in trouble for long enough, and only to where customers are served. */
  #judgeEvacuation(what: string): void {
    const incident = this.ledger.item?.incident;
    if (incident == null) return;
    const { failedRegion, authority } = incident;
    const now = this.#world.clock.now();
    const inDoubt = this.#links.cutSince(failedRegion, now - troubleMemoryMs);
    const inTrouble =
      this.#world.regions.health(failedRegion) !== "up" ||
      now - (this.#troubleAt.get(failedRegion) ?? Number.NEGATIVE_INFINITY) <= troubleMemoryMs ||
      inDoubt;
    const since = this.#troubleSince.get(failedRegion);
    const shortestMs = this.#world.plan.detection.confirmForSeconds * 1_000 - measuringErrorMs;
    // A takeover goes on with what was confirmed before.
    const isOpening = incident.id.endsWith(`-e${this.ledger.item?.epoch}`);
    const tooSoon = since !== undefined && now - since < shortestMs;
    if (authority === "automation" && isOpening && tooSoon && !inDoubt) {
      this.#report("confirmedBeforeEvacuation", `${what} evacuates ${failedRegion} ${now - since} ms into its trouble`);
    }
    const out = this.#world.intentionallyOut();
    const serving = this.#world.plan.regions.filter(
      ({ name }) => !out.has(name) && (this.#world.regions.health(name) === "up" || this.#isFresh(name)),
    );
    if (serving.length === 0) this.#report("evacuatedToSomewhere", `${what} leaves no Region that serves in DNS`);
    const isPersons =
      authority === "person" || this.#world.evacuationsApproved.has(`${incident.id}/e${this.ledger.item?.epoch}`);
    if (!isPersons && !inTrouble && !this.#isBySilence(incident.id)) {
      this.#report("noWrongEvacuation", `${what} evacuates ${failedRegion}, which serves its customers`);
    }
  }

  /** Whether a plan that goes on without an answer has gone on so: what was true when it asked may have passed. */
  #isBySilence(incident: string): boolean {
    if (this.#world.plan.automation.approval.onNoAnswer !== "proceed") return false;
    const epoch = this.ledger.item?.epoch;
    return this.ledger.events.some(
      ({ kind, detail, ...event }) =>
        kind === "approvalAnswered" &&
        detail.origin === "silence" &&
        detail.approved === true &&
        event.incident === incident &&
        event.epoch === epoch,
    );
  }

  /** Whether a takeover has left the Region of a change out of its survivors. */
  #isGivenUp({ region, at, caller }: CallRecord): boolean {
    const failed = this.ledger.tenureOf(caller.execution ?? "", 0, at)?.failedRegion;
    const opening = this.ledger.events.findLast(
      ({ kind, detail }) => (kind === "takenOver" || kind === "retried") && detail.failedRegion === failed,
    );
    const survivors = opening?.detail.survivors;
    return Array.isArray(survivors) && !survivors.includes(region);
  }

  /** Whether the Region fell ill so lately that nobody can know yet. */
  #isFresh(region: string): boolean {
    const since = this.#troubleSince.get(region);
    return since !== undefined && this.#world.clock.now() - since < unnoticedMs;
  }

  /** FM50. A scaling policy may shrink a group; a request of the controller may not. */
  #judgeSize({ cause, before, after, region, group }: SizeChange): void {
    if (cause !== "request") return;
    const lowered = (["minimum", "desired", "maximum"] as const).filter((bound) => after[bound] < before[bound]);
    if (lowered.length > 0) {
      const change = `from ${JSON.stringify(before)} to ${JSON.stringify(after)}`;
      this.#report("noScaleDown", `${group} in ${region} was lowered (${lowered.join(", ")}) ${change}`);
    }
  }

  #judgePromotion(index: number): void {
    const promotion = this.#world.promotions[index];
    const { database } = this.#world.plan;
    if (promotion === undefined || database === null) return;
    const call = this.#mutations.findLast(
      (each) => each.service === "rds" && (each.performedAt ?? each.at) <= promotion.requestedAt + 1,
    );
    if (call === undefined || call.performedAt !== promotion.requestedAt) return; // begun by somebody else
    const execution = call.caller.execution ?? "";
    const epoch = this.ledger.tenureOf(execution, call.at - proofAllowanceMs, promotion.requestedAt)?.epoch;
    if (epoch !== undefined) {
      const count = (this.#promotionsByEpoch.get(epoch) ?? 0) + 1;
      this.#promotionsByEpoch.set(epoch, count);
      if (count > 1) this.#report("onePromotionAnEpoch", `${count} promotions under epoch ${epoch}`);
    }
    // The lag is known once a minute, so what nobody could know may come on top of the budget: this much and no more.
    const bound = database.dataLossBudgetSeconds + database.maximumLagAgeSeconds;
    if (promotion.kind === "failover" && promotion.lossSeconds > bound && !this.#world.lossApproved) {
      this.#report(
        "lossWithinBudget",
        `${promotion.target} was promoted and ${promotion.lossSeconds.toFixed(0)} s of writes are gone; nobody approved more than ${database.dataLossBudgetSeconds} s`,
      );
    }
  }

  /** FM35, FM55: after the decision the path touches neither the failed Region nor a global control plane. */
  #judgePath(): void {
    const { plan, network } = this.#world;
    for (const call of network.apiLog) {
      const { execution, state, functionName } = call.caller;
      if (execution === null || state === null || functionName === "AssessSignal") continue;
      const failed = this.ledger.tenureOf(execution, 0, call.at)?.failedRegion;
      if (failed === undefined) continue;
      const name = `${call.service}:${call.operation}@${call.region} by ${functionName}`;
      if (call.service === "route53" && plan.traffic.switch.kind !== "record") {
        this.#report("noGlobalControlPlane", `${name} is on the failover path`);
      }
      const switchover = call.operation === "SwitchoverGlobalCluster";
      const store = call.service === "dynamodb" && call.input.TableName === plan.coordination.table;
      if (call.region === failed && !switchover && !store && call.service !== "route53") {
        this.#report("failedRegionUntouched", `${name} asked the failed Region`);
      }
    }
  }

  /** Every run ends recovered, degraded with reasons, stood down, or waiting for a person. */
  #judgeEnds(): void {
    const world = this.#world;
    for (const execution of world.stepFunctions.executions) {
      if (execution.paused) continue;
      if (execution.status === "FAILED" || execution.status === "TIMED_OUT") {
        this.#report(
          "everyRunEnds",
          `${execution.name} in ${execution.region} ended as ${execution.status}: ${execution.error} ${execution.cause ?? ""}`,
        );
      }
      if (execution.status === "RUNNING" && !world.isWaitingForPerson(execution)) {
        this.#report(
          "everyRunEnds",
          `${execution.name} in ${execution.region} is still running in ${execution.states.at(-1)?.state}`,
        );
      }
    }
    const incident = this.ledger.item?.incident;
    if (incident != null && !world.somebodyWaits() && world.canBeTakenOver() && !this.#isLeftToPeople(incident)) {
      this.#report("everyRunEnds", `${incident.id} is in progress and nobody works on it`);
    }
  }

  /** Whether automation has given up on an incident, as it may after so many tries, and has told people. */
  #isLeftToPeople({ id, takeovers, authority }: Incident): boolean {
    const { plan, clock, pages } = this.#world;
    const pause = this.ledger.item?.pause;
    const isPaused = pause != null && parseInstant(pause.until) > clock.now();
    const isHeldBack = authority === "automation" && (isPaused || plan.automation.traffic === "observe");
    return (takeovers >= maximumTakeovers || isHeldBack) && pages.some(({ incident }) => incident === id);
  }

  #report(invariant: string, message: string): void {
    const key = `${invariant}|${message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.violations.push({ invariant, message });
  }
}

function isOfTraffic({ service }: CallRecord): boolean {
  return service === "s3" || service.startsWith("route53");
}
