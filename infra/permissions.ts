import { approvalEventType } from "../functions/approval/events.ts";
import { escalationEventType, escalationPartition } from "../functions/escalation/records.ts";
import type { DatabasePlan, Plan } from "../functions/shared/plan/plan.ts";
import { timelineEventSource, timelineEventType } from "../functions/timeline/event.ts";
import { canaryKey, evacuationKey, evacuationPrefix } from "../functions/traffic/switch-objects.ts";
import { metricNamespace } from "../functions/watch/metrics.ts";
import type { FunctionName } from "./functions.ts";
import {
  deadLettersArn,
  defaultBusArn,
  machineArn,
  type Place,
  reportBucketName,
  tableArn,
  topicArn,
} from "./names.ts";

/**
 * What each function may do in AWS, and why: the whole of it, in one table, computed from the plan. A function has a role
 * of its own with exactly this. Nothing here depends on the CDK: accounts and partitions may be its tokens or plain text.
 */

/** One statement of a function's policy. */
export interface Permission {
  /** `service:Action`; never with a wildcard. */
  readonly actions: readonly string[];
  /** ARNs; "*" only where the API knows no other, and then the reason says so. */
  readonly resources: readonly string[];
  /** IAM condition operators by name. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  /** What the function needs it for. */
  readonly reason: string;
}

/** Whose permissions: the plan, and the Region in which the function runs. */
export interface Subject {
  readonly plan: Plan;
  readonly place: Place;
}

export type Rule = (subject: Subject) => readonly Permission[];

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
    readsLagEverywhere,
    movesTheWriter("FailoverGlobalCluster", "SwitchoverGlobalCluster"),
  ],
  DatabaseAwait: [changesTheCoordinationItem, keepsTheTimeline, readsTheDatabase],
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

/** Only the application's own items, also where a table holds those of others. */
export function itemsUnder(...partitionKeys: readonly string[]): NonNullable<Permission["conditions"]> {
  return { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": partitionKeys } };
}

/** Partition keys of all incidents there may be: an incident is named after application, Region and epoch. */
export function ofAnyIncident(plan: Plan, kind: "incident" | "approval"): readonly string[] {
  return plan.regions.map(({ name }) => `${kind}#${plan.application}-${name}-e*`);
}

export function coordinationTable({ plan, place }: Subject): readonly string[] {
  return plan.coordination.regions.map((region) => tableArn(plan.coordination.table, { ...place, region }));
}

function recordsTable({ plan, place }: Subject): readonly string[] {
  return [tableArn(plan.recordsTable, place)];
}

export function readsTheCoordinationItem(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:GetItem"],
      resources: coordinationTable(subject),
      conditions: itemsUnder(`coordination#${subject.plan.application}`),
      reason: "Reads the coordination item at whichever replica answers",
    },
  ];
}

function changesTheCoordinationItem(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:GetItem", "dynamodb:PutItem"],
      resources: coordinationTable(subject),
      conditions: itemsUnder(`coordination#${subject.plan.application}`),
      reason: "Proves and renews the lease by compare-and-set, at whichever replica answers",
    },
  ];
}

function readsObservations(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:Query"],
      resources: recordsTable(subject),
      conditions: itemsUnder("observations"),
      reason: "Reads what every vantage saw, from its own Region's copy",
    },
  ];
}

function writesObservations(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:PutItem"],
      resources: recordsTable(subject),
      conditions: itemsUnder("observations"),
      reason: "Writes what this vantage saw, which is its heartbeat too",
    },
  ];
}

function keepsTheTimeline(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:PutItem", "dynamodb:Query"],
      resources: recordsTable(subject),
      conditions: itemsUnder(...ofAnyIncident(subject.plan, "incident")),
      reason: "Appends to the timeline of the incident and reads it back",
    },
    sends(subject, timelineEventType, "Tells listeners of what the timeline says"),
  ];
}

function readsTheTimeline(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:Query"],
      resources: recordsTable(subject),
      conditions: itemsUnder(...ofAnyIncident(subject.plan, "incident")),
      reason: "Reads the timeline of the incident that has closed",
    },
  ];
}

function keepsReports({ plan, place }: Subject): readonly Permission[] {
  const bucket = `arn:${place.partition}:s3:::${reportBucketName(plan, place)}`;
  return [
    {
      actions: ["s3:PutObject"],
      resources: plan.regions.map(({ name }) => `${bucket}/${plan.application}-${name}-e*`),
      reason: "Keeps reports, each in a folder of its incident",
    },
  ];
}

