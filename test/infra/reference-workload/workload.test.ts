import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Validations } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { AwsSolutionsChecks } from "cdk-nag";
import { loadPlan } from "../../../functions/shared/plan/load.ts";
import type { Plan } from "../../../functions/shared/plan/plan.ts";
import { drawBlueprint } from "../../../infra/reference-workload/blueprint.ts";
import { livePath } from "../../../infra/reference-workload/service/server.ts";
import { readSettings } from "../../../infra/reference-workload/service/settings.ts";
import { ReferenceWorkload, type ReferenceWorkloadProps } from "../../../infra/reference-workload/workload.ts";
import { planOf as controllerPlanOf, routingControlPlan, synthesize as synthesizeController } from "../synthesis.ts";

const folder = mkdtempSync(join(tmpdir(), "workload-test-"));
const serviceFile = join(folder, "main.mjs");
writeFileSync(serviceFile, "// the service\n");
afterAll(() => rmSync(folder, { recursive: true }));

const storefront = planOf((text) => text);

function planOf(change: (text: string) => string): Plan {
  const text = readFileSync(new URL("../../../plans/storefront.yaml", import.meta.url), "utf8");
  return loadPlan(change(text), "plan");
}

function synthesise(plan: Plan, props: Partial<ReferenceWorkloadProps> = {}) {
  const app = new App({ outdir: mkdtempSync(join(folder, "out-")), analyticsReporting: false });
  const workload = new ReferenceWorkload(app, "Workload", { blueprint: drawBlueprint(plan), serviceFile, ...props });
  return { app, workload };
}

type Resource = { readonly Properties: Readonly<Record<string, unknown>> };
const { workload } = synthesise(storefront);
const templates = new Map(workload.stacks.map((stack) => [stack.region, Template.fromStack(stack)]));
const regionNames = storefront.regions.map(({ name }) => name);
const templateOf = (region: string): Template => templates.get(region) as Template;
const resourcesOf = (region: string, type: string): readonly Resource[] =>
  Object.values(templateOf(region).findResources(type)) as unknown as readonly Resource[];
const propertiesOf = (region: string, type: string) => resourcesOf(region, type).map(({ Properties }) => Properties);
const onlyOf = (region: string, type: string) => {
  const [first, ...others] = propertiesOf(region, type);
  expect(others).toEqual([]);
  return first as Readonly<Record<string, unknown>>;
};

describe("the stacks", () => {
  it("are one a Region, in the plan's account, and deploy the writer's first", () => {
    const [first, ...others] = workload.stacks;
    expect(workload.stacks.map(({ stackName }) => stackName)).toEqual(
      regionNames.map((name) => `storefront-workload-${name}`),
    );
    expect(workload.stacks.map(({ account }) => account)).toEqual(Array(3).fill("111122223333"));
    expect(first?.dependencies).toEqual([]);
    for (const stack of others) expect(stack.dependencies).toEqual([first]);
  });

  it("have no finding of cdk-nag without a reason", () => {
    const { app } = synthesise(storefront);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });

  it("would not pass with one", () => {
    const { app, workload: flawed } = synthesise(storefront);
    new Bucket(flawed.stacks[0] as never, "Open");
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).toThrow("AwsSolutions-S10");
  });
});

describe("the database", () => {
  it.each(regionNames)("has the ARN that the plan names: %s", (region) => {
    const { DBClusterIdentifier: id } = onlyOf(region, "AWS::RDS::DBCluster");
    expect(`arn:aws:rds:${region}:111122223333:cluster:${id}`).toBe(storefront.database?.clusters[region]);
  });

  it("makes the global cluster once, where the writer begins, and before its first member", () => {
    expect(regionNames.map((region) => propertiesOf(region, "AWS::RDS::GlobalCluster").length)).toEqual([1, 0, 0]);
    expect(onlyOf("us-east-1", "AWS::RDS::GlobalCluster")).toMatchObject({ GlobalClusterIdentifier: "storefront" });
    const [name] = Object.keys(templateOf("us-east-1").findResources("AWS::RDS::GlobalCluster"));
    templateOf("us-east-1").hasResource("AWS::RDS::DBCluster", { DependsOn: [name] });
  });

  it("is of one version, encrypted, logged in to by IAM, protected, and forwards writes, in every Region", () => {
    const version = onlyOf("us-east-1", "AWS::RDS::GlobalCluster").EngineVersion;
    for (const region of regionNames) {
      expect(onlyOf(region, "AWS::RDS::DBCluster")).toMatchObject({
        GlobalClusterIdentifier: "storefront",
        EngineVersion: version,
        StorageEncrypted: true,
        KmsKeyId: expect.anything(),
        EnableIAMDatabaseAuthentication: true,
        EnableGlobalWriteForwarding: true,
        DeletionProtection: true,
      });
      expect(onlyOf(region, "AWS::RDS::DBInstance")).toMatchObject({
        DBInstanceClass: "db.serverless",
        AutoMinorVersionUpgrade: false,
        PubliclyAccessible: false,
      });
    }
  });

  it("has an administrator in the writer's cluster alone, whose password no template holds", () => {
    const [writer, ...readers] = regionNames.map((region) => onlyOf(region, "AWS::RDS::DBCluster"));
    expect(JSON.stringify(writer?.MasterUserPassword)).toContain("{{resolve:secretsmanager:");
    for (const reader of readers) {
      expect(reader).not.toHaveProperty("MasterUsername");
      expect(reader).not.toHaveProperty("MasterUserPassword");
      expect(reader).not.toHaveProperty("DatabaseName");
      expect(reader).toHaveProperty("SourceRegion", "us-east-1");
    }
    expect(onlyOf("us-east-1", "AWS::SecretsManager::Secret")).toMatchObject({
      ReplicaRegions: [{ Region: "eu-west-1" }, { Region: "ap-southeast-1" }],
    });
  });

  it("is open to the service's instances alone", () => {
    for (const region of regionNames) {
      const inbound = propertiesOf(region, "AWS::EC2::SecurityGroupIngress").filter(
        ({ ToPort: port }) => port === 5432,
      );
      expect(inbound).toHaveLength(1);
      expect(JSON.stringify(inbound[0]?.SourceSecurityGroupId)).toContain("FleetSecurityGroup");
    }
  });

  it.each([
    { minimum: 0.3, maximum: 4 },
    { minimum: 4, maximum: 2 },
    { minimum: 0.5, maximum: 300 },
  ])("refuses a capacity that Aurora does not have: $minimum to $maximum", (databaseCapacity) => {
    expect(() => synthesise(storefront, { databaseCapacity })).toThrow(`received ${databaseCapacity.minimum} to`);
  });
});

