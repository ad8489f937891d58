import type { CallRecord } from "../aws/network.ts";
import type { Promotion } from "../aws/rds.ts";
import type { World } from "../world.ts";
import type { Authority } from "./authority.ts";
import { answeredWithinMs, type HealthHistory } from "./health-history.ts";
import { type Ledger, proofAllowanceMs, type Tenure } from "./ledger.ts";
import { movesTheWriter } from "./mutations.ts";
import type { Sight } from "./sight.ts";

/** How long after its death a primary may still honestly be taken to live: the freshness that the gate asks for. */
const deathUnnoticedMs = 180_000;
/** A heartbeat comes every ten seconds: a writer that has lived and been reached for this long is known to live. */
const lifeUnnoticedMs = 120_000;
/** Replication that is no further behind than this advances. */
const advancingSeconds = 5;
/** What has been so for this long is seen by whoever looks before a change. */
const unseenMs = 30_000;
/** A round's looks, of up to four seconds each and side by side, come before its heartbeat. */
const roundLastsSeconds = 5;

/** What judgements of promotions rest on. */
export interface Grounding {
  readonly ledger: Ledger;
  readonly authority: Authority;
  readonly sight: Sight;
  readonly history: HealthHistory;
}

/** Judges what is asked of Aurora: by which call, with whose word, and what was lost (FM39, FM42, FM44). */
export class Promotions {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #authority: Authority;
  readonly #sight: Sight;
  readonly #history: HealthHistory;
  readonly #report: (invariant: string, message: string) => void;
  /** Of each promotion that an execution of the controller asked for. */
  readonly #promoters = new Map<Promotion, Tenure>();

  constructor(
    world: World,
    { ledger, authority, sight, history }: Grounding,
    report: (invariant: string, message: string) => void,
  ) {
    this.#world = world;
    this.#ledger = ledger;
    this.#authority = authority;
    this.#sight = sight;
    this.#history = history;
    this.#report = report;
  }

  /** A call to RDS, whether AWS accepts it or not. */
  judgeCall(call: CallRecord): void {
    const what = `${call.service}:${call.operation}@${call.region} by ${call.caller.functionName}`;
    this.#judgeEngine(call);
    this.#judgeFlavour(call);
    this.#judgeLivingWriter(call, what);
    this.#judgeSecondWriter(call, what);
    this.#judgeAbility(call, what);
  }