function readsWhatPeopleHear(subject: Subject): readonly Permission[] {
  const { plan } = subject;
  return [
    {
      actions: ["dynamodb:GetItem"],
      resources: recordsTable(subject),
      conditions: itemsUnder(
        ...ofAnyIncident(plan, "incident"),
        ...ofAnyIncident(plan, "approval"),
        `decisions#${plan.application}`,
        `escalations#${plan.application}`,
      ),
      reason: "Reads the record that an event names, which is what people are told",
    },
  ];
}

function tellsPeople({ plan, place }: Subject): readonly Permission[] {
  return [
    {
      actions: ["sns:Publish"],
      resources: [topicArn(plan, place)],
      reason: "Tells people; that SNS may encrypt it is in the policy of the topic's key",
    },
  ];
}

function leavesDeadLetters({ plan, place }: Subject): readonly Permission[] {
  return [
    {
      actions: ["sqs:SendMessage"],
      resources: [deadLettersArn(plan, place)],
      reason: "Lambda leaves an event there, in the function's name, with which every try failed",
    },
  ];
}

function recordsDecisions(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:PutItem"],
      resources: recordsTable(subject),
      conditions: itemsUnder(`decisions#${subject.plan.application}`),
      reason: "Records decisions that open no incident",
    },
  ];
}

function keepsQuestions(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:PutItem"],
      resources: recordsTable(subject),
      conditions: itemsUnder(...ofAnyIncident(subject.plan, "approval")),
      reason: "Keeps the question and its task token, so that it can be answered",
    },
  ];
}

function sendsQuestions(subject: Subject): readonly Permission[] {
  return [sends(subject, approvalEventType, "Tells people that they are asked")];
}

export function sends({ place }: Subject, detailType: string, reason: string): Permission {
  return {
    actions: ["events:PutEvents"],
    resources: [defaultBusArn(place)],
    // A request carries several events, so that the keys have several values: each of them must be as said.
    conditions: {
      "ForAllValues:StringEquals": { "events:source": timelineEventSource, "events:detail-type": detailType },
    },
    reason,
  };
}

/** Which way the traffic switch is thrown: a Region out of DNS, or back into it. */
export type SwitchWay = "evacuate" | "return";

/** What is done with the object that evacuates a Region. */
const objectActions = { evacuate: "s3:PutObject", return: "s3:DeleteObject" } as const satisfies Record<
  SwitchWay,
  string
>;

const switchReasons: Readonly<Record<SwitchWay, Readonly<Record<Plan["traffic"]["switch"]["kind"], string>>>> = {
  evacuate: {
    healthCheck: "Evacuates a Region: writes its object to the survivors' buckets",
    routingControl: "Evacuates a Region: turns its routing control off",
    record: "Reads which Regions are evacuated; evacuates a Region: inverts its health check",
  },
  return: {
    healthCheck: "Gives a Region its traffic back: deletes its object from the other Regions' buckets",
    routingControl: "Gives a Region its traffic back: turns its routing control on",
    record: "Reads which Regions are evacuated; gives a Region its traffic back: inverts its health check no more",
  },
};

/** One Region's bucket holds the objects that evacuate the others, never its own. */
export function throwsTheSwitch(way: SwitchWay): Rule {
  return ({ plan, place }) => {
    const { switch: chosen } = plan.traffic;
    const reason = switchReasons[way][chosen.kind];
    switch (chosen.kind) {
      case "healthCheck": {
        const buckets = Object.entries(chosen.buckets).map(
          ([region, bucket]) => [region, `arn:${place.partition}:s3:::${bucket}`] as const,
        );
        return [
          {
            actions: ["s3:ListBucket"],
            resources: buckets.map(([, arn]) => arn),
            conditions: { StringEquals: { "s3:prefix": evacuationKey("") } },
            reason: "Reads which Regions are evacuated, before and after",
          },
          {
            actions: [objectActions[way]],
            resources: buckets.flatMap(([region, arn]) =>
              plan.regions.filter(({ name }) => name !== region).map(({ name }) => `${arn}/${evacuationKey(name)}`),
            ),
            reason,
          },
        ];
      }
      case "routingControl":
        return [
          {
            actions: ["route53-recovery-cluster:ListRoutingControls"],
            resources: ["*"],
            reason: "Reads which Regions are evacuated; the API knows no resource to name for it",
          },
          {
            actions: ["route53-recovery-cluster:UpdateRoutingControlState"],
            resources: Object.values(chosen.controls),
            reason,
          },
        ];
      case "record":
        return [
          {
            actions: ["route53:GetHealthCheck", "route53:UpdateHealthCheck"],
            resources: Object.values(chosen.healthChecks).map(
              (id) => `arn:${place.partition}:route53:::healthcheck/${id}`,
            ),
            reason,
          },
        ];
    }
  };
}

