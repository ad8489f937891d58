import { readFileSync } from "node:fs";
import { heartbeatFreshSeconds } from "../../../functions/assess/evidence.ts";
import { productionLimits } from "../../../functions/shared/aws/bounds.ts";
import { longestSilence } from "../../../functions/shared/plan/checks/coordination.ts";
import {
  longestProbeEverySeconds,
  longestRunSeconds,
  shortestApprovalSeconds,
} from "../../../functions/shared/plan/checks/durations.ts";
import { findPlanProblems } from "../../../functions/shared/plan/load.ts";
import { stepSpecs } from "../../../infra/functions.ts";
import { changeExample, type ExampleName } from "./examples.ts";

type Changes = Readonly<Record<string, unknown>>;

function problemsOf(example: ExampleName, changes: Changes): readonly string[] {
  return findPlanProblems(changeExample(example, changes), "plan").map((problem) => problem.replace("plan: ", ""));
}

const arn = (region: string) => `arn:aws:rds:${region}:111122223333:cluster:orders-${region}`;
const controls = "arn:aws:route53-recovery-control::111122223333:controlpanel/0f1e2d3c/routingcontrol";

const subnets = (region: string) => `regions.${region}.customerSubnets`;

/** Each plan breaks one rule and no other: example, changes, the one problem. */
const contradictions: readonly (readonly [ExampleName, Changes, string])[] = [
  // Customers' subnets
  [
    "two-regions",
    { [subnets("us-east-1")]: [] },
    "regions.us-east-1.customerSubnets: received none: must name one at least; left out, AWS's own stand",
  ],
  [
    "two-regions",
    { [subnets("us-east-1")]: ["81.2.0.0/24", "81.2.1.0/24", "81.2.2.0/24", "81.2.3.0/24", "81.2.4.0/24"] },
    "regions.us-east-1.customerSubnets: received 5 of them: must be 4 at most: each is asked for in every look",
  ],
  ...[
    ["81.2.69.142/24", "must be 81.2.69.0/24, without bits beyond its prefix"],
    ["81.2.069.0/24", "must be an IPv4 subnet such as 81.2.69.0/24"],
    ["81.2.69.0/33", "must be an IPv4 subnet such as 81.2.69.0/24"],
    ["256.2.69.0/24", "must be an IPv4 subnet such as 81.2.69.0/24"],
    ["2001:db8::/32", "must be an IPv4 subnet: name servers are asked for IPv4 addresses"],
    ["81.2.69.128/25", "must be /24 or wider: resolvers tell name servers no more"],
    ["82.0.0.0/7", "must be /8 or narrower: no answer is for all of it"],
    ["10.1.0.0/16", "must be of the internet, and 10.0.0.0/8 is not: Route 53 knows nothing of it"],
    ["127.0.0.0/8", "must be of the internet, and 127.0.0.0/8 is not: Route 53 knows nothing of it"],
    ["172.0.0.0/8", "must be of the internet, and 172.16.0.0/12 is not: Route 53 knows nothing of it"],
    ["239.1.1.0/24", "must be of the internet, and 224.0.0.0/3 is not: Route 53 knows nothing of it"],
  ].map(([subnet = "", allowed = ""]): (typeof contradictions)[number] => [
    "two-regions",
    { [subnets("us-east-1")]: ["81.3.0.0/16", subnet] },
    `regions.us-east-1.customerSubnets.1: received ${subnet}: ${allowed}`,
  ]),
  [
    "two-regions",
    { [subnets("us-east-1")]: ["81.2.69.0/24", "81.2.69.0/24"] },
    "regions.us-east-1.customerSubnets.1: received 81.2.69.0/24: must not overlap 81.2.69.0/24, listed before it",
  ],
  [
    "two-regions",
    { [subnets("us-east-1")]: ["81.2.69.0/24"], [subnets("us-west-2")]: ["81.3.0.0/16", "81.2.0.0/16"] },
    "regions.us-west-2.customerSubnets.1: received 81.2.0.0/16: must not overlap 81.2.69.0/24, a subnet of us-east-1",
  ],

  // Regions and the traffic switch
  [
    "stateless",
    {
      regions: {
        "us-west-2": {
          probe: "https://us-west-2.render.example.com/health",
          demandShare: 1,
          autoScalingGroup: { name: "render-workers" },
        },
      },
      "detection.witnesses": ["us-east-1", "eu-west-1"],
      "traffic.switch.controls": { "us-west-2": `${controls}/a1a1a1a1` },
    },
    "regions: received us-west-2: must name two Regions or more: one has nowhere to fail over to",
  ],
  [
    "storefront",
    { "regions.us-east-1.demandShare": 0.6 },
    "regions: received demandShare of us-east-1 0.6, eu-west-1 0.3, ap-southeast-1 0.2, together 1.1: must add up to 1, give or take 0.01",
  ],
  [
    "storefront",
    { "regions.eu-west-1.probe": "https://us-east-1.shop.example.com/health" },
    "regions.eu-west-1.probe: received https://us-east-1.shop.example.com/health: must be an endpoint of eu-west-1 alone, and it is the probe of us-east-1 too",
  ],
  [
    "storefront",
    { "regions.eu-west-1.probe": "https://SHOP.example.com./health" },
    "regions.eu-west-1.probe: received https://SHOP.example.com./health: must not be under traffic.record shop.example.com, where any Region may answer",
  ],
  [
    "storefront",
    { "traffic.url": "https://www.example.com/health" },
    "traffic.url: received https://www.example.com/health: must be under traffic.record shop.example.com, as customers ask for it",
  ],
  [
    "storefront",
    { "traffic.switch.buckets.eu-west-1": undefined },
    "traffic.switch.buckets: received us-east-1, ap-southeast-1: must name exactly the plan's Regions: us-east-1, eu-west-1, ap-southeast-1",
  ],
  [
    "stateless",
    { "traffic.switch.controls.eu-west-3": `${controls}/d4d4d4d4` },
    "traffic.switch.controls: received us-west-2, eu-central-1, ap-northeast-1, eu-west-3: must name exactly the plan's Regions: us-west-2, eu-central-1, ap-northeast-1",
  ],
  [
    "two-regions",
    { "traffic.switch": { kind: "record", healthChecks: { "us-east-1": "a" } } },
    "traffic.switch.healthChecks: received us-east-1: must name exactly the plan's Regions: us-east-1, us-west-2",
  ],
  [
    "two-regions",
    { "traffic.switch": { kind: "record", healthChecks: { "us-east-1": "a", "us-west-2": "a" } } },
    "traffic.switch.healthChecks: received a more than once: must be a different one for each Region",
  ],
  [
    "stateless",
    { "traffic.switch.endpoints.1.region": "us-east-1" },
    "traffic.switch.endpoints: received us-east-1 more than once: must be in five different Regions",
  ],
  [
    "stateless",
    { "traffic.switch.endpoints.1.url": "https://aaaaaaaa.route53-recovery-cluster.us-east-1.amazonaws.com/v1" },
    "traffic.switch.endpoints: received https://aaaaaaaa.route53-recovery-cluster.us-east-1.amazonaws.com/v1 more than once: must be the five different endpoints of the cluster",
  ],

  // Database
  [
    "two-regions",
    { "database.clusters.eu-west-1": arn("eu-west-1") },
    "database.clusters.eu-west-1: received eu-west-1: must be a Region of the plan: us-east-1, us-west-2",
  ],
  [
    "two-regions",
    { "database.clusters.us-east-1": "arn:aws:rds:us-east-1:111122223333:db:orders" },
    "database.clusters.us-east-1: received arn:aws:rds:us-east-1:111122223333:db:orders: must be a cluster's ARN: arn:aws:rds:us-east-1:111122223333:cluster:name",
  ],
  [
    "two-regions",
    { "database.clusters.us-east-1": arn("us-west-2") },
    `database.clusters.us-east-1: received ${arn("us-west-2")}: must be a cluster in us-east-1, and this one is in us-west-2`,
  ],
  [
    "storefront",
    { "database.globalCluster": "Storefront" },
    "database.globalCluster: received Storefront: must be storefront: RDS keeps its names in lower case, and answers with no other",
  ],
  [
    "storefront",
    { "database.clusters.eu-west-1": "arn:aws:rds:eu-west-1:111122223333:cluster:Storefront-EU" },
    "database.clusters.eu-west-1: received arn:aws:rds:eu-west-1:111122223333:cluster:Storefront-EU: must be arn:aws:rds:eu-west-1:111122223333:cluster:storefront-eu: RDS keeps its names in lower case, and answers with no other",
  ],
  [
    "two-regions",
    { "database.writer": "eu-west-1" },
    "database.writer: received eu-west-1: must be a Region of the plan: us-east-1, us-west-2",
  ],
  [
    "storefront",
    { "database.clusters.us-east-1": undefined, "database.promotionOrder": ["eu-west-1", "ap-southeast-1"] },
    "database.writer: received us-east-1: must be a Region with a cluster in database.clusters: eu-west-1, ap-southeast-1",
  ],
  [
    "storefront",
    { "database.promotionOrder": ["eu-west-1", "ap-southeast-1", "us-west-2"] },
    "database.promotionOrder: received us-west-2: must be a Region of the plan: us-east-1, eu-west-1, ap-southeast-1",
  ],
  [
    "storefront",
    { "database.clusters.ap-southeast-1": undefined },
    "database.promotionOrder: received ap-southeast-1: must be a Region with a cluster in database.clusters: us-east-1, eu-west-1",
  ],
  [
    "storefront",
    { "database.promotionOrder": ["eu-west-1", "us-east-1", "eu-west-1"] },
    "database.promotionOrder: received eu-west-1 more than once: must name a Region once",
  ],
  [
    "storefront",
    { "database.promotionOrder": ["eu-west-1"] },
    "database.promotionOrder: received eu-west-1: must name a Region besides eu-west-1, or nothing can be promoted when eu-west-1 fails",
  ],
  [
    "storefront",
    { "database.dataLossBudget": "PT31S" },
    "database.dataLossBudget: received 31 s: must not exceed objectives.recoveryPoint, 30 s",
  ],

  // Coordination and tables
  [
    "storefront",
    { "coordination.regions": ["eu-west-1", "eu-west-2", "eu-west-1"] },
    "coordination.regions: received eu-west-1 more than once: must name each replica's Region once",
  ],
  [
    "storefront",
    { "coordination.regions": ["eu-west-1", "us-east-1", "us-west-2"] },
    "coordination.regions: received eu-west-1, us-east-1, us-west-2: must lie inside one Region set of strong consistency: us-east-1, us-east-2, us-west-2 | eu-west-1, eu-west-2, eu-west-3, eu-central-1 | ap-northeast-1, ap-northeast-2, ap-northeast-3",
  ],
  [
    "storefront",
    { "records.table": "storefront-coordination" },
    "records.table: received storefront-coordination: must not be coordination.table: that one is strongly consistent, this one is not",
  ],
  [
    "storefront",
    { "coordination.lease": "PT44S" },
    "coordination.lease: received 44 s: must be at least 45 s, the longest that a healthy run is silent",
  ],
  ["storefront", { tables: ["Users", "Users"] }, "tables: received Users more than once: must name a table once"],
  [
    "storefront",
    { tables: ["storefront-failover-records"] },
    "tables: received storefront-failover-records: must be a table of the application, not one of the controller's own",
  ],

  // Detection
  [
    "storefront",
    { "detection.witnesses": ["us-west-2", "us-west-2"] },
    "detection.witnesses: received us-west-2 more than once: must name a witness once: it has one vote",
  ],
  [
    "storefront",
    { "detection.witnesses": ["eu-west-1"] },
    "detection.witnesses: received eu-west-1: must be outside the Regions that serve, which observe anyway: us-east-1, eu-west-1, ap-southeast-1",
  ],
  [
    "storefront",
    { "detection.quorum": 4 },
    "detection.quorum: received 4: must be at most 3, the number of vantages that observe a Region",
  ],
  [
    "storefront",
    { "detection.quorum": 1 },
    "detection.quorum: received 1: must be 2 to 3: 3 vantages observe a Region, and the word of one of them is not a quorum",
  ],
  [
    "two-regions",
    { "detection.witnesses": ["us-east-2"] },
    "detection.quorum: received 1: must be 2: 2 vantages observe a Region, and the word of one of them is not a quorum",
  ],
  [
    "storefront",
    { "detection.confirmFor": "PT10S" },
    "detection.confirmFor: received 10 s: must be longer than detection.probeEvery, 10 s, so that one probe decides nothing",
  ],
  [
    "storefront",
    { "detection.clearFor": "PT1M" },
    "detection.clearFor: received 1 min: must be longer than detection.confirmFor, 1 min",
  ],
  [
    "storefront",
    { "detection.alarms.1.suspects": "us-west-2" },
    "detection.alarms.1.suspects: received us-west-2: must be a Region of the plan: us-east-1, eu-west-1, ap-southeast-1",
  ],
  [
    "storefront",
    { "detection.alarms.1.name": "storefront-us-east-1-customers" },
    "detection.alarms: received storefront-us-east-1-customers more than once: must name an alarm once, whatever Region it is in: its name is how it is recognised",
  ],
  [
    "storefront",
    { "detection.alarms.1.name": "failover-storefront-endpoint-us-east-1" },
    "detection.alarms: received failover-storefront-endpoint-us-east-1 more than once: must name an alarm once, whatever Region it is in: its name is how it is recognised",
  ],

  // Automation
  [
    "stateless",
    { "automation.database": "approve" },
    "automation.database: received approve: must be observe in a plan without a database section",
  ],
  [
    "storefront",
    {
      "regions.us-east-1.autoScalingGroup": undefined,
      "regions.eu-west-1.autoScalingGroup": undefined,
      "regions.ap-southeast-1.autoScalingGroup": undefined,
      "capacity.raiseMaximum": false,
    },
    "automation.capacity: received automatic: must be observe in a plan without any autoScalingGroup",
  ],
  [
    "storefront",
    {
      "regions.us-east-1.autoScalingGroup": undefined,
      "regions.eu-west-1.autoScalingGroup": undefined,
      "regions.ap-southeast-1.autoScalingGroup": undefined,
      "automation.capacity": "observe",
    },
    "capacity.raiseMaximum: received true: must be false in a plan without any autoScalingGroup",
  ],
  [
    "storefront",
    { "automation.traffic": "observe" },
    "automation.database: received automatic: must not go further than automation.traffic, observe: a promotion cannot be taken back, moving traffic can",
  ],
  [
    "two-regions",
    { "automation.database": "automatic" },
    "automation.database: received automatic: must be observe or approve with two Regions and no witness: name a Region in detection.witnesses, or let a person approve",
  ],
  [
    "two-regions",
    { "automation.approval.onNoAnswer": "proceed" },
    "automation.approval.onNoAnswer: received proceed: must be decline with two Regions and no witness while automation.database is approve: nobody's silence may promote there; name a Region in detection.witnesses, or let the database observe",
  ],
  [
    "storefront",
    { "automation.capacity": "approve" },
    "automation.capacity: received approve: must be observe or automatic while automation.traffic is automatic: one question covers both",
  ],

  // Durations
  [
    "storefront",
    { "automation.approval": { timeout: "PT3H" } },
    "automation.approval.timeout: received 3 h: must be 5 min or more, and 2 h or less",
  ],
  [
    "storefront",
    { "automation.approval": { timeout: "PT4M59S" } },
    "automation.approval.timeout: received 4 min 59 s: must be 5 min or more, and 2 h or less",
  ],
  [
    "storefront",
    { "detection.probeEvery": "PT21S" },
    "detection.probeEvery: received 21 s: must be 1 s or more, and 20 s or less",
  ],
  [
    "storefront",
    { "automation.approval": { timeout: "PT1H33M21S" } },
    "automation.approval.timeout: received 1 h 33 min 21 s: must be 1 h 33 min 20 s or less: 3 questions, the deadlines of database and recovery, and an hour for the work must fit into the 6 h of a run",
  ],
  [
    "storefront",
    { "detection.maximumRunsPerDay": 11 },
    "detection.maximumRunsPerDay: received 11: must be at most 10: no more completed runs are remembered",
  ],
  [
    "storefront",
    { "database.deadline": "PT40M" },
    "database.deadline: received 40 min: must be 1 s or more, and 30 min or less",
  ],
  [
    "storefront",
    { "traffic.timeToLive": "PT0S" },
    "traffic.timeToLive: received 0 s: must be 1 s or more, and 5 min or less",
  ],
  [
    "storefront",
    { "detection.maximumEventAge": "PT0S" },
    "detection.maximumEventAge: received 0 s: must be 1 s or more, and 168 h or less",
  ],
  [
    "storefront",
    { "detection.cooldown": "P8D" },
    "detection.cooldown: received 192 h: must be 0 s or more, and 168 h or less",
  ],
  [
    "storefront",
    { "database.maximumLagAge": "PT30S" },
    "database.maximumLagAge: received 30 s: must be 1 min or more, and 168 h or less",
  ],
  [
    "storefront",
    { "capacity.maximumSampleAge": "PT9S" },
    "capacity.maximumSampleAge: received 9 s: must be 10 s or more, and 168 h or less",
  ],
  [
    "storefront",
    { "recovery.soak": "PT5M" },
    "recovery.soak: received 5 min: must be shorter than recovery.deadline, 5 min",
  ],
  [
    "storefront",
    { "objectives.recoveryTime": "PT2M" },
    "objectives.recoveryTime: received 2 min: must be longer than detection.confirmFor and traffic.timeToLive together, 2 min, or it cannot be met",
  ],
];

