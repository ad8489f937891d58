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
import { DeadRegions } from "./dead-regions.ts";
import { Evacuations } from "./evacuations.ts";
import { Formats } from "./formats.ts";
import { HealthHistory } from "./health-history.ts";
import { Heard } from "./heard.ts";
import { Hearing } from "./hearing.ts";
import { Ledger, proofAllowanceMs, type Tenure } from "./ledger.ts";
import { LossInTurn } from "./loss-in-turn.ts";
import { isMutation, movesTheWriter, resourceOf } from "./mutations.ts";
import { Promotions } from "./promotions.ts";
import { OpenQuestions } from "./questions.ts";
import { Service } from "./service.ts";
import { type Grounds, Sight } from "./sight.ts";
import { SwitchTruth } from "./switch-truth.ts";
import { TrafficClaims } from "./traffic-claims.ts";
import { WriterSizes } from "./sizes.ts";

/** What has happened within this time may still be unknown to every vantage: the confirmation window and some rounds. */
const unnoticedMs = 120_000;
/** A Region is not blamed on a look back longer than this. */
const troubleMemoryMs = 300_000;
const serviceEveryMs = 1_000;

/**
 * Watches a world and writes down every promise that is broken. It looks at what AWS was told and at what customers got,
 * never at what the controller says of itself; the timeline counts only as a thing that had to be written.
 */
export class Monitor {
  readonly violations: Violation[] = [];
  readonly ledger: Ledger;
  readonly #world: World;
  readonly #seen = new Set<string>();
  readonly #history = new HealthHistory();
  readonly #deadRegions: DeadRegions;
  readonly #evacuations: Evacuations;
  readonly #formats = new Formats();
  readonly #authority: Authority;
  readonly #sight: Sight;
  readonly #heard: Heard;
  readonly #service: Service;
  readonly #promotions: Promotions;
  readonly #trafficClaims: TrafficClaims;
  readonly #switchTruth: SwitchTruth;
  readonly #lossInTurn: LossInTurn;
  readonly #writerSizes: WriterSizes;
  readonly #questions: OpenQuestions;
  readonly hearing: Hearing;
  /** What each tenure had to go by when it began. */
  readonly #grounds = new Map<Tenure, Grounds>();
  #tenuresSeen = 0;
  #servedAt = 0;
  #eventsSeen = 0;
  readonly #mutations: CallRecord[] = [];
  #sizeChangesSeen = 0;
  #promotionsSeen = 0;