/** Each vantage reads the switch from where it is: of buckets its own alone, which a witness has none of. */
function readsTheSwitch({ plan, place }: Subject): readonly Permission[] {
  const { switch: chosen } = plan.traffic;
  switch (chosen.kind) {
    case "healthCheck": {
      const bucket = chosen.buckets[place.region];
      if (bucket === undefined) return [];
      return [
        {
          actions: ["s3:ListBucket"],
          resources: [`arn:${place.partition}:s3:::${bucket}`],
          conditions: { StringEquals: { "s3:prefix": evacuationPrefix } },
          reason: "Reads which Regions its own bucket holds out of DNS",
        },
      ];
    }
    case "routingControl":
      return [
        {
          actions: ["route53-recovery-cluster:ListRoutingControls"],
          resources: ["*"],
          reason: "Reads which Regions are out of DNS; the API knows no resource to name for it",
        },
      ];
    case "record":
      return [
        {
          actions: ["route53:GetHealthCheck"],
          resources: Object.values(chosen.healthChecks).map(
            (id) => `arn:${place.partition}:route53:::healthcheck/${id}`,
          ),
          reason: "Reads which Regions are out of DNS",
        },
      ];
  }
}

function keepsItsCanary({ plan, place }: Subject): readonly Permission[] {
  const { switch: chosen } = plan.traffic;
  const bucket = chosen.kind === "healthCheck" ? chosen.buckets[place.region] : undefined;
  if (bucket === undefined) return [];
  return [
    {
      actions: ["s3:PutObject"],
      resources: [`arn:${place.partition}:s3:::${bucket}/${canaryKey}`],
      reason: "Writes its own bucket's canary anew where it is missing: an object that evacuates nobody",
    },
  ];
}

/** "*" is all that Auto Scaling's Describe actions take; the Regions, at least, can be named. */
function describesGroups(action: string, regions: readonly string[], purpose: string): readonly Permission[] {
  if (regions.length === 0) return [];
  return [
    {
      actions: [`autoscaling:${action}`],
      resources: ["*"],
      conditions: { StringEquals: { "aws:RequestedRegion": regions } },
      reason: `${purpose}; the API knows no resource to name for it`,
    },
  ];
}

function regionsWithGroups(plan: Plan): readonly string[] {
  return plan.regions.filter(({ autoScalingGroup }) => autoScalingGroup !== null).map(({ name }) => name);
}

export function readsGroups({ plan }: Subject): readonly Permission[] {
  return describesGroups("DescribeAutoScalingGroups", regionsWithGroups(plan), "Reads the survivors' groups");
}

function readsScalingActivities({ plan }: Subject): readonly Permission[] {
  const purpose = "Reads why instances do not come";
  return describesGroups("DescribeScalingActivities", regionsWithGroups(plan), purpose);
}

function readsInstanceRefreshes({ plan }: Subject): readonly Permission[] {
  const purpose = "Reads whether a deployment is replacing instances";
  return describesGroups("DescribeInstanceRefreshes", regionsWithGroups(plan), purpose);
}

function samplesItsOwnGroup({ plan, place }: Subject): readonly Permission[] {
  const own = regionsWithGroups(plan).filter((region) => region === place.region);
  return describesGroups("DescribeAutoScalingGroups", own, "Samples the capacity of its own Region");
}

export function raisesGroups({ plan, place }: Subject): readonly Permission[] {
  const groups = plan.regions.flatMap(({ name: region, autoScalingGroup }) =>
    autoScalingGroup === null
      ? []
      : [
          `arn:${place.partition}:autoscaling:${region}:${place.account}:autoScalingGroup:*:autoScalingGroupName/${autoScalingGroup}`,
        ],
  );
  if (groups.length === 0) return [];
  return [
    {
      actions: ["autoscaling:UpdateAutoScalingGroup"],
      resources: groups,
      reason: "Raises the survivors' groups; an ARN holds an identifier that AWS makes up, the group's name is exact",
    },
  ];
}

