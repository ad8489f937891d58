import { findThirdOpinion } from "../../functions/shared/plan/plan.ts";
import type { CallRecord } from "../aws/network.ts";
import type { PutQuestion, Stated } from "../people.ts";
import type { World } from "../world.ts";
import type { Ledger, Tenure } from "./ledger.ts";
import { Silence } from "./silence.ts";
import type { Sight } from "./sight.ts";

/** Describing a loss rounds it: to a tenth of a second, or to a second above a minute. */
const roundingSeconds = 1;
/** An execution's wait ends by its own clock; between that and the first change other steps lie. */
const waitErrorMs = 1_000;

/** What a change is part of, as the plan's `automation` names it. */
export type Part = "traffic" | "capacity" | "database";

export function partOf({ service }: Pick<CallRecord, "service">): Part {
  if (service === "rds") return "database";
  return service === "autoscaling" ? "capacity" : "traffic";
}

/**
 * On whose word a change was made, by the world's own record of what people did and said. An answer counts for the incident
 * and epoch whose question it answered, for the Region and the loss that the question's sentence named, and for no more.
 */
export class Authority {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #silence: Silence;

  constructor(world: World, ledger: Ledger, sight: Sight) {
    this.#world = world;
    this.#ledger = ledger;
    this.#silence = new Silence(world, sight);
  }