  /** FM76: beside a cluster that has left the global cluster and takes writes, only a person who was told makes a writer. */
  #judgeSecondWriter(call: CallRecord, what: string): void {
    const { rds, regions, clock } = this.#world;
    const target = this.targetOf(call);
    if (rds === null || target === null) return;
    const from = clock.now() - unseenMs;
    const tenure = this.#ledger.tenureOf(call.caller.execution ?? "", 0, call.at);
    for (const { region, changedAt } of rds.standalone) {
      const isSeen =
        rds.acceptingWrites.includes(region) &&
        changedAt <= from &&
        (this.#history.aliveSince.get(region) ?? 0) <= from &&
        regions.reachable(call.caller.region, region) &&
        !this.#history.links.cutSince(call.caller.region, from);
      if (!isSeen || (tenure !== null && this.#authority.isSecondWriterApproved(tenure, target, region))) continue;
      this.#report("noSecondWriter", `${what} makes ${target} a writer, and ${region}, which left, takes writes`);
    }
  }

  /** FM78: what cannot serve is not asked to. */
  #judgeAbility(call: CallRecord, what: string): void {
    const { rds, clock } = this.#world;
    const target = this.targetOf(call);
    const member = target === null ? null : (rds?.memberIn(target) ?? null);
    if (member === null || member.changedAt > clock.now() - unseenMs) return;
    if (member.instances.length > 0 && member.synchronization === "connected") return;
    const why = member.instances.length === 0 ? "has no instance" : "is resynchronising";
    this.#report("ableTarget", `${what} asks for ${target}, which ${why}`);
  }

  /** FM81: nothing that is known of Aurora holds for DocumentDB or Neptune. */
  #judgeEngine({ service, operation, region, caller }: CallRecord): void {
    const engine = this.#world.rds?.engine ?? "";
    if (!["FailoverGlobalCluster", "SwitchoverGlobalCluster"].includes(operation) || engine.startsWith("aurora-"))
      return;
    this.#report(
      "auroraAlone",
      `${service}:${operation}@${region} by ${caller.functionName} moves a writer of ${engine}`,
    );
  }

  /** FM39: what lives is switched over to; only a person gives its writes up. Asked for in vain it is wrong as well. */
  #judgeLivingWriter(call: CallRecord, what: string): void {
    const { rds, clock, regions } = this.#world;
    const target = this.targetOf(call);
    const writer = this.#world.writerRegion();
    if (call.operation !== "FailoverGlobalCluster" || call.input.AllowDataLoss !== true) return;
    if (rds === null || writer === null || target === null || writer === target) return;
    const from = clock.now() - lifeUnnoticedMs;
    const isAlive =
      ["up", "gray"].includes(regions.health(writer)) && (this.#history.aliveSince.get(writer) ?? 0) <= from;
    if (!isAlive) return;
    // A link that is cut hides a writer from those at its ends and from nobody else: what one vantage hears, all may read.
    const isHeardOf = this.#sight.isKnownToLive(writer, call.caller.region, clock.now());
    // In the end the lag's metric tells as well, which comes minutes late.
    const isShownByLag =
      (this.#history.troubleSince.get(writer) ?? clock.now()) < clock.now() - answeredWithinMs &&
      !this.#history.links.cutSince(writer, from) &&
      (rds.lagSeconds(target) ?? Number.POSITIVE_INFINITY) <= advancingSeconds;
    if (!isHeardOf && !isShownByLag) return;
    const tenure = this.#ledger.tenureOf(call.caller.execution ?? "", 0, call.at);
    if (tenure !== null && this.#authority.isLossApproved(tenure, target, null)) return;
    this.#report(
      "livingWriterKept",
      `${what} gives up writes of ${writer}, which lives, as ${isHeardOf ? "vantages that are heard know" : "its replication shows"}`,
    );
  }

  /** Another promotion under the same epoch is one too many, unless Aurora gave the first one up. */
  judgeRepetition({ epoch }: Tenure, what: string): void {
    const before = [...this.#promoters].find(([, tenure]) => tenure.epoch === epoch);
    if (before === undefined) return;
    this.#report(
      "onePromotionAnEpoch",
      `${what} was accepted although ${before[0].target} was promoted under epoch ${epoch}`,
    );
  }

  /** The Region whose cluster a call would make the writer; null where it names none of the plan. */
  targetOf({ input }: CallRecord): string | null {
    const clusters = Object.entries(this.#world.plan.database?.clusters ?? {});
    return clusters.find(([, arn]) => arn === input.TargetDbClusterIdentifier)?.[0] ?? null;
  }

  /** FM42: without AllowDataLoss it is a switchover, which a dead primary cannot take part in. */
  #judgeFlavour(call: CallRecord): void {
    const what = `${call.service}:${call.operation}@${call.region} by ${call.caller.functionName}`;
    const writer = this.#world.writerRegion();
    if (writer === null) return;
    const darkSince = this.#history.darkSince.get(writer);
    const forced = call.operation === "FailoverGlobalCluster" && call.input.AllowDataLoss === true;
    if (!forced && darkSince !== undefined && this.#world.clock.now() - darkSince > deathUnnoticedMs) {
      this.#report("rightFlavour", `${what} asks a primary to switch over that has been dark since ${darkSince}`);
    }
    if (!forced && darkSince !== undefined && call.operation === "FailoverGlobalCluster") {
      this.#report("rightFlavour", `${what} fails over without AllowDataLoss although the primary is dark`);
    }
  }

  /**
   * A promotion that has begun.
   * @param mutations every change that the controller has made so far
   */
  judge(promotion: Promotion, mutations: readonly CallRecord[]): void {
    const { database } = this.#world.plan;
    if (database === null) return;
    const call = mutations.findLast(
      (each) => movesTheWriter(each) && (each.performedAt ?? each.at) <= promotion.requestedAt + 1,
    );
    if (call === undefined || call.performedAt !== promotion.requestedAt) return; // begun by somebody else
    const execution = call.caller.execution ?? "";
    const tenure = this.#ledger.tenureOf(execution, call.at - proofAllowanceMs, promotion.requestedAt);
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
    const since = this.#history.aliveSince.get(region) ?? Number.NEGATIVE_INFINITY;
    return since <= at && since > at - lifeUnnoticedMs;
  }

  /**
   * What an incident's last word says was lost, with what may come on top by the database step's own worst case, is at least
   * what was; that it is unknown may be said at any time.
   */
  judgeLosses(): void {
    const lost = new Map<string, number>();
    // A writer is heard once a round, and may have written until just before the next, which takes its time to look.
    const unheardSeconds = this.#world.plan.detection.probeEverySeconds + roundLastsSeconds;
    for (const [{ from, requestedAt, lossSeconds }, { incident }] of this.#promoters) {
      if (this.#isJustBack(from, requestedAt)) continue;
      lost.set(incident, (lost.get(incident) ?? 0) + lossSeconds);
    }
    for (const [incident, seconds] of lost) {
      const told = this.#ledger.events.filter((event) => event.incident === incident);
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
}