describe("A plan that contradicts itself is refused for that and nothing else", () => {
  it.each(contradictions)("%s, %j", (example, changes, problem) => {
    expect(problemsOf(example, changes)).toEqual([problem]);
  });
});

describe("The bounds of the plan are those of the state machine", () => {
  const definition = JSON.parse(
    readFileSync(new URL("../../../statemachines/failover.asl.json", import.meta.url), "utf8"),
  ) as { readonly TimeoutSeconds: number };
  const text = JSON.stringify(definition);

  it("a run lasts as long as its questions are reckoned with", () => {
    expect(definition.TimeoutSeconds).toBe(longestRunSeconds);
    expect(text).toContain("$databaseQuestions < 2");
  });

  it("whoever is asked has time left when the function that asks has taken all of its own", () => {
    const asking = stepSpecs.find(({ name }) => name === "ApprovalRequest");
    expect(shortestApprovalSeconds).toBeGreaterThanOrEqual((asking?.timeoutSeconds ?? Number.NaN) + 60);
  });

  it("a heartbeat outlives two rounds of the rarest probes", () => {
    expect(2 * longestProbeEverySeconds).toBeLessThan(heartbeatFreshSeconds);
  });

  it("no pause between two tries is longer than the lease is reckoned with", () => {
    const pauses = [...text.matchAll(/"MaxDelaySeconds":(\d+)/g)].map(([, seconds]) => Number(seconds));
    expect(pauses.length).toBeGreaterThan(10);
    expect(Math.max(...pauses)).toBe(longestSilence.betweenTriesSeconds);
  });

  it("no answer takes longer than the lease is reckoned with", () => {
    expect(productionLimits.wholeMs).toBeLessThanOrEqual(longestSilence.answerSeconds * 1_000);
  });
});

