import { notifySpec, reportSpec, stepSpecs, watchSpec } from "../../infra/functions.ts";
import { permissionsOf } from "../../infra/permissions.ts";
import { flat, planOf, recordPlan, synthesize } from "./synthesis.ts";

const names = [...stepSpecs, reportSpec, notifySpec, watchSpec].map(({ name }) => name);
const place = { partition: "aws", account: "111122223333", region: "eu-west-1" };
const plans = [planOf("storefront"), planOf("two-regions"), planOf("stateless"), recordPlan()];

/** `action resource` of every statement. */
function allowed(name: (typeof names)[number], plan = planOf("storefront"), region = "eu-west-1"): readonly string[] {
  return permissionsOf(name, plan.plan, { ...place, region }).flatMap(({ actions, resources }) =>
    actions.flatMap((action) => resources.map((resource) => `${action} ${resource}`)),
  );
}

describe.each(plans)("the permissions of $plan.application, switch $plan.traffic.switch.kind", ({ plan }) => {
  it("name each action, and say why", () => {
    for (const name of names) {
      for (const { actions, resources, reason } of permissionsOf(name, plan, place)) {
        expect(actions.filter((action) => !/^[a-z0-9-]+:[A-Z][A-Za-z]+$/.test(action))).toEqual([]);
        expect(resources.length).toBeGreaterThan(0);
        expect(reason.length).toBeGreaterThan(10);
      }
    }
  });

  it("are for every resource only where AWS knows no other", () => {
    const everywhere = names.flatMap((name) =>
      permissionsOf(name, plan, place).flatMap(({ actions, resources, conditions, reason }) =>
        resources.includes("*") ? actions.map((action) => ({ action, conditions, reason })) : [],
      ),
    );
    const known =
      /^(autoscaling:Describe|cloudwatch:(Get|Put)MetricData$|route53-recovery-cluster:ListRoutingControls$)/;
    expect(everywhere.filter(({ action }) => !known.test(action))).toEqual([]);
    for (const { reason } of everywhere) expect(reason).toMatch(/the API knows no resource/);
    for (const { action, conditions } of everywhere) {
      if (!action.startsWith("route53-recovery-cluster")) expect(conditions).toBeDefined();
    }
  });

  it("reach no item of another application", () => {
    for (const name of names) {
      for (const { actions, conditions } of permissionsOf(name, plan, place)) {
        if (!actions.some((action) => /^dynamodb:(Get|Put|Query)/.test(action))) continue;
        expect(conditions?.["ForAllValues:StringLike"]?.["dynamodb:LeadingKeys"]).toBeDefined();
      }
    }
  });
});

