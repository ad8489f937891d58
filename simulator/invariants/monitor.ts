import { maximumProofAgeMs } from "../../functions/coordination/guard.ts";
import type { Incident } from "../../functions/coordination/item.ts";
import { maximumTakeovers } from "../../functions/coordination/rules.ts";
import { parseInstant } from "../../functions/shared/clock.ts";
import type { TimelineEvent } from "../../functions/timeline/event.ts";
import type { SizeChange } from "../aws/autoscaling.ts";
import type { CallRecord } from "../aws/network.ts";
import type { Promotion } from "../aws/rds.ts";
import type { Violation } from "../result.ts";
import type { World } from "../world.ts";
import { Authority, partOf } from "./authority.ts";
import { Evacuations } from "./evacuations.ts";
import { Ledger, type Tenure } from "./ledger.ts";
import { Links } from "./links.ts";
import { isMutation, resourceOf } from "./mutations.ts";
import { Service } from "./service.ts";
import { type Grounds, Sight } from "./sight.ts";

/**
 * A proof of the epoch may be this old when the service carries the call out: what the guard allows, and the client's
 * whole timeout on top, since a request can be that long on its way.
 */
const proofAllowanceMs = maximumProofAgeMs + 5_000;
/** How long after its death a primary may still honestly be taken to live: the freshness that the gate asks for. */
const deathUnnoticedMs = 180_000;
/** What has happened within this time may still be unknown to every vantage: the confirmation window and some rounds. */
const unnoticedMs = 120_000;
/** Detection, takeover and a retry of what failed in between all fit into this. */
const answeredWithinMs = 300_000;
/** A Region is not blamed on a look back longer than this. */
const troubleMemoryMs = 300_000;
/** A round's looks, of up to four seconds each and side by side, come before its heartbeat. */
const roundLastsSeconds = 5;
/** A heartbeat comes every ten seconds: a writer that has lived and been reached for this long is known to live. */
const lifeUnnoticedMs = 120_000;
/** Replication that is no further behind than this advances. */
const advancingSeconds = 5;
const serviceEveryMs = 1_000;
/** Functions that stand between a failure and the decision about it. */
const deciding = new Set(["Watch", "AssessSignal"]);

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
  /** Since when a Region has run and been connected again, where it had not. */
  readonly #aliveSince = new Map<string, number>();
  /** Since when each Region has been in trouble, by the world's own truth; absent while it is well. */
  readonly #troubleSince = new Map<string, number>();
  readonly #links = new Links();
  readonly #evacuations: Evacuations;
  readonly #authority: Authority;
  readonly #sight: Sight;
  readonly #service: Service;
  /** What each tenure had to go by when it began. */
  readonly #grounds = new Map<Tenure, Grounds>();
  #tenuresSeen = 0;
  #servedAt = 0;
  #eventsSeen = 0;
  readonly #mutations: CallRecord[] = [];
  /** Instants at which a Region's health changed. */
  readonly #changes: number[] = [];
  #sizeChangesSeen = 0;
  #promotionsSeen = 0;
  /** Of each promotion that an execution of the controller asked for. */
  readonly #promoters = new Map<Promotion, Tenure>();

  constructor(world: World) {
    this.#world = world;
    const { plan } = world;
    this.ledger = new Ledger({ records: plan.recordsTable });
    this.#evacuations = new Evacuations(world.traffic);
    this.#authority = new Authority(world, this.ledger);
    this.#sight = new Sight(world);
    this.#service = new Service(world, this.ledger, this.#sight);
    world.dynamoDB.observe((write) => this.ledger.note(write));
    world.network.observe((call) => this.#judgeCall(call));
    world.regions.subscribe((change) => {
      const now = world.clock.now();
      if (change.kind === "link") return this.#links.note(change, now);
      this.#troubleAt.set(change.region, now);
      this.#changes.push(now);
      if (change.after === "up") this.#troubleSince.delete(change.region);
      else if (!this.#troubleSince.has(change.region)) this.#troubleSince.set(change.region, now);
      if (change.before === "dark" || change.before === "partitioned") this.#aliveSince.set(change.region, now);
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
      if (event === undefined) continue;
      if (event.kind === "confirmed" && event.detail.result === "changed") this.#judgeConfirmed(event);
      for (const { invariant, message } of this.#service.judge(event)) this.#report(invariant, message);
    }
    const { tenures } = this.ledger;
    for (; this.#tenuresSeen < tenures.length; this.#tenuresSeen++) {
      const tenure = tenures[this.#tenuresSeen] as Tenure;
      this.#grounds.set(tenure, this.#sight.groundsOf(tenure));
    }
    if (world.clock.now() - this.#servedAt >= serviceEveryMs) {
      this.#servedAt = world.clock.now();
      this.#sight.noteService();
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
            isShortOf(event, call)),
      );
      if (!settled && !this.#world.isUnderWay()) {
        this.#report("mutationConfirmed", `${call.service}:${call.operation} on ${resource} was never confirmed`);
      }
    }
    for (const rivals of this.ledger.rivals) this.#report("oneHolderAnEpoch", rivals);
    this.#judgePath();
    this.#judgeLosses();
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
    if (call.service === "rds") {
      this.#judgeFlavour(call);
      this.#judgeLivingWriter(call, `${call.service}:${call.operation}@${call.region} by ${call.caller.functionName}`);
    }
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
    this.#judgeAuthority(call, tenure, what);
    this.#judgeTraffic(what);
    if (call.service === "rds") this.#judgeRepetition(tenure, what);
    if (partOf(call) === "traffic") this.#judgeEvacuation(call, tenure, what);
  }

  /** FM31: a call without an answer may not have been carried out; only a look tells. */
  #judgeConfirmed({ incident, detail }: TimelineEvent): void {
    if (this.#mutations.some((call) => resourceOf(call) === detail.resource)) return;
    this.#report("confirmedMeansDone", `${incident} confirms a change of ${detail.resource} that was never made`);
  }

  /** What a plan's levels leave to people is not done without their word. */
  #judgeAuthority(call: CallRecord, tenure: Tenure, what: string): void {
    const target = call.service === "rds" ? this.#targetOf(call) : null;
    const broken = this.#authority.judge(call, tenure, target);
    const level = this.#world.plan.automation[partOf(call)];
    if (broken === "observeChangesNothing") {
      this.#report("observeChangesNothing", `${what} changed something, and the plan only observes (${level})`);
    } else if (broken === "askedBeforeChange") {
      this.#report("askedBeforeChange", `${what} changed something to which nobody had agreed (${level})`);
    }
    if (target === null || !this.#authority.isWitnessMissing()) return;
    if (!this.#authority.isPromotionAgreed(tenure, target, "never")) {
      this.#report(
        "promotionWitnessed",
        `${what} promotes ${target}: with two Regions and no witness no person said so`,
      );
    }
  }

  /** FM39: what lives is switched over to; only a person gives its writes up. Asked for in vain it is wrong as well. */
  #judgeLivingWriter(call: CallRecord, what: string): void {
    const { rds, clock, regions } = this.#world;
    const target = this.#targetOf(call);
    const writer = this.#world.writerRegion();
    if (call.operation !== "FailoverGlobalCluster" || call.input.AllowDataLoss !== true) return;
    if (rds === null || writer === null || target === null || writer === target) return;
    const from = clock.now() - lifeUnnoticedMs;
    const isAlive = ["up", "gray"].includes(regions.health(writer)) && (this.#aliveSince.get(writer) ?? 0) <= from;
    const isReached = isAlive && !this.#links.cutSince(writer, from);
    // Its own controller's heartbeat tells, or in the end the lag's metric, which comes minutes late.
    const isKnown =
      this.#sight.isHeard(writer, call.caller.region, clock.now()) ||
      (this.#troubleSince.get(writer) ?? clock.now()) < clock.now() - answeredWithinMs;
    if (!isKnown) return;
    if (!isReached || (rds.lagSeconds(target) ?? Number.POSITIVE_INFINITY) > advancingSeconds) return;
    const tenure = this.ledger.tenureOf(call.caller.execution ?? "", 0, call.at);
    if (tenure !== null && this.#authority.isLossApproved(tenure, target, null)) return;
    this.#report("livingWriterKept", `${what} gives up writes of ${writer}, which lives and replicates`);
  }

  /** Another promotion under the same epoch is one too many, unless Aurora gave the first one up. */
  #judgeRepetition({ epoch }: Tenure, what: string): void {
    const before = [...this.#promoters].find(([, tenure]) => tenure.epoch === epoch);
    if (before === undefined) return;
    this.#report(
      "onePromotionAnEpoch",
      `${what} was accepted although ${before[0].target} was promoted under epoch ${epoch}`,
    );
  }

  #targetOf({ input }: CallRecord): string | null {
    const clusters = Object.entries(this.#world.plan.database?.clusters ?? {});
    return clusters.find(([, arn]) => arn === input.TargetDbClusterIdentifier)?.[0] ?? null;
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

  /** A Region that is dead for long, with survivors and a lease to be had, is not left to itself (FM4, FM12). */
  #judgeDead(): void {
    const world = this.#world;
    const { plan, clock } = world;
    const now = clock.now();
    const item = this.ledger.item;
    const dead = plan.regions.filter(({ name }) => this.#troubleSince.has(name));
    const [only] = dead;
    if (only === undefined || dead.length > 1) return;
    const health = world.regions.health(only.name);
    const deadSince = health === "gray" ? this.#troubleSince.get(only.name) : this.#darkSince.get(only.name);
    if (deadSince === undefined || now - deadSince < answeredWithinMs) return;
    const from = Math.max(deadSince + 1, now - answeredWithinMs);
    const lately = this.#changes.some((at) => at >= from) || this.#links.anyCutSince(from);
    // A fault elsewhere is no excuse: what stands between a failure and the answer to it is the watch and the decision.
    const tried = world.network.firedFaults.some(({ functionName, at }) => deciding.has(functionName) && at >= from);
    if (plan.automation.traffic !== "automatic" || lately || tried || !world.canBeTakenOver()) return;
    const ended = item?.completed.some(({ region }) => region === only.name) ?? false;
    const standing = item?.regions[only.name]?.state ?? "inService";
    const others = plan.regions.some(
      ({ name }) => name !== only.name && (item?.regions[name]?.state ?? "inService") === "inService",
    );
    if (!others) return;
    // One that lives and carries another's customers may be overloaded: people are told, and nothing is done.
    const isCarrying = plan.regions.some(({ name }) => (item?.regions[name]?.state ?? "inService") !== "inService");
    if (health === "gray" && isCarrying) return;
    // One incident at a time: while a person is asked about another Region, people are told of this one and no more.
    const isLeft = item?.incident != null && item.incident.failedRegion !== only.name && world.somebodyWaits();
    if (isLeft && world.pages.some(({ region }) => region === only.name)) return;
    if (standing === "inService" && !ended && item?.pause == null) {
      this.#report(
        "deadRegionAnswered",
        `${only.name} has been ${health} since ${deadSince} and nobody has done anything`,
      );
    }
  }

  /**
   * Automation evacuates only what enough vantages could not be served by for long enough, and none could, and only to
   * where customers are served. A takeover goes on with what was decided before, so the grounds of any tenure will do.
   */
  #judgeEvacuation(call: CallRecord, tenure: Tenure, what: string): void {
    const { plan, regions, clock } = this.#world;
    const { incident, failedRegion: failed } = tenure;
    const out = this.#world.intentionallyOut();
    const serving = plan.regions.filter(
      ({ name }) => !out.has(name) && (regions.health(name) === "up" || this.#isFresh(name)),
    );
    if (serving.length === 0) this.#report("evacuatedToSomewhere", `${what} leaves no Region that serves in DNS`);
    if (this.#authority.isPersons(tenure)) return;
    const { quorum } = plan.detection;
    if (!this.#authority.isEvacuationAgreedNow(tenure)) {
      const from = clock.now() - troubleMemoryMs;
      const inTrouble =
        regions.health(failed) !== "up" ||
        (this.#troubleAt.get(failed) ?? Number.NEGATIVE_INFINITY) >= from ||
        this.#sight.troubledSince(failed, from) >= quorum;
      // What a run has begun while it was right it ends: the Region is out, whoever else holds that fast.
      const isBegun = this.#mutations.some(
        (earlier) =>
          earlier !== call && partOf(earlier) === "traffic" && earlier.caller.execution === call.caller.execution,
      );
      if (!inTrouble && !isBegun)
        this.#report("noWrongEvacuation", `${what} evacuates ${failed}, which serves its customers`);
    }
    if (this.#authority.isEvacuationAgreed(tenure)) return;
    const all = this.ledger.tenures
      .filter((each) => each.incident === incident)
      .flatMap((each) => this.#grounds.get(each) ?? []);
    const holds = (wanted: (grounds: Grounds) => boolean) => all.length === 0 || all.some(wanted);
    const first = all[0];
    // What a script wrote as having been decided before the world began nobody can judge.
    const opening = this.ledger.tenures.find((each) => each.incident === incident);
    if (!this.#world.stepFunctions.executions.some(({ arn }) => arn === opening?.execution)) return;
    const evacuates = `${what} evacuates ${failed}`;
    if (!holds(({ failing }) => failing.length >= quorum)) {
      this.#report("quorumSawIt", `${evacuates}, which only ${first?.failing.join(", ") || "nobody"} had trouble with`);
    } else if (!holds(({ confirmed }) => confirmed.length >= quorum)) {
      this.#report(
        "confirmedBeforeEvacuation",
        `${evacuates} before a quorum could have seen it failing for long enough`,
      );
    }
    if (!holds(({ served }) => served.length === 0)) {
      this.#report(
        "disputedIsAsked",
        `${evacuates}, by which ${first?.served.join(", ")} had been served all the time`,
      );
    }
    if (!holds(({ everythingFailed }) => !everythingFailed)) {
      this.#report("everythingFailingEvacuatesNothing", `${evacuates} although every Region fails for everybody`);
    }
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
    const tenure = this.ledger.tenureOf(execution, call.at - proofAllowanceMs, promotion.requestedAt);
    if (tenure !== null) this.#promoters.set(promotion, tenure);
    // The lag is known once a minute, so what nobody could know may come on top of the budget: this much and no more.
    const bound = database.dataLossBudgetSeconds + database.maximumLagAgeSeconds;
    const { kind, target, lossSeconds } = promotion;
    const isApproved = tenure !== null && this.#authority.isLossApproved(tenure, target, lossSeconds);
    const isUnknown = this.#isJustBack(promotion.from, promotion.requestedAt);
    if (kind === "failover" && lossSeconds > bound && !isApproved && !isUnknown) {
      this.#report(
        "lossWithinBudget",
        `${promotion.target} was promoted and ${promotion.lossSeconds.toFixed(0)} s of writes are gone; nobody approved more than ${database.dataLossBudgetSeconds} s`,
      );
    }
  }

  /** Whether a writer's Region had come back so lately that nobody could know what it has taken since. */
  #isJustBack(region: string, at: number): boolean {
    const since = this.#aliveSince.get(region) ?? Number.NEGATIVE_INFINITY;
    return since <= at && since > at - lifeUnnoticedMs;
  }

  /**
   * What an incident's last word says was lost, with what may come on top by the database step's own worst case, is at least
   * what was; that it is unknown may be said at any time.
   */
  #judgeLosses(): void {
    const lost = new Map<string, number>();
    // A writer is heard once a round, and may have written until just before the next, which takes its time to look.
    const unheardSeconds = this.#world.plan.detection.probeEverySeconds + roundLastsSeconds;
    for (const [{ from, requestedAt, lossSeconds }, { incident }] of this.#promoters) {
      if (this.#isJustBack(from, requestedAt)) continue;
      lost.set(incident, (lost.get(incident) ?? 0) + lossSeconds);
    }
    for (const [incident, seconds] of lost) {
      const told = this.ledger.events.filter((event) => event.incident === incident);
      const said = told.findLast(({ kind }) => kind === "closed")?.detail.rpoSeconds;
      const step = told.findLast(({ kind, step }) => kind === "stepEnded" && step === "database")?.detail;
      const likely = Number(step?.lossSeconds ?? 0);
      const beyond = Math.max(0, Number(step?.worstCaseLossSeconds ?? likely) - likely);
      if (typeof said === "number" && said + beyond + unheardSeconds < seconds) {
        const message = `${incident} is closed with ${said} s of writes lost, ${said + beyond} s at worst, and ${seconds.toFixed(1)} s are gone`;
        this.#report("lossReported", message);
      }
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

/** Whether a closing event names the part that a change was of as one that fell short, or stands for a run that was stopped. */
function isShortOf({ kind, detail }: TimelineEvent, call: CallRecord): boolean {
  if (kind !== "closed" || detail.outcome !== "degraded") return false;
  const branches = detail.branches as Readonly<Record<string, { readonly result: string } | undefined>> | undefined;
  return branches?.[partOf(call)]?.result === "degraded";
}
