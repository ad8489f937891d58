import type { Difference } from "../differences.ts";
import { everyThrottledCase } from "./throttled.ts";

/** Where moto 5.2.5 does not do as AWS does. */
export const motoDifferences: readonly Difference[] = [
  {
    cases: ["Auto Scaling: an instance that launches is pending first"],
    instead: "Instances are in service at once",
    shows: /"inService": 6,\n\+ {3}"pending": 0/,
    documented: 'Pending, then InService ("Amazon EC2 Auto Scaling instance lifecycle")',
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
    cases: ["Auto Scaling: a group that may not launch stays as it is, whatever is desired"],
    instead: "Launches although Launch is suspended",
    shows: /\+ {3}"inService": 6/,
    documented: 'A group with Launch suspended does not scale out ("Suspend and resume processes")',
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
    cases: ["Auto Scaling: no instance refresh is under way where none was started"],
    instead: "Does not know DescribeInstanceRefreshes: HTTP 500 and a page of HTML",
    shows: /XML parse error/,
    documented: 'An empty list ("DescribeInstanceRefreshes")',
  },
  {
    cases: ["Auto Scaling: asking for the refreshes of an unknown group is refused"],
    instead: "Does not know DescribeInstanceRefreshes: HTTP 500 and a page of HTML",
    shows: /\+ {3}"name": "Error",\n\+ {3}"sortedAs": "unknownOutcome"/,
    documented: 'ValidationError ("Common Errors" of Auto Scaling)',
  },
  {
    cases: ["Aurora Global Database: asked for one global cluster, AWS answers with that one alone"],
    instead: "Answers with every global cluster, whichever is asked for",
    shows: /\+ {3}"shop-\d+",/,
    documented: 'GlobalClusterIdentifier restricts the answer to that cluster ("DescribeGlobalClusters")',
  },
  {
    cases: ["Aurora Global Database: an unknown global cluster is GlobalClusterNotFoundFault"],
    instead: "Answers with every global cluster, whichever is asked for",
    shows: /The call was to be refused/,
    documented: 'GlobalClusterNotFoundFault, HTTP 404 ("DescribeGlobalClusters")',
  },
  {
    cases: [
      "Aurora Global Database: a switchover asked for in the primary's Region makes the target the one writer",
      "Aurora Global Database: a failover that allows data loss, asked for in the target's Region, makes the target the one writer",
      "Aurora Global Database: the cluster that became the writer is available",
      "Aurora Global Database: while a failover is under way its state says from where, to where, and that data may be lost",
      "Aurora Global Database: while a switchover is under way its state says that nothing may be lost",
      "Aurora Global Database: the writer flag stays where it was until the move is done",
      "Aurora Global Database: a failover without AllowDataLoss is a switchover (FM42)",
      "Aurora Global Database: a second move while one is under way is InvalidGlobalClusterStateFault",
      "Aurora Global Database: what was switched over can be switched back",
    ],
    instead: "Knows neither FailoverGlobalCluster nor SwitchoverGlobalCluster: HTTP 500 and a page of HTML",
    shows: /XML parse error/,
    documented: 'Both begin to make the target the writer ("FailoverGlobalCluster", "SwitchoverGlobalCluster")',
  },
  {
    cases: [
      "Aurora Global Database: AllowDataLoss and Switchover together are refused, and nothing moves",
      "Aurora Global Database: a move to the writer itself is refused",
    ],
    instead: "Knows neither FailoverGlobalCluster nor SwitchoverGlobalCluster: HTTP 500 and a page of HTML",
    shows: /Expected: "rejected"\nReceived: "unknownOutcome"/,
    documented: 'Refused with HTTP 400 ("FailoverGlobalCluster")',
  },
  {
    cases: [
      "Aurora Global Database: a move to an unknown cluster is DBClusterNotFoundFault",
      "Aurora Global Database: a failover of an unknown global cluster is GlobalClusterNotFoundFault",
      "Aurora Global Database: a switchover of an unknown global cluster is GlobalClusterNotFoundFault",
    ],
    instead: "Knows neither FailoverGlobalCluster nor SwitchoverGlobalCluster: HTTP 500 and a page of HTML",
    shows: /\+ {3}"name": "Error",\n\+ {3}"sortedAs": "unknownOutcome"/,
    documented: 'Refused by name with HTTP 404 ("FailoverGlobalCluster", "SwitchoverGlobalCluster")',
  },
  {
    cases: ["CloudWatch: a metric is another one under other dimensions"],
    instead: "A metric is found under no dimensions at all as well",
    shows: /- Array \[\]\n\+ Array \[\n\+ {3}Object/,
    documented: 'Each set of dimensions is a metric of its own ("CloudWatch concepts", dimensions)',
  },
  {
    cases: ["CloudWatch: a time that begins within a minute counts from that minute's start"],
    instead: "Counts periods from StartTime as it is given, and dates them so",
    shows: /T\d\d:\d\d:20\.000Z/,
    documented: 'StartTime is rounded down to the whole minute ("GetMetricData")',
  },
  {
    cases: [
      "DynamoDB, coordination: a write through one replica is read consistently through each of the others",
      "DynamoDB, coordination: a condition is judged by what another replica has taken",
      "DynamoDB, records: what is written in one Region arrives in the others",
    ],
    instead: "UpdateTable makes no replica: the table is in its first Region alone",
    shows: /ResourceNotFoundException/,
    documented: 'A table in every Region of the global table ("Global tables - how it works")',
  },
  {
    cases: [
      "DynamoDB, global tables: a replica in service is ACTIVE",
      "DynamoDB, global tables: a strongly consistent table says so",
    ],
    instead: "UpdateTable makes no replica: DescribeTable names none",
    shows: /\+ {3}"status": "NOT_REPLICATED"/,
    documented: 'Replicas and MultiRegionConsistency of the table ("TableDescription")',
  },
  {
    cases: ["DynamoDB, global tables: a replica is ACTIVE as its own Region tells it"],
    instead: "UpdateTable makes no replica: the table is in its first Region alone",
    shows: /\+ {3}"status": "NOT_FOUND"/,
    documented: 'A table in every Region of the global table ("Global tables - how it works")',
  },
  {
    cases: ["DynamoDB, coordination: a value that no expression uses is refused"],
    instead: "Takes a PutItem with a value that its condition does not use",
    shows: /The call was to be refused/,
    documented: 'ValidationException: unused in expressions ("Expression attribute values")',
  },
  {
    cases: ["DynamoDB, coordination: a value that is used and not given is refused"],
    instead: "Fails over it: HTTP 500 and a page of HTML",
    shows: /\+ {3}"name": "SyntaxError",\n\+ {3}"sortedAs": "unknownOutcome"/,
    documented: 'ValidationException: attribute value used is not defined ("Expression attribute values")',
  },
  {
    cases: ["Step Functions: why an execution was stopped is kept"],
    instead: "Forgets error and cause of StopExecution",
    shows: /- {3}"error": "Stopped"/,
    documented: 'error and cause of an execution that was aborted ("DescribeExecution")',
  },
  {
    cases: ["Step Functions: an input that is no JSON is InvalidExecutionInput"],
    instead: "Refuses it as TypeError",
    shows: /\+ {3}"name": "TypeError"/,
    documented: 'InvalidExecutionInput ("StartExecution")',
  },
  {
    cases: ["Step Functions: a name of more than 80 characters is InvalidName"],
    instead: "Takes a name of any length",
    shows: /The call was to be refused/,
    documented: '1 to 80 characters, InvalidName otherwise ("StartExecution")',
  },
  {
    cases: ["Route 53: the version grows with every change"],
    instead: "HealthCheckVersion stays 1",
    shows: /Expected: 2\nReceived: 1/,
    documented: 'HealthCheckVersion grows with each update ("UpdateHealthCheck")',
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
      "ARC routing control: turning off what is off is no error",
      "ARC routing control: a safety rule that demands one control on refuses the last",
    ],
    instead: "Does not have the service: a page of HTML",
    shows: /SyntaxError: Unexpected token '<'/,
    documented: 'The service answers at the cluster\'s endpoints ("Routing Control API Reference")',
  },
  {
    cases: ["ARC routing control: an unknown control is ResourceNotFoundException"],
    instead: "Does not have the service: a page of HTML",
    shows: /\+ {3}"name": "SyntaxError"/,
    documented: 'ResourceNotFoundException, HTTP 404 ("UpdateRoutingControlState")',
  },
  {
    cases: ["S3: a bucket of another Region refuses"],
    instead: "A bucket answers in every Region",
    shows: /The call was to be refused/,
    documented: 'PermanentRedirect, HTTP 301 ("Error responses" of S3)',
  },
  {
    cases: ["cloudwatch", "dynamodb", "events", "states"].map(
      (service) => `Refusals: a caller without permission is denied by ${service}`,
    ),
    instead: "Denies in XML, whatever protocol the caller speaks, so that no name comes through",
    shows: /\+ {3}"name": "SyntaxError",\n\+ {3}"sortedAs": "rejected"/,
    documented: 'AccessDeniedException in JSON ("Common Errors" of each service)',
  },
  {
    cases: ["Refusals: a caller without permission is denied by route53"],
    instead: "Denies in an XML that is not Route 53's, so that no name comes through",
    shows: /\+ {3}"name": "Unknown",\n\+ {3}"sortedAs": "rejected"/,
    documented: 'ErrorResponse with AccessDenied ("Common Errors" of Route 53)',
  },
  {
    cases: everyThrottledCase,
    instead: "May be asked as often as one likes",
    shows: /The call was to be refused/,
    documented: 'Throttling beyond a rate ("Managing and monitoring API throttling in your workloads")',
  },
];
