import type { Incident } from "../../functions/coordination/item.ts";
import { maximumTakeovers } from "../../functions/coordination/rules.ts";
import { parseInstant } from "../../functions/shared/clock.ts";
import type { FiredFault } from "../aws/network.ts";
import type { PutQuestion } from "../people.ts";
import type { Violation } from "../result.ts";
import type { World } from "../world.ts";
import type { Authority } from "./authority.ts";
import type { HealthHistory } from "./health-history.ts";
import type { Ledger } from "./ledger.ts";

/**
 * Three passes end a vantage's failing streak, a reader of old words waits for three rounds, the watch asks for an execution
 * once a minute, and that has to run to its end: within this all of it is over, after the plan's `clearFor`.
 */
const noticedAndClosedMs = 150_000;
/** What stands between a ground that is gone and the end of its question. */
const hindering = new Set(["Watch", "AssessSignal", "TimelineClose"]);

const promotionAsked = new Set(["RequestPromotion"]);

interface Judges {
  readonly ledger: Ledger;
  readonly authority: Authority;
  readonly history: HealthHistory;
}

/** FM69: no question stays open about a Region that serves its customers, and has long been seen to. */
export class OpenQuestions {
  readonly #world: World;
  readonly #judges: Judges;
  /** When something last gave a reason to doubt any Region, or to be slow in noticing that there is none. */
  #doubtedAt = Number.NEGATIVE_INFINITY;
  readonly #ofDarkness = new Set<PutQuestion>();
  #questionsSeen = 0;

  constructor(world: World, judges: Judges) {
    this.#world = world;
    this.#judges = judges;
  }

  /** Called once a simulated second at least. */
  judge(): readonly Violation[] {
    const { clock, plan, regions, customers, people, network } = this.#world;
    const { ledger, authority, history } = this.#judges;
    const now = clock.now();
    // Whoever is gray or cut off, or has changed of late, may honestly see what nobody else does.
    const isCalm = plan.regions.every(({ name }) => regions.health(name) === "up" || regions.health(name) === "dark");
    const isFaltering = plan.regions.some(({ name }) => regions.runs(name) && customers.servedShare(name) < 1);
    if (!isCalm || isFaltering || history.links.anyCutSince(now)) this.#doubtedAt = now;
    this.#noteDarkness();
    const incident = ledger.item?.incident ?? null;
    if (incident === null || regions.health(incident.failedRegion) !== "up") return [];
    const asked = people.questions.findLast((question) => question.incident === incident.id);
    if (asked === undefined || !(incident.question === null ? this.#asksOfDarkness(asked) : isOfEvacuation(asked)))
      return [];
    const tenure = ledger.tenures.findLast((each) => each.incident === incident.id);
    if (tenure === undefined || authority.isPersons(tenure) || this.#isLeftToPeople(incident)) return [];
    if (people.answers.some(({ question: { token } }) => token === asked.token)) return [];
    // Somebody must be there to notice, and the table of the lease with them.
    if (!this.#world.canBeTakenOver()) this.#doubtedAt = now;
    const hindered = network.firedFaults.findLast(isHindrance)?.at ?? Number.NEGATIVE_INFINITY;
    const since = Math.max(asked.at, this.#doubtedAt, hindered, history.changes.at(-1) ?? Number.NEGATIVE_INFINITY);
    if (now - since <= plan.detection.clearForSeconds * 1_000 + noticedAndClosedMs) return [];
    const message = `The question of ${incident.id} is open although ${incident.failedRegion} serves and is seen to`;
    return [{ invariant: "questionsEnd", message }];
  }

  /** Whether automation may not, or has done so too often already. */
  #isLeftToPeople({ takeovers, question }: Incident): boolean {
    const pause = this.#judges.ledger.item?.pause;
    // To close a question changes nothing, so that no pause holds it back; to look anew at a database may.
    const isPaused = pause != null && parseInstant(pause.until) > this.#world.clock.now();
    return takeovers >= maximumTakeovers || (question === null && isPaused);
  }

  /** Which of the questions were put while the Region that they are about was dark. */
  #noteDarkness(): void {
    const { people, regions } = this.#world;
    for (; this.#questionsSeen < people.questions.length; this.#questionsSeen++) {
      const question = people.questions[this.#questionsSeen] as PutQuestion;
      const region = this.#judges.ledger.failedRegionOf(question.incident);
      if (region !== null && regions.health(region) === "dark") this.#ofDarkness.add(question);
    }
  }

  /** Whether it is about giving up a primary that was dark, and its execution still waits for the answer. */
  #asksOfDarkness(question: PutQuestion): boolean {
    if (question.stated?.kind !== "failover" || !this.#ofDarkness.has(question)) return false;
    const { item } = this.#judges.ledger;
    const execution = this.#world.stepFunctions.executions.find(({ arn }) => arn === item?.lease?.execution);
    return item?.epoch === question.epoch && execution?.isIn(promotionAsked) === true;
  }
}

function isOfEvacuation({ stated }: PutQuestion): boolean {
  return stated?.kind === "evacuation";
}

/** One call that fails is made again in the next round; a function that dies or stands still, or may not, is slower. */
function isHindrance({ functionName, kind }: FiredFault): boolean {
  const passes: readonly FiredFault["kind"][] = ["throttle", "lostRequest", "lostResponse", "serverError", "slow"];
  return hindering.has(functionName) && !passes.includes(kind);
}
