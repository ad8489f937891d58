import { completedRunsKept } from "../../../coordination/rules.ts";
import { knownAlarms } from "../alarms.ts";
import { describeSeconds } from "../duration.ts";
import type { Plan } from "../plan.ts";
import { finding, listed, type PlanFinding, type PlanRule, refuseRepeated, regionNames } from "./finding.ts";

function witnessesAreDistinct(plan: Plan): readonly PlanFinding[] {
  return refuseRepeated("detection.witnesses", plan.detection.witnesses, "must name a witness once: it has one vote");
}

function witnessesStandOutside(plan: Plan): readonly PlanFinding[] {
  const regions = regionNames(plan);
  return plan.detection.witnesses
    .filter((witness) => regions.includes(witness))
    .map((witness) =>
      finding(
        "detection.witnesses",
        witness,
        `must be outside the Regions that serve, which observe anyway: ${listed(regions)}`,
      ),
    );
}

/** A Region is observed by the others and by the witnesses; nobody is a witness to himself. */
function quorumIsOfThoseWhoObserve(plan: Plan): readonly PlanFinding[] {
  const { quorum, witnesses } = plan.detection;
  const observers = plan.regions.length - 1 + witnesses.length;
  const key = "detection.quorum";
  if (quorum > observers) {
    return [finding(key, String(quorum), `must be at most ${observers}, the number of vantages that observe a Region`)];
  }
  if (quorum === 1 && observers > 1) {
    return [
      finding(
        key,
        "1",
        `must be ${observers === 2 ? "2" : `2 to ${observers}`}: ${observers} vantages observe a Region, and the word of one of them is not a quorum`,
      ),
    ];
  }
  return [];
}

function confirmationTakesTwoProbes(plan: Plan): readonly PlanFinding[] {
  const { confirmForSeconds, probeEverySeconds } = plan.detection;
  if (confirmForSeconds > probeEverySeconds) return [];
  return [
    finding(
      "detection.confirmFor",
      describeSeconds(confirmForSeconds),
      `must be longer than detection.probeEvery, ${describeSeconds(probeEverySeconds)}, so that one probe decides nothing`,
    ),
  ];
}

/** Harder to leave than to enter, or a Region that flaps counts as steady in between (FM11). */
function clearingTakesLongerThanConfirming(plan: Plan): readonly PlanFinding[] {
  const { clearForSeconds, confirmForSeconds } = plan.detection;
  if (clearForSeconds > confirmForSeconds) return [];
  return [
    finding(
      "detection.clearFor",
      describeSeconds(clearForSeconds),
      `must be longer than detection.confirmFor, ${describeSeconds(confirmForSeconds)}`,
    ),
  ];
}

function alarmsSuspectThePlansRegions(plan: Plan): readonly PlanFinding[] {
  const regions = regionNames(plan);
  return plan.detection.alarms.flatMap((alarm, index) =>
    regions.includes(alarm.suspects)
      ? []
      : [
          finding(
            `detection.alarms.${index}.suspects`,
            alarm.suspects,
            `must be a Region of the plan: ${listed(regions)}`,
          ),
        ],
  );
}

function alarmsAreNamedOnce(plan: Plan): readonly PlanFinding[] {
  return refuseRepeated(
    "detection.alarms",
    knownAlarms(plan).map((alarm) => alarm.name),
    "must name an alarm once, whatever Region it is in: its name is how it is recognised",
  );
}

/** Runs are counted among those that are remembered: a higher limit would never be reached. */
function dailyLimitCanBeReached(plan: Plan): readonly PlanFinding[] {
  const { maximumRunsPerDay } = plan.detection;
  if (maximumRunsPerDay <= completedRunsKept) return [];
  return [
    finding(
      "detection.maximumRunsPerDay",
      String(maximumRunsPerDay),
      `must be at most ${completedRunsKept}: no more completed runs are remembered`,
    ),
  ];
}

/** Rules about who observes, and about how much it takes to believe them. */
export const detectionRules: readonly PlanRule[] = [
  witnessesAreDistinct,
  witnessesStandOutside,
  quorumIsOfThoseWhoObserve,
  confirmationTakesTwoProbes,
  clearingTakesLongerThanConfirming,
  alarmsSuspectThePlansRegions,
  alarmsAreNamedOnce,
  dailyLimitCanBeReached,
];