describe("the table", () => {
  it("is a global one with a protected replica in each of the plan's Regions", () => {
    const table = onlyOf("us-east-1", "AWS::DynamoDB::GlobalTable");
    expect(table).toMatchObject({
      TableName: "UserSessions",
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "userId", KeyType: "HASH" }],
    });
    const replicas = table.Replicas as readonly Readonly<Record<string, unknown>>[];
    expect(replicas.map(({ Region: region }) => region).sort()).toEqual([...regionNames].sort());
    for (const replica of replicas)
      expect(replica).toMatchObject({
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
      });
    expect(propertiesOf("eu-west-1", "AWS::DynamoDB::GlobalTable")).toEqual([]);
  });
});

describe.each(storefront.regions)("the fleet of $name", ({ name: region, autoScalingGroup }) => {
  it("is the group that the plan names, judged by the load balancer, its sizes left alone by updates", () => {
    templateOf(region).hasResource("AWS::AutoScaling::AutoScalingGroup", {
      Properties: {
        AutoScalingGroupName: autoScalingGroup,
        HealthCheckType: "ELB",
        MinSize: "2",
        MaxSize: "12",
        DesiredCapacity: "2",
      },
      UpdatePolicy: { AutoScalingScheduledAction: { IgnoreUnmodifiedGroupSizeProperties: true } },
    });
    templateOf(region).hasResourceProperties("AWS::AutoScaling::ScalingPolicy", {
      PolicyType: "TargetTrackingScaling",
    });
  });

  it("runs on arm64 with IMDSv2 only", () => {
    const template = onlyOf(region, "AWS::EC2::LaunchTemplate").LaunchTemplateData;
    expect(template).toMatchObject({
      InstanceType: "t4g.small",
      MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 1 },
    });
    templateOf(region).hasParameter("*", {
      Default: Match.stringLikeRegexp("/aws/service/ami-amazon-linux-latest/al2023.*arm64"),
    });
  });

  it("gives the service an environment that it can read, with the plan's paths, header and table", () => {
    const data = onlyOf(region, "AWS::EC2::LaunchTemplate").LaunchTemplateData as {
      readonly UserData: { readonly "Fn::Base64": { readonly "Fn::Join": readonly [string, readonly unknown[]] } };
    };
    const script = data.UserData["Fn::Base64"]["Fn::Join"][1]
      .map((part) => (typeof part === "string" ? part : `resolved-${JSON.stringify(part).match(/\w*Endpoint/)?.[0]}`))
      .join("");
    const variables = Object.fromEntries(
      [...script.matchAll(/^(WORKLOAD_\w+)=(.*)$/gm)].map(([, key, value]) => [key, value]),
    );
    expect(readSettings(variables)).toMatchObject({
      WORKLOAD_REGION: region,
      WORKLOAD_HEALTH_PATH: "/health",
      WORKLOAD_WRITE_PATH: "/health/write",
      WORKLOAD_SERVED_BY_HEADER: "x-served-by-region",
      WORKLOAD_SESSIONS_TABLE: "UserSessions",
      WORKLOAD_DATABASE_READER: "resolved-ReadEndpoint",
      WORKLOAD_DATABASE_WRITER: "resolved-Endpoint",
    });
  });

  it("may do no more than read and write its table, log in to its cluster and fetch its program", () => {
    const policies = propertiesOf(region, "AWS::IAM::Policy").filter((policy) =>
      JSON.stringify(policy.Roles).includes("FleetRole"),
    );
    expect(policies).toHaveLength(1);
    const document = policies[0]?.PolicyDocument as { readonly Statement: readonly Record<string, unknown>[] };
    expect(document.Statement.map(({ Action: action }) => action)).toEqual([
      ["dynamodb:GetItem", "dynamodb:PutItem"],
      "rds-db:connect",
      "s3:GetObject",
    ]);
    expect(JSON.stringify(document)).not.toContain("*");
  });

  it("is replaced when it does not live, not when a store is ill", () => {
    expect(onlyOf(region, "AWS::ElasticLoadBalancingV2::TargetGroup")).toMatchObject({ HealthCheckPath: livePath });
  });
});