describe("the permissions of the shop", () => {
  it("let one function move traffic: to evacuate other Regions, never the bucket's own", () => {
    const writers = names.filter((name) => allowed(name).some((each) => /^s3:PutObject .*\/evacuate\//.test(each)));

    expect(writers).toEqual(["TrafficShift"]);
    expect(allowed("TrafficShift").filter((each) => each.startsWith("s3:PutObject"))).toEqual([
      "s3:PutObject arn:aws:s3:::storefront-switch-us-east-1/evacuate/eu-west-1",
      "s3:PutObject arn:aws:s3:::storefront-switch-us-east-1/evacuate/ap-southeast-1",
      "s3:PutObject arn:aws:s3:::storefront-switch-eu-west-1/evacuate/us-east-1",
      "s3:PutObject arn:aws:s3:::storefront-switch-eu-west-1/evacuate/ap-southeast-1",
      "s3:PutObject arn:aws:s3:::storefront-switch-ap-southeast-1/evacuate/us-east-1",
      "s3:PutObject arn:aws:s3:::storefront-switch-ap-southeast-1/evacuate/eu-west-1",
    ]);
  });

  it("let the watch read its own bucket of the switch and write its canary, and a witness none", () => {
    const ofSwitch = (statements: readonly string[]) => statements.filter((each) => each.includes("-switch-"));

    expect(ofSwitch(allowed("Watch"))).toEqual([
      "s3:ListBucket arn:aws:s3:::storefront-switch-eu-west-1",
      "s3:PutObject arn:aws:s3:::storefront-switch-eu-west-1/canary",
    ]);
    expect(ofSwitch(allowed("Watch", planOf("storefront"), "us-west-2"))).toEqual([]);
  });

  it("let one function keep reports: of this application's incidents, in its own Region's bucket", () => {
    const writers = names.filter((name) => allowed(name).some((each) => /^s3:PutObject .*-reports-/.test(each)));

    expect(writers).toEqual(["TimelineReport"]);
    expect(allowed("TimelineReport")).toEqual([
      "dynamodb:Query arn:aws:dynamodb:eu-west-1:111122223333:table/storefront-failover-records",
      "s3:PutObject arn:aws:s3:::storefront-reports-111122223333-eu-west-1/storefront-us-east-1-e*",
      "s3:PutObject arn:aws:s3:::storefront-reports-111122223333-eu-west-1/storefront-eu-west-1-e*",
      "s3:PutObject arn:aws:s3:::storefront-reports-111122223333-eu-west-1/storefront-ap-southeast-1-e*",
    ]);
  });

  it("FM58: let one function publish to this Region's topic, after reading what this application has recorded", () => {
    const publishers = names.filter((name) => allowed(name).some((each) => each.startsWith("sns:")));

    expect(publishers).toEqual(["NotifyPeople"]);
    expect(allowed("NotifyPeople")).toEqual([
      "dynamodb:GetItem arn:aws:dynamodb:eu-west-1:111122223333:table/storefront-failover-records",
      "sns:Publish arn:aws:sns:eu-west-1:111122223333:failover-storefront-people",
      "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:failover-storefront-dead-letters",
    ]);
  });

  it("let a witness's watch page, and change nothing in the coordination item", () => {
    const witness = allowed("Watch", planOf("storefront"), "us-west-2");

    expect(witness).toContain("events:PutEvents arn:aws:events:us-west-2:111122223333:event-bus/default");
    expect(witness.filter((each) => /^dynamodb:PutItem .*coordination/.test(each))).toEqual([]);
  });

  it("let one function move the writer: of the global cluster and both clusters that change places", () => {
    const movers = names.filter((name) => allowed(name).some((each) => each.startsWith("rds:Failover")));

    expect(movers).toEqual(["DatabasePromote"]);
    expect(allowed("DatabasePromote").filter((each) => each.startsWith("rds:FailoverGlobalCluster"))).toEqual([
      "rds:FailoverGlobalCluster arn:aws:rds::111122223333:global-cluster:storefront",
      "rds:FailoverGlobalCluster arn:aws:rds:us-east-1:111122223333:cluster:storefront-us-east-1",
      "rds:FailoverGlobalCluster arn:aws:rds:eu-west-1:111122223333:cluster:storefront-eu-west-1",
      "rds:FailoverGlobalCluster arn:aws:rds:ap-southeast-1:111122223333:cluster:storefront-ap-southeast-1",
    ]);
  });

  it("FM85: let nobody change a cluster, unless the plan lets a new writer be raised", () => {
    const storefront = planOf("storefront");
    const { database } = storefront.plan;
    if (database === null) throw new RangeError("storefront");
    const raising = {
      ...storefront,
      plan: { ...storefront.plan, database: { ...database, scale: "serverless" as const } },
    };
    const modifiers = (plan: typeof storefront) =>
      names.filter((name) => allowed(name, plan).some((each) => each.startsWith("rds:Modify")));

    expect(modifiers(storefront)).toEqual([]);
    expect(modifiers(raising)).toEqual(["DatabasePromote", "DatabaseAwait"]);
    expect(allowed("DatabaseAwait", raising).filter((each) => each.startsWith("rds:Modify"))).toEqual(
      Object.values(database.clusters).map((arn) => `rds:ModifyDBCluster ${arn}`),
    );
  });

  it("FM85: let the watch look at instances in its own Region, and a witness at none", () => {
    const instances = (region: string) =>
      allowed("Watch", planOf("storefront"), region).filter((each) => each.startsWith("rds:DescribeDBInstances"));

    expect(instances("eu-west-1")).toEqual(["rds:DescribeDBInstances arn:aws:rds:eu-west-1:111122223333:db:*"]);
    expect(instances("us-west-2")).toEqual([]);
  });

  it("let two functions raise groups, by name, and none lower anything else", () => {
    const raisers = names.filter((name) => allowed(name).some((each) => each.startsWith("autoscaling:Update")));

    expect(raisers).toEqual(["CapacityRaise", "CapacityAwait"]);
    expect(allowed("CapacityRaise")).toContain(
      "autoscaling:UpdateAutoScalingGroup arn:aws:autoscaling:ap-southeast-1:111122223333:autoScalingGroup:*:autoScalingGroupName/storefront-web",
    );
  });

  it("let the watch start this Region's machine, and a witness none", () => {
    expect(allowed("Watch")).toContain(
      "states:StartExecution arn:aws:states:eu-west-1:111122223333:stateMachine:failover-storefront",
    );
    expect(allowed("Watch", planOf("storefront"), "us-west-2").join()).not.toContain("states:");
  });

  it("let nobody answer questions: that is for people", () => {
    expect(names.flatMap((name) => allowed(name)).filter((each) => each.startsWith("states:SendTask"))).toEqual([]);
  });

  it("turn to what the plan's switch is", () => {
    expect(allowed("TrafficShift", recordPlan())).toContain(
      "route53:UpdateHealthCheck arn:aws:route53:::healthcheck/check-b",
    );
    expect(allowed("TrafficShift", planOf("stateless"))).toContain(
      "route53-recovery-cluster:UpdateRoutingControlState arn:aws:route53-recovery-control::111122223333:controlpanel/0f1e2d3c/routingcontrol/b2b2b2b2",
    );
  });

  it("ask nothing of what the plan does not have", () => {
    const of = names.flatMap((name) => allowed(name, planOf("stateless")));

    expect(of.filter((each) => /^(rds:|cloudwatch:GetMetricData|dynamodb:DescribeTable)/.test(each))).toEqual([]);
    expect(of.filter((each) => each.startsWith("s3:") && !each.includes(":::stateless-reports-"))).toEqual([]);
  });
});

describe("the roles in the templates", () => {
  const { stacks } = synthesize(planOf("storefront"));
  const statements = Object.values(stacks).flatMap((stack) =>
    [...stack.of("AWS::IAM::Role").flatMap(({ Policies = [] }) => Policies), ...stack.of("AWS::IAM::Policy")].flatMap(
      ({ PolicyDocument }) => PolicyDocument.Statement.map((each: object) => ({ stack: stack.name, ...each })),
    ),
  );

  it("have no wildcard in any action, and no policy of AWS's own", () => {
    const actions = statements.flatMap(({ Action }) => Action);
    expect(actions.length).toBeGreaterThan(100);
    expect(actions.filter((action) => action.includes("*"))).toEqual([]);
    for (const stack of Object.values(stacks)) {
      for (const role of stack.of("AWS::IAM::Role")) expect(role.ManagedPolicyArns).toBeUndefined();
    }
  });

  it("are the table of permissions, and what Lambda needs", () => {
    const stack = stacks["controller-eu-west-1"];
    const role = stack?.of("AWS::IAM::Role").find(({ Description }) => Description?.includes("-database-promote in"));
    const granted = role.Policies[0].PolicyDocument.Statement.flatMap(
      ({ Action, Resource }: { Action: string | string[]; Resource: unknown }) =>
        [Action].flat().flatMap((action) => [Resource].flat().map((each) => `${action} ${flat(each)}`)),
    );
    const partition = "<AWS::Partition>";
    const expected = permissionsOf("DatabasePromote", planOf("storefront").plan, { ...place, partition }).flatMap(
      ({ actions, resources }) => actions.flatMap((action) => resources.map((resource) => `${action} ${resource}`)),
    );
    expect(granted.filter((each: string) => !/^(logs|xray):/.test(each)).sort()).toEqual([...expected].sort());
  });
});