function withDatabase(rule: (database: DatabasePlan, subject: Subject) => readonly Permission[]): Rule {
  return (subject) => (subject.plan.database === null ? [] : rule(subject.plan.database, subject));
}

function globalClusterArn({ globalCluster }: DatabasePlan, { place }: Subject): string {
  return `arn:${place.partition}:rds::${place.account}:global-cluster:${globalCluster}`;
}

export function readsTheDatabase(subject: Subject): readonly Permission[] {
  return withDatabase((database) => [
    {
      actions: ["rds:DescribeGlobalClusters"],
      resources: [globalClusterArn(database, subject)],
      reason: "Reads who is the writer and what moves",
    },
    {
      actions: ["rds:DescribeDBClusters"],
      resources: Object.values(database.clusters),
      reason: "Reads whether the clusters are available",
    },
  ])(subject);
}

/** @param ways the calls that may be made: a switchover loses nothing, a failover may */
export function movesTheWriter(...ways: readonly ("FailoverGlobalCluster" | "SwitchoverGlobalCluster")[]): Rule {
  return withDatabase((database, subject) => [
    {
      actions: ways.map((way) => `rds:${way}`),
      resources: [globalClusterArn(database, subject), ...Object.values(database.clusters)],
      reason:
        "Makes another cluster the writer; AWS asks for the global cluster and for both clusters that change places",
    },
  ]);
}

function readsLag(regions: readonly string[], purpose: string): readonly Permission[] {
  if (regions.length === 0) return [];
  return [
    {
      actions: ["cloudwatch:GetMetricData"],
      resources: ["*"],
      conditions: { StringEquals: { "aws:RequestedRegion": regions } },
      reason: `${purpose}; the API knows no resource to name for it`,
    },
  ];
}

export function readsLagEverywhere(subject: Subject): readonly Permission[] {
  return withDatabase((database) => readsLag(Object.keys(database.clusters), "Reads a survivor's replication lag"))(
    subject,
  );
}

function samplesItsOwnLag(subject: Subject): readonly Permission[] {
  return withDatabase(({ clusters }, { place }) =>
    readsLag(
      Object.keys(clusters).filter((region) => region === place.region),
      "Samples the replication lag of its own Region",
    ),
  )(subject);
}

export function describesTables({ plan, place }: Subject): readonly Permission[] {
  if (plan.tables.length === 0) return [];
  return [
    {
      actions: ["dynamodb:DescribeTable"],
      resources: plan.tables.flatMap((name) =>
        plan.regions.map(({ name: region }) => tableArn(name, { ...place, region })),
      ),
      reason: "Reads the state of the survivors' replicas",
    },
  ];
}

function publishesMetrics(): readonly Permission[] {
  return [
    {
      actions: ["cloudwatch:PutMetricData"],
      resources: ["*"],
      conditions: { StringEquals: { "cloudwatch:namespace": metricNamespace } },
      reason: "Publishes what it saw, under the project's own namespace; the API knows no resource to name for it",
    },
  ];
}

function notesWhatPeopleHeard(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:PutItem"],
      resources: recordsTable(subject),
      conditions: itemsUnder(escalationPartition(subject.plan.application)),
      reason: "Notes that people have heard of a run, so that the watch does not tell them again",
    },
  ];
}

/** A witness as well: with every Region gone that serves it is the only one left to tell. */
function escalates(subject: Subject): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:PutItem", "dynamodb:Query"],
      resources: recordsTable(subject),
      conditions: itemsUnder(escalationPartition(subject.plan.application)),
      reason: "Remembers what people have heard of, and tells again what no bus has taken",
    },
    sends(subject, escalationEventType, "Tells people of every Region that fails"),
  ];
}

/** A witness only watches: there is no machine where it runs. */
function startsTheMachine({ plan, place }: Subject): readonly Permission[] {
  if (!plan.regions.some(({ name }) => name === place.region)) return [];
  return [
    {
      actions: ["states:StartExecution"],
      resources: [machineArn(plan, place)],
      reason: "Starts what no event started",
    },
  ];
}