it("refuses a fleet whose sizes contradict each other", () => {
  const fleetCapacity = { minimum: 3, desired: 2, maximum: 12 };
  expect(() => synthesise(storefront, { fleetCapacity })).toThrow("received minimum 3, desired 2, maximum 12");
});

describe("the networks", () => {
  it("do not overlap, are not connected to each other, and have no way out", () => {
    const networks = regionNames.map((region) => onlyOf(region, "AWS::EC2::VPC").CidrBlock as string);
    expect(networks.every((network) => /^10\.\d+\.0\.0\/16$/.test(network))).toBe(true);
    expect(new Set(networks).size).toBe(regionNames.length);
    for (const region of regionNames) {
      expect(propertiesOf(region, "AWS::EC2::VPCPeeringConnection")).toEqual([]);
      expect(propertiesOf(region, "AWS::EC2::NatGateway")).toEqual([]);
      expect(propertiesOf(region, "AWS::EC2::VPCEndpoint")).toHaveLength(2);
    }
  });
});

describe("the records", () => {
  const recordsOf = (region: string) =>
    new Map(propertiesOf(region, "AWS::Route53::RecordSet").map((record) => [record.Name, record]));

  it.each(storefront.regions)("answer customers by latency, with a health check: $name", ({ name }) => {
    expect(recordsOf(name).get("shop.example.com")).toMatchObject({
      HostedZoneId: "Z0STOREFRONT",
      Region: name,
      SetIdentifier: name,
      HealthCheckId: { Ref: "HealthCheckId" },
      AliasTarget: { EvaluateTargetHealth: true },
    });
    const parameter = templateOf(name).findParameters("HealthCheckId").HealthCheckId;
    expect(parameter).not.toHaveProperty("Default");
  });

  it.each(storefront.regions)("say which output of the controller's is their health check: $name", ({ name }) => {
    const { stacks } = synthesizeController(controllerPlanOf("storefront"));
    const { Description } = templateOf(name).findParameters("HealthCheckId").HealthCheckId as { Description: string };

    const [, output = "", stack = "", region] =
      /: output (\w+) of stack failover-storefront-([\w-]+) in ([\w-]+)$/.exec(Description) ?? [""];
    expect(stacks[stack]?.region).toBe(region);
    expect(output).toMatch(new RegExp(`^HealthCheckId${name.replaceAll("-", "")}$`, "i"));
    expect(Object.keys(stacks[stack]?.outputs ?? {})).toContain(output);
  });

  it("say who makes them with routing controls", () => {
    const { workload: controlled } = synthesise(routingControlPlan().plan);
    const [first] = controlled.stacks.map((stack) => Template.fromStack(stack).findParameters("HealthCheckId"));

    expect(first?.HealthCheckId?.Description).toMatch(/: the one of type RECOVERY_CONTROL that you made/);
  });

  it.each(storefront.regions)("give each Region the name that the plan probes, in DNS or not: $name", (region) => {
    const record = recordsOf(region.name).get(new URL(region.probeUrl).hostname);
    expect(record).toBeDefined();
    expect(record).not.toHaveProperty("HealthCheckId");
    expect(record).not.toHaveProperty("Region");
  });

  it("carry the ids that are given, and refuse to be without", () => {
    const healthCheckIds = { "us-east-1": "one", "eu-west-1": "two", "ap-southeast-1": "three" };
    const { workload: given } = synthesise(storefront, { healthCheckIds });
    const ids = given.stacks.map((stack) => {
      const records = Object.values(Template.fromStack(stack).findResources("AWS::Route53::RecordSet"));
      return records.map(({ Properties }) => Properties.HealthCheckId).filter((id) => id !== undefined);
    });
    expect(ids).toEqual([["one"], ["two"], ["three"]]);

    const missing = { "us-east-1": "one" };
    expect(() => synthesise(storefront, { healthCheckIds: missing })).toThrow("received none for eu-west-1");
    const empty = { ...healthCheckIds, "us-east-1": "" };
    expect(() => synthesise(storefront, { healthCheckIds: empty })).toThrow("without one its record always counts");
  });

  it("carry the plan's own health checks where it names them", () => {
    const plan = planOf((text) => text.replace("kind: healthCheck\n    buckets:", "kind: record\n    healthChecks:"));
    const { workload: byRecord } = synthesise(plan);
    for (const stack of byRecord.stacks)
      Template.fromStack(stack).hasResourceProperties("AWS::Route53::RecordSet", {
        Region: stack.region,
        HealthCheckId: `storefront-switch-${stack.region}`,
      });
  });
});