describe("A plan at the edge of what is allowed can be used", () => {
  it.each<[string, ExampleName, Changes]>([
    ["demand shares that are rounded", "storefront", { "regions.us-east-1.demandShare": 0.495 }],
    [
      "two replicas, with a witness for the third copy",
      "storefront",
      { "coordination.regions": ["eu-west-1", "eu-west-2"] },
    ],
    ["a quorum of all observers", "storefront", { "detection.quorum": 3 }],
    ["a budget of all that the objective allows", "storefront", { "database.dataLossBudget": "PT30S" }],
    ["a budget of nothing: always ask", "storefront", { "database.dataLossBudget": "PT0S" }],
    ["answers as late as a run can bear", "storefront", { "automation.approval": { timeout: "PT1H33M20S" } }],
    ["two hours to answer where there is one question", "stateless", { "automation.approval": { timeout: "PT2H" } }],
    ["as many runs a day as are remembered", "storefront", { "detection.maximumRunsPerDay": 10 }],
    ["the shortest lease", "storefront", { "coordination.lease": "PT45S" }],
    [
      "four subnets of customers, side by side",
      "two-regions",
      { [subnets("us-east-1")]: ["81.2.0.0/24", "81.2.1.0/24", "81.0.0.0/15", "82.0.0.0/8"] },
    ],
    ["a private zone", "storefront", { "traffic.zone": "private" }],
    ["no cooldown", "storefront", { "detection.cooldown": "PT0S" }],
    ["a dispute that is put to a person at once", "storefront", { "detection.disputeFor": "PT0S" }],
    [
      "a promotion by itself, with a witness",
      "two-regions",
      { "detection.witnesses": ["us-east-2"], "detection.quorum": 2, "automation.database": "automatic" },
    ],
    [
      "silence that promotes, with a witness",
      "two-regions",
      { "detection.witnesses": ["us-east-2"], "detection.quorum": 2, "automation.approval.onNoAnswer": "proceed" },
    ],
    [
      "silence that moves traffic, where the database observes",
      "two-regions",
      { "automation.database": "observe", "automation.approval.onNoAnswer": "proceed" },
    ],
    ["the shortest wait for an answer", "storefront", { "automation.approval": { timeout: "PT5M" } }],
    ["the rarest probes", "storefront", { "detection.probeEvery": "PT20S" }],
    ["capacity that grows while a person decides on traffic", "stateless", { "automation.traffic": "approve" }],
    [
      "a Region without a cluster",
      "storefront",
      { "database.clusters.ap-southeast-1": undefined, "database.promotionOrder": ["eu-west-1", "us-east-1"] },
    ],
    ["a record that ends in a dot, as zone files write it", "storefront", { "traffic.record": "shop.example.com." }],
    ["another partition", "two-regions", { "database.clusters.us-east-1": arn("us-east-1").replace("aws", "aws-iso") }],
  ])("%s", (_what, example, changes) => {
    expect(problemsOf(example, changes)).toEqual([]);
  });
});

it("FM80: names of RDS alone are held to lower case", () => {
  const inCapitals = { tables: ["UserSessions"], "regions.us-east-1.autoScalingGroup.name": "Storefront-Web" };

  const problems = problemsOf("storefront", { ...inCapitals, "database.globalCluster": "StoreFront" });

  expect(problems).toEqual([expect.stringContaining("received StoreFront: must be storefront")]);
});

describe("Several contradictions", () => {
  it("are all found, in the order of the rules", () => {
    const problems = problemsOf("storefront", { "detection.quorum": 9, "regions.us-east-1.demandShare": 0.9 });

    expect(problems.map((problem) => problem.split(":")[0])).toEqual(["regions", "detection.quorum"]);
  });
});