  constructor(world: World) {
    this.#world = world;
    const { plan } = world;
    this.ledger = new Ledger({ records: plan.recordsTable });
    this.#evacuations = new Evacuations(world.traffic);
    this.#lossInTurn = new LossInTurn(world, this.ledger, this.#history);
    this.#sight = new Sight(world);
    this.#authority = new Authority(world, this.ledger, this.#sight);
    this.#heard = new Heard(world);
    this.#service = new Service(world, this.ledger, this.#sight);
    this.#trafficClaims = new TrafficClaims(world, (invariant, message) => this.#report(invariant, message));
    this.#switchTruth = new SwitchTruth(world);
    this.#writerSizes = new WriterSizes(world);
    const judges = { ledger: this.ledger, authority: this.#authority, sight: this.#sight, history: this.#history };
    this.#promotions = new Promotions(world, judges, (invariant, message) => this.#report(invariant, message));
    this.#questions = new OpenQuestions(world, judges);
    this.hearing = new Hearing(world);
    this.#deadRegions = new DeadRegions(world, { ...judges, hearing: this.hearing });
    world.dynamoDB.observe((write) => this.ledger.note(write));
    world.network.observe((call) => this.#judgeCall(call));
    world.regions.subscribe((change) => this.#history.note(change, world.clock.now()));
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
      this.#reportAll(this.#service.judge(event));
      this.#trafficClaims.hear(event, this.ledger.failedRegionOf(event.incident));
      this.#reportAll(this.#switchTruth.judge(event));
      this.#reportAll(this.#writerSizes.judge(event, this.ledger.failedRegionOf(event.incident), events));
    }
    const { tenures } = this.ledger;
    for (; this.#tenuresSeen < tenures.length; this.#tenuresSeen++) {
      const tenure = tenures[this.#tenuresSeen] as Tenure;
      this.#grounds.set(tenure, this.#sight.groundsOf(tenure));
    }
    if (world.clock.now() - this.#servedAt >= serviceEveryMs) {
      this.#servedAt = world.clock.now();
      this.#sight.noteService();
      this.#trafficClaims.lookOn();
      this.#switchTruth.note();
      this.#reportAll(this.#questions.judge());
      this.#reportAll(this.hearing.judge());
    }
    const promotions = world.promotions;
    for (; this.#promotionsSeen < promotions.length; this.#promotionsSeen++) {
      this.#promotions.judge(promotions[this.#promotionsSeen] as Promotion, this.#mutations);
    }
    this.#reportAll(this.#lossInTurn.judge());
    this.#reportAll(this.#heard.judge());
    this.#reportAll(this.#evacuations.judge(this.ledger.item, world.clock.now()));
    this.#reportAll(this.#formats.judge(this.ledger.item));
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
    this.#promotions.judgeLosses();
    this.#reportAll(this.#deadRegions.judge());
    this.#judgeEnds();
  }

  get world(): World {
    return this.#world;
  }

  #judgeCall(call: CallRecord): void {
    const { caller } = call;
    if (!isMutation(call) || caller.execution === null) return;
    // Asking for the wrong thing is wrong even where AWS refuses it.
    if (movesTheWriter(call)) this.#promotions.judgeCall(call);
    this.#reportAll(this.#writerSizes.judgeCall(call));
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
    if (movesTheWriter(call)) this.#promotions.judgeRepetition(tenure, what);
    if (partOf(call) === "traffic") this.#judgeEvacuation(call, tenure, what);
  }

  /** FM31: a call without an answer may not have been carried out; only a look tells. */
  #judgeConfirmed({ incident, detail }: TimelineEvent): void {
    if (this.#mutations.some((call) => resourceOf(call) === detail.resource)) return;
    this.#report("confirmedMeansDone", `${incident} confirms a change of ${detail.resource} that was never made`);
  }

  /** What a plan's levels leave to people is not done without their word. */
  #judgeAuthority(call: CallRecord, tenure: Tenure, what: string): void {
    const target = call.service === "rds" ? this.#promotions.targetOf(call) : null;
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

  /** FM54. */
  #judgeTraffic(what: string): void {
    const out = this.#world.intentionallyOut();
    if (this.#world.plan.regions.every(({ name }) => out.has(name))) {
      this.#report("neverZeroRegionsInDns", `After ${what} every Region is out of DNS on purpose`);
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
    // Of a Region that serves nobody, one that serves few is the better place.
    const isBetter = (name: string) => regions.health(failed) === "dark" && regions.health(name) === "gray";
    // Whoever said yes had been told of what served when the question was put.
    const judgedAt = this.#authority.evacuationAskedAt(tenure) ?? clock.now();
    const serving = plan.regions.filter(
      ({ name }) =>
        !out.has(name) && (regions.health(name) === "up" || this.#isFresh(name, judgedAt) || isBetter(name)),
    );
    if (serving.length === 0) this.#report("evacuatedToSomewhere", `${what} leaves no Region that serves in DNS`);
    if (this.#authority.isPersons(tenure)) return;
    const { quorum } = plan.detection;
    if (!this.#authority.isEvacuationApprovedNow(tenure)) {
      const from = clock.now() - troubleMemoryMs;
      const inTrouble =
        regions.health(failed) !== "up" ||
        (this.#history.troubleAt.get(failed) ?? Number.NEGATIVE_INFINITY) >= from ||
        this.#sight.troubledSince(failed, from) >= quorum;
      // What a run has begun while it was right it ends: the Region is out, whoever else holds that fast.
      // So does whoever takes it over, as long as the Region is still out: that moves nobody.
      const isOut = !this.#world.traffic.dns.isHealthy(failed);
      const isBegun = this.#mutations.some(
        (earlier) =>
          earlier !== call &&
          partOf(earlier) === "traffic" &&
          (earlier.caller.execution === call.caller.execution ||
            (isOut && this.ledger.tenureOf(earlier.caller.execution ?? "", 0, earlier.at)?.incident === incident)),
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
  #isFresh(region: string, at = this.#world.clock.now()): boolean {
    const since = this.#history.troubleSince.get(region);
    return since !== undefined && at - since < unnoticedMs;
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

  #reportAll(violations: Iterable<Violation>): void {
    for (const { invariant, message } of violations) this.#report(invariant, message);
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
