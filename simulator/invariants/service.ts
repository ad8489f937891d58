import { vantagesOf } from "../../functions/shared/plan/plan.ts";
import type { TimelineEvent } from "../../functions/timeline/event.ts";
import type { RegionHealth } from "../aws/service.ts";
import type { Violation } from "../result.ts";
import type { World } from "../world.ts";
import type { Ledger } from "./ledger.ts";
import type { Sight } from "./sight.ts";

/** What is promised: that nine of ten requests were served, reads and writes apart. */
const failedShareAllowed = 0.1;
/**
 * A soak is a number of looks, all of which passed, and can pass by luck where some requests fail: it is broken only where
 * so many failed that honest looks would not have passed, not even in the dozens of soaks that fit into a deadline.
 */
const luckAllowed = 0.001;
/** While a run is under way a vantage looks so often at what its customers get: every two seconds, but for its full rounds. */
const looksPerSecond = 0.3;
/** A vantage's word counts for so long after it: what has broken since nobody can know yet. */
const unknownMs = 15_000;
/** Three looks of the checkers, ten seconds apart, and their status's way into DNS, with some to spare. */
const switchedWithinMs = 60_000;
/** Nor what has happened between a step's last look and its event. */
const lookMs = 8_000;

const health: Readonly<Record<RegionHealth, number>> = { up: 0, gray: 1, partitioned: 2, dark: 3 };

/** Holds what a run says that it has achieved to what customers got and to what DNS and the database were then. */
export class Service {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #sight: Sight;
  /** When a Region fared worse than before, or lost a link. */
  readonly #worsened: { readonly region: string; readonly at: number }[] = [];
  /** When a Region last fared better than before. */
  readonly #bettered = new Map<string, number>();

  constructor(world: World, ledger: Ledger, sight: Sight) {
    this.#world = world;
    this.#ledger = ledger;
    this.#sight = sight;
    world.regions.subscribe((change) => {
      const at = world.clock.now();
      if (change.kind === "view") return;
      if (change.kind === "link") {
        if (change.after === "cut") for (const region of change.between) this.#worsened.push({ region, at });
      } else if (health[change.after] > health[change.before]) this.#worsened.push({ region: change.region, at });
      else this.#bettered.set(change.region, at);
    });
  }

  /** What an event that has just been stored says, against the world of now. */
  judge(event: TimelineEvent): readonly Violation[] {
    const { kind, step, detail } = event;
    if (kind === "closed" && detail.outcome === "recovered") return this.#judgeRecovered(event);
    if (kind !== "stepEnded" || detail.result !== "done") return [];
    if (step === "traffic") return this.#judgeTraffic(event);
    return step === "database" ? this.#judgeDatabase(event) : [];
  }

  /** FM43, FM56. Reads and writes are judged apart, over the soak that the run says it has seen. */
  #judgeRecovered({ incident, epoch, region: acting }: TimelineEvent): readonly Violation[] {
    const { plan, customers, clock, regions } = this.#world;
    const shown = this.#ledger.events.findLast(
      (event) =>
        event.incident === incident && event.epoch === epoch && event.step === "recovery" && event.kind === "stepEnded",
    );
    const until = shown === undefined ? clock.now() : this.#ledger.storedAt(shown);
    const failed = this.#ledger.failedRegionOf(incident);
    const broken = this.#worsened.filter(({ at }) => at > until - unknownMs && at <= clock.now());
    const to = Math.min(until, ...broken.map(({ at }) => at)) - 1_000;
    const from = until - plan.recovery.soakSeconds * 1_000;
    // Caches still hold the answer that led to the failed Region; and where no vantage can be heard, nobody looks.
    const judged = plan.regions
      .map(({ name }) => name)
      .filter((name) => name !== failed && regions.runs(name) && this.#sight.isHeard(name, acting, until));
    const looks = plan.recovery.soakSeconds * looksPerSecond;
    const violations: Violation[] = [];
    const judge = (what: "reads" | "writes") => {
      const got = judged.map((name) => customers.service(name, what, from, to));
      const asked = got.reduce((sum, each) => sum + each.asked, 0);
      const lost = got.reduce((sum, each) => sum + each.failed, 0);
      const luck = got.reduce((product, { chance }) => product * chance ** looks, 1);
      if (lost <= asked * failedShareAllowed || luck >= luckAllowed) return;
      const share = `${Math.round((lost / asked) * 100)} %`;
      violations.push({
        invariant: "recoveredMeansServed",
        message: `${incident} is closed as recovered although ${share} of the ${what} failed while it soaked`,
      });
    };
    judge("reads");
    const writer = this.#world.writerRegion();
    if (writer === null) return violations;
    // A write is tried from where the run acts: of a link that is cut elsewhere nobody learns.
    if (judged.every((name) => regions.reachable(name, writer))) judge("writes");
    const isLately = broken.some(({ region }) => region === writer);
    if (!isLately && !this.#takesWrites(writer)) {
      violations.push({
        invariant: "recoveredMeansWriter",
        message: `${incident} is closed as recovered while the writer in ${writer} takes no writes`,
      });
    }
    return violations;
  }

  /**
   * What is shown to have left is sent there from nowhere. What is not shown nobody was seen to be sent to: a vantage that
   * is heard, and is served there by a Region that says its name, is still there.
   */
  #judgeTraffic({ incident, region: acting, detail }: TimelineEvent): readonly Violation[] {
    const { plan, traffic, regions, clock, headerForms } = this.#world;
    const failed = this.#ledger.failedRegionOf(incident);
    if (failed === null || this.#worsenedLately()) return [];
    // Whose endpoint has just come back is answered until the switch, thrown meanwhile, has had its time.
    if (clock.now() - (this.#bettered.get(failed) ?? Number.NEGATIVE_INFINITY) < switchedWithinMs) return [];
    const evidence = detail.evidence as { readonly traffic?: unknown } | undefined;
    const isShown = evidence?.traffic !== "notShown";
    const saysItsName = (headerForms.get(failed) ?? "region") === "region" && regions.health(failed) === "up";
    const sent = vantagesOf(plan).filter(
      (vantage) =>
        regions.runs(vantage) &&
        traffic.dns.answer(vantage) === failed &&
        (isShown || (saysItsName && this.#sight.isHeard(vantage, acting, clock.now()))),
    );
    if (sent.length === 0) return [];
    const message = `${incident} says that traffic has left ${failed}, and DNS sends ${sent.join(", ")} there`;
    return [{ invariant: "trafficDoneMeansGone", message }];
  }

  #judgeDatabase({ incident, detail }: TimelineEvent): readonly Violation[] {
    const writer = this.#world.writerRegion();
    if (writer === null || this.#worsenedLately()) return [];
    const { promotedRegion } = detail;
    const isTrue =
      typeof promotedRegion === "string"
        ? writer === promotedRegion && this.#takesWrites(writer)
        : writer !== this.#ledger.failedRegionOf(incident);
    if (isTrue) return [];
    const message = `${incident} says that ${promotedRegion ?? "a Region that did not fail"} is the writer, and ${writer} is`;
    return [{ invariant: "databaseDoneMeansWriter", message }];
  }

  #takesWrites(region: string): boolean {
    return this.#world.rds?.acceptingWrites.includes(region) ?? true;
  }

  #worsenedLately(): boolean {
    const now = this.#world.clock.now();
    return this.#worsened.some(({ at }) => now - at <= lookMs);
  }
}