  /** Whether a person started this run or took it over, under this epoch or an earlier one of the incident. */
  isPersons({ incident, failedRegion, epoch }: Tenure): boolean {
    return this.#world.people.starts.some(
      ({ execution, asks }) =>
        (asks.kind === "retry" ? asks.incident === incident : asks.region === failedRegion) &&
        this.#ledger.tenures.some(
          (each) => each.execution === execution && each.incident === incident && each.epoch <= epoch,
        ),
    );
  }

  /** Whether the evacuation was agreed to: under this epoch, or under an earlier one and not asked about again. */
  isEvacuationAgreed(tenure: Tenure): boolean {
    const questions = this.#questions(tenure, ({ epoch }) => epoch <= tenure.epoch).filter(
      ({ stated }) => stated?.kind === "evacuation",
    );
    const last = Math.max(...questions.map(({ epoch }) => epoch));
    return questions.some((question) => question.epoch === last && this.#isAgreed(question, tenure, "evacuation"));
  }

  /** Whether a person said yes to it under this very epoch: what a takeover finds may be another matter. */
  isEvacuationApprovedNow(tenure: Tenure): boolean {
    return this.evacuationAskedAt(tenure) !== null;
  }

  /** When the evacuation was put to a person who then said yes to it under this epoch; null where nobody did. */
  evacuationAskedAt(tenure: Tenure): number | null {
    const asked = this.#questions(tenure, ({ epoch }) => epoch === tenure.epoch);
    const agreed = asked.find((question) => question.stated?.kind === "evacuation" && this.#isApproved(question));
    return agreed?.at ?? null;
  }

  /** Whether the promotion of `target` was agreed to, by silence too where the plan takes silence for that. */
  isPromotionAgreed(tenure: Tenure, target: string, silence: "counts" | "never"): boolean {
    return this.#promotions(tenure, target).some(
      (question) =>
        this.#isApproved(question) ||
        (silence === "counts" &&
          this.#isWithinBudget(question.stated) &&
          this.#isAgreed(question, tenure, "promotion")),
    );
  }

  /** Whether a person said yes to giving up so many seconds of writes for `target`; null: whatever the amount. */
  isLossApproved(tenure: Tenure, target: string, lossSeconds: number | null): boolean {
    const unseen = this.#world.plan.database?.maximumLagAgeSeconds ?? 0;
    return this.#promotions(tenure, target).some((question) => {
      const { stated } = question;
      if (stated?.kind !== "failover" || !this.#isApproved(question)) return false;
      if (stated.lossSeconds === null || lossSeconds === null) return true;
      return lossSeconds <= stated.lossSeconds + unseen + roundingSeconds;
    });
  }

  /** Whether a person said yes to `target` becoming the writer, told that the cluster in `other` may take writes as well. */
  isSecondWriterApproved(tenure: Tenure, target: string, other: string): boolean {
    return this.#promotions(tenure, target).some(
      (question) =>
        question.stated !== null &&
        "beside" in question.stated &&
        question.stated.beside?.includes(other) === true &&
        this.#isApproved(question),
    );
  }

  /** What is wrong with a change under the plan's levels; null when nothing is. */
  judge(call: CallRecord, tenure: Tenure, target: string | null): "observeChangesNothing" | "askedBeforeChange" | null {
    const { automation } = this.#world.plan;
    const part = partOf(call);
    const isPersons = this.isPersons(tenure);
    if (!isPersons && (automation.traffic === "observe" || automation[part] === "observe")) {
      return "observeChangesNothing";
    }
    const asksFirst =
      automation.traffic === "approve" || automation[part === "database" ? "traffic" : part] === "approve";
    if (!isPersons && asksFirst && !this.isEvacuationAgreed(tenure)) return "askedBeforeChange";
    const asksForDatabase = part === "database" && automation.database !== "automatic";
    return asksForDatabase && target !== null && !this.isPromotionAgreed(tenure, target, "counts")
      ? "askedBeforeChange"
      : null;
  }

  /** Whether two Regions are all that look on, so that a promotion takes a person's own word. */
  isWitnessMissing(): boolean {
    return findThirdOpinion(this.#world.plan) === "absent";
  }

  #questions({ incident }: Tenure, wanted: (question: PutQuestion) => boolean): readonly PutQuestion[] {
    return this.#world.people.questions.filter((question) => question.incident === incident && wanted(question));
  }

  #promotions(tenure: Tenure, target: string): readonly PutQuestion[] {
    return this.#questions(
      tenure,
      ({ epoch, stated }) =>
        epoch === tenure.epoch && stated !== null && "target" in stated && stated.target === target,
    );
  }

  #isApproved({ token }: PutQuestion): boolean {
    return this.#world.people.answers.some(({ question, approved }) => question.token === token && approved);
  }

  /**
   * Approved, or left unanswered for as long as the plan says, where it then goes on: with an evacuation only if automation
   * would have begun it then, and never if the question itself said that the Region serves.
   */
  #isAgreed(question: PutQuestion, tenure: Tenure, of: "evacuation" | "promotion"): boolean {
    const { people, plan, clock, stepFunctions } = this.#world;
    if (this.#isApproved(question)) return true;
    const { onNoAnswer, timeoutSeconds } = plan.automation.approval;
    const isAnswered = people.answers.some(({ question: { token } }) => token === question.token);
    if (onNoAnswer !== "proceed" || isAnswered || (of === "promotion" && this.isWitnessMissing())) return false;
    const asking = this.#ledger.tenures.find(
      ({ incident, epoch }) => incident === tenure.incident && epoch === question.epoch,
    );
    if (of === "evacuation") {
      if (question.says === "itServes" || asking === undefined || !this.#silence.isWarranted(asking)) return false;
    }
    const execution = stepFunctions.executions.find(({ arn }) => arn === asking?.execution);
    const state = of === "evacuation" ? "RequestApproval" : "RequestPromotion";
    const askedAt = execution?.states.find((visited) => visited.state === state)?.enteredAt ?? question.at;
    return clock.now() >= askedAt + timeoutSeconds * 1_000 - waitErrorMs;
  }

  #isWithinBudget(stated: Stated | null): boolean {
    const budget = this.#world.plan.database?.dataLossBudgetSeconds ?? 0;
    if (stated?.kind !== "failover") return stated?.kind === "switchover";
    return stated.lossSeconds !== null && stated.lossSeconds <= budget + roundingSeconds;
  }
}
