import { requestedEventType } from "../functions/assess/signal.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { machineArn, type Place, reportBucketName, tableArn } from "./names.ts";
import { raisesGroups, readsGroups } from "./permissions/capacity.ts";
import {
  describesTables,
  keepsLostWrites,
  movesTheWriter,
  readsLagEverywhere,
  readsTheDatabase,
} from "./permissions/data.ts";
import { readsTheCoordinationItem } from "./permissions/records.ts";
import {
  coordinationTable,
  itemsUnder,
  ofAnyIncident,
  type Permission,
  type Rule,
  sends,
  type Subject,
} from "./permissions/statement.ts";
import { throwsTheSwitch } from "./permissions/traffic.ts";

/**
 * What people may do in AWS, by what they do: the commands of docs/runbook.md take these, and no more. The rules for what
 * people do in the controller's place are those of its functions.
 */
export type PeoplesTask = "start" | "approve" | "readTimeline" | "readReports" | "pause" | "return" | "byHand";

const table: Readonly<Record<PeoplesTask, readonly Rule[]>> = {
  start: [startsTheMachines, requestsFailovers, followsExecutions],
  approve: [readsQuestions, answers],
  readTimeline: [listsExecutions, followsExecutions, readsTheRecords, readsTheCoordinationItem, readsReports],
  readReports: [readsReports],
  pause: [readsTheCoordinationItem, writesTheCoordinationItem("PutItem", "UpdateItem")],
  return: [
    readsGroups,
    readsTheDatabase,
    readsLagEverywhere,
    describesTables,
    readsTheCoordinationItem,
    writesTheCoordinationItem("UpdateItem"),
    throwsTheSwitch("return"),
    movesTheWriter("SwitchoverGlobalCluster"),
    raisesGroups,
    keepsLostWrites,
  ],
  byHand: [
    throwsTheSwitch("evacuate"),
    readsGroups,
    raisesGroups,
    readsTheDatabase,
    readsLagEverywhere,
    movesTheWriter("FailoverGlobalCluster", "SwitchoverGlobalCluster"),
  ],
};

/**
 * What somebody may do for a task, in every Region of the plan.
 * @param place account and partition of the deployment; its Region makes no difference
 */
export function peoplesPermissions(task: PeoplesTask, plan: Plan, place: Place): readonly Permission[] {
  return table[task].flatMap((rule) => rule({ plan, place }));
}

function placesOf({ plan, place }: Subject): readonly Place[] {
  return plan.regions.map(({ name: region }) => ({ ...place, region }));
}

function machines(subject: Subject): readonly string[] {
  return placesOf(subject).map((each) => machineArn(subject.plan, each));
}

function recordsCopies(subject: Subject): readonly string[] {
  return placesOf(subject).map((each) => tableArn(subject.plan.recordsTable, each));
}

function startsTheMachines(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["states:StartExecution"],
      resources: machines(subject),
      reason: "Starts a failover or a retry, in any Region",
    },
  ];
}

/** The same by an event: whoever may start may ask, and as nobody else. */
function requestsFailovers(subject: Subject): readonly Permission[] {
  return placesOf(subject).map((place) =>
    sends({ ...subject, place }, requestedEventType, "Asks for a failover by an event"),
  );
}

function listsExecutions(subject: Subject): readonly Permission[] {
  return [{ actions: ["states:ListExecutions"], resources: machines(subject), reason: "Finds the last executions" }];
}

/** Not the history: that has task tokens. */
function followsExecutions(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["states:DescribeExecution"],
      resources: machines(subject).map((arn) => `${arn.replace(":stateMachine:", ":execution:")}:*`),
      reason: "Reads how an execution ended; its name is made up when it starts",
    },
  ];
}

function readsQuestions(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:GetItem", "dynamodb:Query"],
      resources: recordsCopies(subject),
      conditions: itemsUnder(...ofAnyIncident(subject.plan, "approval")),
      reason: "Reads what is asked, and the task token that answers it",
    },
  ];
}

/**
 * The Service Authorization Reference names no resource for it. Step Functions asks for the state machine all the same:
 * its AccessDenied names that ARN, and the CDK's `grantTaskResponse` was tried so (github.com/aws/aws-cdk/pull/8486).
 */
function answers(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["states:SendTaskSuccess"],
      resources: machines(subject),
      reason: "Answers the question of a run that waits",
    },
  ];
}

function readsTheRecords(subject: Subject): readonly Permission[] {
  const { plan } = subject;
  return [
    {
      actions: ["dynamodb:Query"],
      resources: recordsCopies(subject),
      conditions: itemsUnder(...ofAnyIncident(plan, "incident"), `decisions#${plan.application}`),
      reason: "Reads timelines, and the decisions that opened no incident",
    },
  ];
}

function readsReports(subject: Subject): readonly Permission[] {
  const buckets = placesOf(subject).map((each) => `arn:${each.partition}:s3:::${reportBucketName(subject.plan, each)}`);
  return [
    { actions: ["s3:ListBucket"], resources: buckets, reason: "Finds the reports of runs" },
    { actions: ["s3:GetObject"], resources: buckets.map((arn) => `${arn}/*`), reason: "Reads them" },
  ];
}

/** People change the item by conditional updates; they put only the very first one. */
function writesTheCoordinationItem(...operations: readonly ("PutItem" | "UpdateItem")[]): Rule {
  return (subject) => [
    {
      actions: operations.map((operation) => `dynamodb:${operation}`),
      resources: coordinationTable(subject),
      conditions: itemsUnder(`coordination#${subject.plan.application}`),
      reason: "Changes the coordination item, conditional on its version, at any replica",
    },
  ];
}
