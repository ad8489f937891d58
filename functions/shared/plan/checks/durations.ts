import { describeSeconds, longestTimeToLiveSeconds } from "../duration.ts";
import type { Plan } from "../plan.ts";
import { finding, type PlanFinding, type PlanRule } from "./finding.ts";

/** Nothing here is meant to last longer, and a slip of the pen (`P10D` for `PT10S`) is caught. */
const longestSeconds = 7 * 86_400;

/** What one run polls for in bounded rounds: 20 rounds of two minutes, which it has at least, cover it (statemachines/failover.asl.json). */
const longestDeadlineSeconds = 30 * 60;
/** Nobody who was told answers later than this. */
const longestApprovalSeconds = 2 * 3_600;
/**
 * The wait includes the function that asks, which may run for three minutes (infra/functions.ts). What is left is for
 * somebody to read the question.
 */
export const shortestApprovalSeconds = 5 * 60;
/**
 * The watch is invoked once a minute and makes only rounds that end within it; a heartbeat is a sign of life for 45 s
 * (assess/evidence.ts), in which two rounds must fit, or a healthy Region would be given up for lost between them.
 */
export const longestProbeEverySeconds = 20;
/** TimeoutSeconds of statemachines/failover.asl.json. */
export const longestRunSeconds = 21_600;
/** Of these, what a run needs besides its waits: functions, their retries, traffic and capacity before the verification. */
const workSeconds = 3_600;
/** Whether to evacuate, and twice whether to promote (`$promotions < 3` in the state machine). */
const questionsOf = (plan: Plan) => (plan.database === null ? 1 : 3);

/** Aurora's lag is a metric of one-minute periods: a younger sample is not to be had. */
const lagMetricPeriodSeconds = 60;

interface Limits {
  readonly key: string;
  readonly seconds: number;
  readonly least: number;
  /** @default a week */
  readonly most?: number;
}

/** Every duration of the plan. Where zero means something (`cooldown: PT0S` is none), zero is allowed. */
function limitsOf(plan: Plan): readonly Limits[] {
  const { traffic, database, coordination, detection, capacity, automation, recovery, objectives } = plan;
  const limits: Limits[] = [
    { key: "traffic.timeToLive", seconds: traffic.timeToLiveSeconds, least: 1, most: longestTimeToLiveSeconds },
    { key: "coordination.lease", seconds: coordination.leaseSeconds, least: 1 },
    {
      key: "detection.probeEvery",
      seconds: detection.probeEverySeconds,
      least: 1,
      most: longestProbeEverySeconds,
    },
    { key: "detection.confirmFor", seconds: detection.confirmForSeconds, least: 1 },
    { key: "detection.disputeFor", seconds: detection.disputeForSeconds, least: 0 },
    { key: "detection.clearFor", seconds: detection.clearForSeconds, least: 1 },
    { key: "detection.maximumEventAge", seconds: detection.maximumEventAgeSeconds, least: 1 },
    { key: "detection.cooldown", seconds: detection.cooldownSeconds, least: 0 },
    { key: "capacity.maximumSampleAge", seconds: capacity.maximumSampleAgeSeconds, least: detection.probeEverySeconds },
    { key: "capacity.deadline", seconds: capacity.deadlineSeconds, least: 1, most: longestDeadlineSeconds },
    {
      key: "automation.approval.timeout",
      seconds: automation.approval.timeoutSeconds,
      least: shortestApprovalSeconds,
      most: longestApprovalSeconds,
    },
    { key: "recovery.soak", seconds: recovery.soakSeconds, least: 1 },
    { key: "recovery.deadline", seconds: recovery.deadlineSeconds, least: 1, most: longestDeadlineSeconds },
    { key: "objectives.recoveryTime", seconds: objectives.recoveryTimeSeconds, least: 1 },
    { key: "objectives.recoveryPoint", seconds: objectives.recoveryPointSeconds, least: 0 },
  ];
  if (database === null) return limits;
  return [
    ...limits,
    { key: "database.dataLossBudget", seconds: database.dataLossBudgetSeconds, least: 0 },
    { key: "database.maximumLagAge", seconds: database.maximumLagAgeSeconds, least: lagMetricPeriodSeconds },
    { key: "database.deadline", seconds: database.deadlineSeconds, least: 1, most: longestDeadlineSeconds },
  ];
}

function durationsAreOfUse(plan: Plan): readonly PlanFinding[] {
  return limitsOf(plan)
    .filter(({ seconds, least, most = longestSeconds }) => seconds < least || seconds > most)
    .map(({ key, seconds, least, most = longestSeconds }) =>
      finding(
        key,
        describeSeconds(seconds),
        `must be ${describeSeconds(least)} or more, and ${describeSeconds(most)} or less`,
      ),
    );
}

function soakFitsIntoItsDeadline(plan: Plan): readonly PlanFinding[] {
  const { soakSeconds, deadlineSeconds } = plan.recovery;
  if (soakSeconds < deadlineSeconds) return [];
  return [
    finding(
      "recovery.soak",
      describeSeconds(soakSeconds),
      `must be shorter than recovery.deadline, ${describeSeconds(deadlineSeconds)}`,
    ),
  ];
}

/** A run whose questions are all answered at the last moment must still be verified and closed. */
function questionsFitIntoARun(plan: Plan): readonly PlanFinding[] {
  const { timeoutSeconds } = plan.automation.approval;
  const waits = (plan.database?.deadlineSeconds ?? 0) + plan.recovery.deadlineSeconds + workSeconds;
  const questions = questionsOf(plan);
  const most = Math.floor((longestRunSeconds - waits) / questions);
  if (timeoutSeconds <= most || timeoutSeconds > longestApprovalSeconds) return [];
  return [
    finding(
      "automation.approval.timeout",
      describeSeconds(timeoutSeconds),
      `must be ${describeSeconds(most)} or less: ${questions === 1 ? "a question" : `${questions} questions`}, the deadlines of database and recovery, and an hour for the work must fit into the ${describeSeconds(longestRunSeconds)} of a run`,
    ),
  ];
}

/** Confirming comes first, and resolvers keep the old answer for a time to live: nobody recovers sooner. */
function recoveryTimeCanBeMet(plan: Plan): readonly PlanFinding[] {
  const { recoveryTimeSeconds } = plan.objectives;
  const least = plan.detection.confirmForSeconds + plan.traffic.timeToLiveSeconds;
  if (recoveryTimeSeconds > least) return [];
  return [
    finding(
      "objectives.recoveryTime",
      describeSeconds(recoveryTimeSeconds),
      `must be longer than detection.confirmFor and traffic.timeToLive together, ${describeSeconds(least)}, or it cannot be met`,
    ),
  ];
}

/** Rules about how long things take. */
export const durationRules: readonly PlanRule[] = [
  durationsAreOfUse,
  soakFitsIntoItsDeadline,
  questionsFitIntoARun,
  recoveryTimeCanBeMet,
];
