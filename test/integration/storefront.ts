import { readFileSync } from "node:fs";
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
} from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CreateTableCommand, DynamoDBClient, QueryCommand, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  CreateGlobalClusterCommand,
  DescribeGlobalClustersCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { parse, stringify } from "yaml";
import { fromAttributes } from "../../functions/shared/attributes.ts";
import { systemClock } from "../../functions/shared/clock.ts";
import { loadPlan } from "../../functions/shared/plan/load.ts";
import type { Plan } from "../../functions/shared/plan/plan.ts";
import type { PlanFile } from "../../functions/shared/plan/schema.ts";
import type { TimelineEvent } from "../../functions/timeline/event.ts";
import { evacuationKey } from "../../functions/traffic/switch-objects.ts";
import { usualInstances } from "../../simulator/deployment.ts";
import { projectRoot } from "./environment.ts";
import type { Opened } from "./opened.ts";
import { credentials } from "./servers.ts";
import { publicName, type Shop, startShop } from "./shop.ts";

/** The Region that fails, which also holds Route 53's control plane. */
export const failing = "us-east-1";

/** plans/storefront.yaml with its customers on this machine, and waits that a test can wait for. */
export interface Storefront {
  readonly plan: Plan;
  /** The same as a plan file. */
  readonly yaml: string;
  readonly shop: Shop;
  /** Its resources, asked for at the server itself: the proxy notes nothing of it. */
  readonly world: World;
}

/** @param url the server that keeps its resources, which `World.build` makes. */
export async function openStorefront(url: string, opened: Opened): Promise<Storefront> {
  const file = parse(readFileSync(`${projectRoot}/plans/storefront.yaml`, "utf8")) as PlanFile;
  const regions = Object.keys(file.regions);
  // The world's plan is known once the shop has its port; nobody asks the shop before.
  let world: World | null = null;
  const shop = await opened.add(
    startShop(regions, {
      evacuated: async () => (await world?.evacuated()) ?? [],
      writer: async () => (await world?.writer()) ?? null,
    }),
  );
  const yaml = stringify({
    ...file,
    regions: Object.fromEntries(
      Object.entries(file.regions).map(([name, region]) => [name, { ...region, probe: shop.probeUrl(name) }]),
    ),
    traffic: { ...file.traffic, record: publicName, url: shop.publicUrl },
    detection: { ...file.detection, probeEvery: "PT4S", confirmFor: "PT6S", clearFor: "PT7S" },
    recovery: { soak: "PT2S", deadline: "PT2M", writeProbe: shop.writeUrl },
  });
  const plan = loadPlan(yaml, "the test's plan");
  world = new World(url, plan);
  return { plan, yaml, shop, world };
}

export function planFileOf({ yaml }: Storefront): PlanFile {
  return parse(yaml) as PlanFile;
}

/** The plan with some of its parts replaced, written as in a plan file. */
export function variantOf(storefront: Storefront, parts: Partial<PlanFile>): Plan {
  return loadPlan(stringify({ ...planFileOf(storefront), ...parts }), "the test's plan");
}

/** What a storefront has in AWS besides the controller, and what can be seen of it there. */
export class World {
  readonly #url: string;
  readonly #plan: Plan;

  constructor(url: string, plan: Plan) {
    this.#url = url;
    this.#plan = plan;
  }

