import type { Plan } from "../functions/shared/plan/plan.ts";
import type { FunctionName } from "./functions.ts";
import type { Place } from "./names.ts";
import {
  raisesGroups,
  readsGroups,
  readsInstanceRefreshes,
  readsScalingActivities,
  samplesItsOwnGroup,
} from "./permissions/capacity.ts";
import {
  describesTables,
  movesTheWriter,
  raisesTheWriter,
  readsLagEverywhere,
  readsInstances,
  readsTheDatabase,
  samplesItsOwnClustersSize,
  samplesItsOwnLag,
} from "./permissions/data.ts";
import {
  changesTheCoordinationItem,
  keepsQuestions,
  keepsReports,
  keepsTheTimeline,
  readsObservations,
  readsTheCoordinationItem,
  readsTheTimeline,
  recordsDecisions,
  writesObservations,
} from "./permissions/records.ts";
import type { Permission, Rule } from "./permissions/statement.ts";
import {
  escalates,
  leavesDeadLetters,
  notesWhatPeopleHeard,
  readsWhatPeopleHear,
  sendsQuestions,
  tellsPeople,
} from "./permissions/telling.ts";
import { keepsItsCanary, readsTheSwitch, throwsTheSwitch } from "./permissions/traffic.ts";
import { publishesMetrics, startsTheMachine } from "./permissions/watch.ts";

/**
 * What each function may do in AWS, and why: the whole of it, in one table, computed from the plan. The rules
 * that it names are in permissions/, by what they are about. A function has a role of its own with exactly this. Nothing
 * here depends on the CDK: accounts and partitions may be its tokens or plain text.
 */

/** Every function's permissions, by name, each in the order in which it comes to use them. */
const table: Readonly<Record<FunctionName, readonly Rule[]>> = {
  AssessSignal: [
    readsObservations,
    changesTheCoordinationItem,
    keepsTheTimeline,
    recordsDecisions,
    notesWhatPeopleHeard,
  ],
  ApprovalRequest: [changesTheCoordinationItem, keepsQuestions, keepsTheTimeline, sendsQuestions, notesWhatPeopleHeard],
  ApprovalRecord: [changesTheCoordinationItem, readsObservations, keepsTheTimeline],
  TrafficShift: [changesTheCoordinationItem, keepsTheTimeline, readsObservations, throwsTheSwitch("evacuate")],
  TrafficVerify: [changesTheCoordinationItem, keepsTheTimeline, readsObservations],
  CapacityRaise: [
    changesTheCoordinationItem,
    keepsTheTimeline,
    readsObservations,
    readsGroups,
    readsInstanceRefreshes,
    raisesGroups,
  ],
  CapacityAwait: [
    changesTheCoordinationItem,
    keepsTheTimeline,
    readsObservations,
    readsGroups,
    readsScalingActivities,
    raisesGroups,
  ],
  DatabasePromote: [
    changesTheCoordinationItem,
    keepsTheTimeline,
    readsObservations,
    readsTheDatabase,
    readsInstances,
    readsLagEverywhere,
    movesTheWriter("FailoverGlobalCluster", "SwitchoverGlobalCluster"),
    raisesTheWriter,
  ],
  DatabaseAwait: [
    changesTheCoordinationItem,
    keepsTheTimeline,
    readsObservations,
    readsTheDatabase,
    readsInstances,
    raisesTheWriter,
  ],
  TablesCheck: [keepsTheTimeline, readsObservations, describesTables],
  RecoveryVerify: [changesTheCoordinationItem, keepsTheTimeline, readsObservations],
  TimelineClose: [changesTheCoordinationItem, keepsTheTimeline, notesWhatPeopleHeard],
  TimelineReport: [readsTheTimeline, keepsReports],
  NotifyPeople: [readsWhatPeopleHear, tellsPeople, leavesDeadLetters],
  Watch: [
    readsObservations,
    writesObservations,
    readsTheCoordinationItem,
    samplesItsOwnGroup,
    samplesItsOwnLag,
    samplesItsOwnClustersSize,
    publishesMetrics,
    readsTheSwitch,
    keepsItsCanary,
    startsTheMachine,
    escalates,
  ],
};

/**
 * What a function may do where it runs. What the Lambda service needs of any function, to write logs and traces, is
 * `platformPermissions`.
 * @param place account and partition of the deployment, and the Region in which this function runs
 */
export function permissionsOf(name: FunctionName, plan: Plan, place: Place): readonly Permission[] {
  return table[name].flatMap((rule) => rule({ plan, place }));
}

/** What the Lambda service does in a function's name. @param logGroupArn without `:*` at its end */
export function platformPermissions(logGroupArn: string): readonly Permission[] {
  return [
    {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [`${logGroupArn}:*`],
      reason: "Writes its log: the streams of its own log group, whose names Lambda makes up",
    },
    {
      actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
      resources: ["*"],
      reason: "Sends its traces; X-Ray knows no resource to name for either",
    },
  ];
}
