import type { Difference } from "../differences.ts";
import { everyThrottledCase } from "./throttled.ts";

/** Where ministack 1.5.33 does not do as AWS does. */
export const ministackDifferences: readonly Difference[] = [
  {
    cases: [
      "Auto Scaling: raising MinSize above desired raises desired with it",
      "Auto Scaling: MaxSize is raised in the same call where the target needs it",
      "Auto Scaling: a desired capacity that fell since MinSize was raised is raised again",
    ],
    instead: "DesiredCapacity stays below the new MinSize",
    shows: /- {3}(6|10),\n\+ {3}(4|2),/,
    documented: 'A MinSize above the current size raises DesiredCapacity to it ("UpdateAutoScalingGroup")',
  },
  {
    cases: [
      "Auto Scaling: what was raised comes into service",
      "Auto Scaling: an instance that launches is pending first",
    ],
    instead: "DesiredCapacity stays below the new MinSize, so nothing is launched",
    shows: /- {3}"(inService": 6|pending": 2),\n\+ {3}"(inService": 4|pending": 0),/,
    documented: 'A MinSize above the current size raises DesiredCapacity to it ("UpdateAutoScalingGroup")',
  },
  {
    cases: ["Auto Scaling: lowering MaxSize below desired lowers desired: nothing may ever be lowered"],
    instead: "DesiredCapacity stays above the new MaxSize",
    shows: /- {3}3,\n\+ {3}4,/,
    documented: 'A MaxSize below the current size lowers DesiredCapacity to it ("UpdateAutoScalingGroup")',
  },
  {
    cases: [
      "Auto Scaling: a MinSize above MaxSize is refused, and nothing changes",
      "Auto Scaling: a DesiredCapacity above MaxSize is refused, and nothing changes",
      "Auto Scaling: a DesiredCapacity below a MinSize in the same call is refused",
    ],
    instead: "Takes sizes that contradict each other",
    shows: /The call was to be refused/,
    documented: 'MinSize ≤ DesiredCapacity ≤ MaxSize, ValidationError otherwise ("UpdateAutoScalingGroup")',
  },
  {
    cases: [
      "Auto Scaling: a suspended process is named",
      "Auto Scaling: a group that may not launch stays as it is, whatever is desired",
    ],
    instead: "Does not know SuspendProcesses",
    shows: /Unknown AutoScaling action: SuspendProcesses/,
    documented: 'SuspendedProcesses of the group ("SuspendProcesses")',
  },
  {
    cases: ["Auto Scaling: launches are activities that begin and succeed"],
    instead: "DescribeScalingActivities is always empty",
    shows: /\+ Array \[\]/,
    documented: 'Every launch is an activity, for six weeks ("DescribeScalingActivities")',
  },
  {
    cases: ["Auto Scaling: a launch for which there is no capacity says so in the words that are looked for"],
    instead: "Has no capacity that could run out",
    shows: /Received has value: null/,
    documented: 'A failed activity with EC2\'s words ("Troubleshoot: EC2 instance launch failures")',
  },
  {
    cases: [
      "Aurora Global Database: while a failover is under way its state says from where, to where, and that data may be lost",
      "Aurora Global Database: while a switchover is under way its state says that nothing may be lost",
    ],
    instead: "Moves at once, so that no FailoverState is ever to be seen afterwards",
    shows: /Received has value: null/,
    documented: 'FailoverState while the operation is pending or under way ("FailoverState")',
  },
  {
    cases: ["Aurora Global Database: the writer flag stays where it was until the move is done"],
    instead: "Moves at once",
    shows: /- {3}"arn:aws:rds:us-east-1:\S+\n\+ {3}"arn:aws:rds:eu-west-1:/,
    documented: 'Within a few minutes ("Using switchover or failover in Amazon Aurora Global Database")',
  },
  {
    cases: ["Aurora Global Database: a second move while one is under way is InvalidGlobalClusterStateFault"],
    instead: "Moves at once, and then again",
    shows: /The call was to be refused/,
    documented: 'InvalidGlobalClusterStateFault while an operation is under way ("FailoverGlobalCluster")',
  },
  {
    cases: ["CloudWatch: a metric is another one under other dimensions"],
    instead: "A metric is found under no dimensions at all as well",
    shows: /- Array \[\]\n\+ Array \[\n\+ {3}Object/,
    documented: 'Each set of dimensions is a metric of its own ("CloudWatch concepts", dimensions)',
  },
  {
    cases: ["CloudWatch: a time that begins within a minute counts from that minute's start"],
    instead: "Leaves out the period in which StartTime falls",
    shows: /- {5}1\.2,/,
    documented: 'StartTime is rounded down to the whole minute ("GetMetricData")',
  },
  {
    cases: ["CloudWatch: a time that ends before it begins is refused"],
    instead: "Answers with no values",
    shows: /The call was to be refused/,
    documented: 'ValidationError: StartTime must be less than EndTime ("GetMetricData")',
  },
  {
    cases: ["DynamoDB, global tables: a strongly consistent table says so"],
    instead: "Forgets MultiRegionConsistency",
    shows: /- {3}"consistency": "strong",\n\+ {3}"consistency": "eventual"/,
    documented: 'MultiRegionConsistency STRONG ("TableDescription")',
  },
  {
    cases: [
      "DynamoDB, records: a condition is judged by the Region's own copy alone, so it is no lock, and the copies come to agree",
    ],
    instead: "Every Region has the same copy at once, so that the second is refused",
    shows: /^ConditionalCheckFailedException: /,
    documented:
      'Writes are judged in the Region and replicated later, last writer wins ("Global tables - how it works")',
  },
  {
    cases: ["EventBridge: more than a call may carry is refused"],
    instead: "Takes events of any size",
    shows: /The call was to be refused/,
    documented: 'The entries of a call have a size limit ("Calculating Amazon EventBridge PutEvents event entry size")',
  },
  {
    cases: [
      "EventBridge: a detail that is no JSON fails in the answer, not as an error",
      "EventBridge: an entry without a type fails in the answer, not as an error",
      "EventBridge: of several entries each has its own answer, in order",
    ],
    instead: "Takes every entry",
    shows: /Expected: 1\nReceived: 0/,
    documented: 'FailedEntryCount, and ErrorCode MalformedDetail or InvalidArgument of the entry ("PutEvents")',
  },
  {
    cases: ["Step Functions: the same name and input while it runs is the same execution"],
    instead: "ExecutionAlreadyExists, whatever the input",
    shows: /^ExecutionAlreadyExists: /,
    documented: 'Idempotent for the same input while the execution runs ("StartExecution")',
  },
  {
    cases: ["Step Functions: an input that is no JSON is InvalidExecutionInput"],
    instead: "Starts an execution with it",
    shows: /The call was to be refused/,
    documented: 'InvalidExecutionInput ("StartExecution")',
  },
  {
    cases: ["Step Functions: a name of more than 80 characters is InvalidName"],
    instead: "Takes a name of any length",
    shows: /The call was to be refused/,
    documented: '1 to 80 characters, InvalidName otherwise ("StartExecution")',
  },
  {
    cases: ["Route 53: somebody who changed the check since it was looked at wins: HealthCheckVersionMismatch"],
    instead: "Does not look at the HealthCheckVersion that it is given",
    shows: /The call was to be refused/,
    documented: 'HealthCheckVersionMismatch, HTTP 409 ("UpdateHealthCheck")',
  },
  {
    cases: [
      "ARC routing control: controls that are on hold their Regions in DNS",
      "ARC routing control: the lever turns the failed Region's control off and no other",
      "ARC routing control: the watch reads which controls are off",
      "ARC routing control: turning off what is off is no error",
      "ARC routing control: a safety rule that demands one control on refuses the last",
    ],
    instead: "Does not have the service",
    shows: /^Unknown: UnknownError/,
    documented: 'The service answers at the cluster\'s endpoints ("Routing Control API Reference")',
  },
  {
    cases: ["ARC routing control: an unknown control is ResourceNotFoundException"],
    instead: "Does not have the service",
    shows: /\+ {3}"name": "Unknown"/,
    documented: 'ResourceNotFoundException, HTTP 404 ("UpdateRoutingControlState")',
  },
  {
    cases: everyThrottledCase,
    instead: "May be asked as often as one likes",
    shows: /The call was to be refused/,
    documented: 'Throttling beyond a rate ("Managing and monitoring API throttling in your workloads")',
  },
  {
    cases: ["SNS: a subject of more than 100 characters is refused"],
    instead: "Takes a subject of any length",
    shows: /The call was to be refused/,
    documented: 'Less than 100 characters long ("Publish" in the API reference of SNS)',
  },
];