  /** The application: groups, the global database, its lag, the table of sessions. */
  async build(): Promise<void> {
    for (const { name } of this.#plan.regions) await this.#buildGroup(name);
    await this.#buildDatabase();
    await this.#buildSessions();
  }

  /** What a deployment would make of the controller's own, where nothing is deployed. */
  async buildTablesAndBuckets(tables: Readonly<Record<string, string>>): Promise<void> {
    for (const table of [this.#plan.coordination.table, this.#plan.recordsTable]) {
      await this.#dynamoDB(tables[table] ?? "").send(
        new CreateTableCommand({
          TableName: table,
          BillingMode: "PAY_PER_REQUEST",
          KeySchema: [
            { AttributeName: "pk", KeyType: "HASH" },
            { AttributeName: "sk", KeyType: "RANGE" },
          ],
          AttributeDefinitions: [
            { AttributeName: "pk", AttributeType: "S" },
            { AttributeName: "sk", AttributeType: "S" },
          ],
        }),
      );
    }
    for (const [region, Bucket] of Object.entries(this.#buckets())) {
      const s3 = this.#s3(region);
      await s3.send(new CreateBucketCommand({ Bucket }));
      // As infra/switch-bucket.ts has it: the health checkers sign nothing.
      const Statement = [
        { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${Bucket}/*` },
      ];
      await s3.send(
        new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: "2012-10-17", Statement }) }),
      );
    }
  }

  /** Regions for which a survivor's bucket holds the object that evacuates them. */
  async evacuated(): Promise<readonly string[]> {
    const keys = await Promise.all(
      Object.entries(this.#buckets()).map(async ([region, Bucket]) => {
        const { Contents = [] } = await this.#s3(region).send(new ListObjectsV2Command({ Bucket }));
        return Contents.map(({ Key }) => Key);
      }),
    );
    return this.#plan.regions.map(({ name }) => name).filter((name) => keys.flat().includes(evacuationKey(name)));
  }

  /** Puts all Regions back into DNS. */
  async returnAll(): Promise<void> {
    for (const [region, Bucket] of Object.entries(this.#buckets())) {
      for (const { name } of this.#plan.regions) {
        await this.#s3(region).send(new DeleteObjectCommand({ Bucket, Key: evacuationKey(name) }));
      }
    }
  }

  /** What the switch of a survivor says of a Region; null when there is no object. */
  async evacuation(survivor: string, region: string): Promise<unknown> {
    const { Body } = await this.#s3(survivor).send(
      new GetObjectCommand({ Bucket: this.#buckets()[survivor], Key: evacuationKey(region) }),
    );
    return JSON.parse((await Body?.transformToString()) ?? "null");
  }

  /** The forms of a run's report that a Region's bucket keeps, by extension. */
  async report(bucket: string, region: string, incident: string): Promise<Readonly<Record<string, string>>> {
    const client = this.#s3(region);
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `${incident}/` }));
    const forms = await Promise.all(
      Contents.map(async ({ Key }) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
        return [Key?.split(".").at(-1) ?? "", (await Body?.transformToString()) ?? ""] as const;
      }),
    );
    return Object.fromEntries(forms);
  }

  async writer(): Promise<string | null> {
    const { GlobalClusters = [] } = await new RDSClient({ ...this.#at("eu-west-1") }).send(
      new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: this.#plan.database?.globalCluster }),
    );
    const writer = GlobalClusters[0]?.GlobalClusterMembers?.find(({ IsWriter }) => IsWriter === true);
    return writer?.DBClusterArn?.split(":")[3] ?? null;
  }

  /** MinSize, DesiredCapacity and instances in service of a Region's group. */
  async group(region: string): Promise<{ minimum: number; desired: number; inService: number }> {
    const { AutoScalingGroups = [] } = await new AutoScalingClient(this.#at(region)).send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [this.#groupOf(region)] }),
    );
    const [group] = AutoScalingGroups;
    return {
      minimum: group?.MinSize ?? 0,
      desired: group?.DesiredCapacity ?? 0,
      inService: (group?.Instances ?? []).filter(({ LifecycleState }) => LifecycleState === "InService").length,
    };
  }

  /** The items of one partition of a table, as they lie there, by sort key. */
  async items(table: string, region: string, partition: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { Items = [] } = await this.#dynamoDB(region).send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": { S: partition } },
        ConsistentRead: true,
      }),
    );
    return Items.map((item) => fromAttributes(item));
  }

  /** An incident's timeline. @param region the one that holds the records table. */
  async timeline(region: string, incident: string): Promise<readonly TimelineEvent[]> {
    const items = await this.items(this.#plan.recordsTable, region, `incident#${incident}`);
    return items.map(({ pk: _pk, sk: _sk, ...event }) => event as unknown as TimelineEvent);
  }

  async #buildGroup(region: string): Promise<void> {
    const client = new AutoScalingClient(this.#at(region));
    const instances = usualInstances(this.#plan, region);
    const launch = { LaunchConfigurationName: "storefront-web" };
    await client.send(new CreateLaunchConfigurationCommand({ ...launch, ImageId: "ami-1", InstanceType: "t4g.small" }));
    await client.send(
      new CreateAutoScalingGroupCommand({
        ...launch,
        AutoScalingGroupName: this.#groupOf(region),
        AvailabilityZones: [`${region}a`],
        MinSize: 1,
        DesiredCapacity: instances,
        MaxSize: instances,
      }),
    );
  }

  async #buildDatabase(): Promise<void> {
    const { database } = this.#plan;
    if (database === null) return;
    const cluster = { GlobalClusterIdentifier: database.globalCluster, Engine: "aurora-postgresql" };
    await new RDSClient(this.#at(database.writer)).send(new CreateGlobalClusterCommand(cluster));
    // The writer first: whoever joins a global cluster that has one is a reader.
    const regions = [database.writer, ...Object.keys(database.clusters).filter((region) => region !== database.writer)];
    for (const region of regions) {
      const login = { MasterUsername: "storefront", MasterUserPassword: "not-a-secret" };
      await new RDSClient(this.#at(region)).send(
        new CreateDBClusterCommand({
          ...cluster,
          ...(region === database.writer ? login : {}),
          DBClusterIdentifier: database.clusters[region]?.split(":").at(-1),
        }),
      );
      await new RDSClient(this.#at(region)).send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier: `${database.clusters[region]?.split(":").at(-1)}-1`,
          DBClusterIdentifier: database.clusters[region]?.split(":").at(-1),
          DBInstanceClass: "db.r8g.large",
          Engine: cluster.Engine,
        }),
      );
    }
    for (const region of regions.filter((each) => each !== database.writer)) await this.#publishLag(region);
  }

  /** Replication that works: another lag each minute, of about a second. */
  async #publishLag(region: string): Promise<void> {
    const cluster = this.#plan.database?.clusters[region]?.split(":").at(-1);
    await new CloudWatchClient(this.#at(region)).send(
      new PutMetricDataCommand({
        Namespace: "AWS/RDS",
        MetricData: [1, 2, 3].map((minutes) => ({
          MetricName: "AuroraGlobalDBRPOLag",
          Dimensions: [{ Name: "DBClusterIdentifier", Value: cluster }],
          Timestamp: new Date(systemClock.now() - minutes * 60_000),
          Value: 1_000 + minutes,
          Unit: "Milliseconds",
        })),
      }),
    );
  }

  async #buildSessions(): Promise<void> {
    const [home = "", ...others] = this.#plan.regions.map(({ name }) => name);
    for (const TableName of this.#plan.tables) {
      const client = this.#dynamoDB(home);
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: "PAY_PER_REQUEST",
          KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
          AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
          StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
        }),
      );
      for (const RegionName of others) {
        await client.send(new UpdateTableCommand({ TableName, ReplicaUpdates: [{ Create: { RegionName } }] }));
      }
    }
  }

  #groupOf(region: string): string {
    return this.#plan.regions.find(({ name }) => name === region)?.autoScalingGroup ?? "";
  }

  #buckets(): Readonly<Record<string, string>> {
    const { switch: chosen } = this.#plan.traffic;
    return chosen.kind === "healthCheck" ? chosen.buckets : {};
  }

  #dynamoDB(region: string): DynamoDBClient {
    return new DynamoDBClient(this.#at(region));
  }

  #s3(region: string): S3Client {
    return new S3Client({ ...this.#at(region), forcePathStyle: true });
  }

  #at(region: string) {
    return { region, endpoint: this.#url, credentials };
  }
}
