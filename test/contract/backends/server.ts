import {
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
  SuspendProcessesCommand,
} from "@aws-sdk/client-auto-scaling";
import { PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CreateTableCommand, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { CreateDBClusterCommand, CreateDBInstanceCommand, CreateGlobalClusterCommand } from "@aws-sdk/client-rds";
import { CreateHealthCheckCommand } from "@aws-sdk/client-route-53";
import { type BucketLocationConstraint, CreateBucketCommand } from "@aws-sdk/client-s3";
import { CreateStateMachineCommand } from "@aws-sdk/client-sfn";
import { CreateTopicCommand } from "@aws-sdk/client-sns";
import { type AwsClients, silentNameServers } from "../../../functions/shared/clients.ts";
import { systemClock } from "../../../functions/shared/clock.ts";
import { silentLogger } from "../../../functions/shared/logger.ts";
import { seededRandom } from "../../../functions/shared/random.ts";
import { type AwsServer, account, pointClientsAt } from "../../integration/servers.ts";
import {
  type Backend,
  type BackendName,
  type Cloud,
  cloudRegions,
  type Disturbances,
  home,
  type Preparations,
  virginia,
} from "../backend.ts";
import { createClients } from "./clients.ts";
import { machineRole } from "./iam.ts";
import { definitionOf } from "./state-machines.ts";

/** Servers do at once what AWS takes minutes for, so what has not come by then does not come. */
const longestWaitMs = 2_500;
const lookEveryMs = 100;
const minuteMs = 60_000;
const random = seededRandom(1);

/** How a server is made to refuse whatever it is asked; `asEver` are the clients that it does not refuse. */
type WhileRefused = (
  reason: Parameters<Disturbances["whileRefused"]>[1],
  act: (aws: AwsClients) => Promise<void>,
  asEver: AwsClients,
) => Promise<void>;

/**
 * A backend over an AWS implementation that runs on this machine, prepared through AWS's own API. Cases share the server;
 * names keep them apart.
 */
export function createServerBackend(name: BackendName, server: AwsServer, whileRefused: WhileRefused): Backend {
  const restoreEnvironment = pointClientsAt(server.url);
  const aws = createClients();
  let names = 0;
  const unique = (base: string) => `${base}-${++names}`;

  const cloud: Cloud = {
    aws,
    clock: systemClock,
    unique,
    prepare: preparationsThrough(aws, server.url, unique),
    disturb: {
      // Neither server has an EC2 that runs out of anything.
      exhaustCapacity: async () => {},
      whileRefused: (_service, reason, act) => whileRefused(reason, act, aws),
    },
    dependencies: (plan, machine) => ({
      plan,
      region: home,
      clock: systemClock,
      random,
      aws,
      nameServers: silentNameServers,
      http: { probe: () => Promise.reject(new Error("nothing is probed here")) },
      logger: silentLogger,
      stateMachineArn: machine ?? null,
      reportBucket: null,
      topicArn: null,
      s3Endpoint: null,
    }),
    async until(look, isSettled) {
      const end = systemClock.now() + longestWaitMs;
      for (;;) {
        const found = await look();
        if (isSettled(found) || systemClock.now() > end) return found;
        await systemClock.sleep(lookEveryMs);
      }
    },
  };
  return {
    name,
    play: (act) => act(cloud),
    stop: async () => {
      restoreEnvironment();
      await server.close();
    },
  };
}

function preparationsThrough(aws: AwsClients, url: string, unique: Cloud["unique"]): Preparations {
  return {
    async table(name, consistency, [first, ...others]) {
      const client = aws.dynamoDB(first ?? home);
      await client.send(
        new CreateTableCommand({
          TableName: name,
          KeySchema: [
            { AttributeName: "pk", KeyType: "HASH" },
            { AttributeName: "sk", KeyType: "RANGE" },
          ],
          AttributeDefinitions: [
            { AttributeName: "pk", AttributeType: "S" },
            { AttributeName: "sk", AttributeType: "S" },
          ],
          BillingMode: "PAY_PER_REQUEST",
          StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
        }),
      );
      if (others.length === 0) return;
      await client.send(
        new UpdateTableCommand({
          TableName: name,
          ReplicaUpdates: others.map((RegionName) => ({ Create: { RegionName } })),
          ...(consistency === "strong" ? { MultiRegionConsistency: "STRONG" } : {}),
        }),
      );
    },

    async group(region, name, { minimum, desired, maximum }) {
      const client = aws.autoScaling(region);
      await client.send(
        new CreateLaunchConfigurationCommand({
          LaunchConfigurationName: name,
          ImageId: "ami-12c6146b",
          InstanceType: "t3.micro",
        }),
      );
      await client.send(
        new CreateAutoScalingGroupCommand({
          AutoScalingGroupName: name,
          LaunchConfigurationName: name,
          MinSize: minimum,
          DesiredCapacity: desired,
          MaxSize: maximum,
          AvailabilityZones: [`${region}a`],
        }),
      );
      await client.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }));
    },

    async suspendLaunch(region, name) {
      await aws
        .autoScaling(region)
        .send(new SuspendProcessesCommand({ AutoScalingGroupName: name, ScalingProcesses: ["Launch"] }));
    },

    async globalCluster(identifier, writer) {
      const Engine = "aurora-postgresql";
      await aws.rds(writer).send(new CreateGlobalClusterCommand({ GlobalClusterIdentifier: identifier, Engine }));
      const clusters: Record<string, string> = {};
      for (const region of [writer, ...cloudRegions.filter((each) => each !== writer)]) {
        const { DBCluster } = await aws.rds(region).send(
          new CreateDBClusterCommand({
            DBClusterIdentifier: `${identifier}-${region}`,
            GlobalClusterIdentifier: identifier,
            Engine,
            ...(region === writer ? { MasterUsername: "postgres", MasterUserPassword: "not-a-secret" } : {}),
          }),
        );
        clusters[region] = DBCluster?.DBClusterArn ?? "";
        await aws.rds(region).send(
          new CreateDBInstanceCommand({
            DBInstanceIdentifier: `${identifier}-${region}-1`,
            DBClusterIdentifier: `${identifier}-${region}`,
            DBInstanceClass: "db.r8g.large",
            Engine,
          }),
        );
      }
      return clusters;
    },

    async healthCheck(kind) {
      const { HealthCheck } = await aws.route53().send(
        new CreateHealthCheckCommand({
          CallerReference: unique("check"),
          HealthCheckConfig:
            kind === "calculated"
              ? { Type: "CALCULATED", HealthThreshold: 0, ChildHealthChecks: [], Inverted: false }
              : {
                  Type: "HTTPS",
                  FullyQualifiedDomainName: "shop.example.com",
                  Port: 443,
                  RequestInterval: 10,
                  FailureThreshold: 3,
                },
        }),
      );
      return HealthCheck?.Id ?? "";
    },

    async bucket(region, name) {
      await aws.s3(region).send(
        new CreateBucketCommand({
          Bucket: name,
          // us-east-1 is the one Region that must not be named.
          ...(region === virginia
            ? {}
            : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } }),
        }),
      );
    },

    async topic(region, name) {
      const { TopicArn = "" } = await aws.sns(region).send(new CreateTopicCommand({ Name: name }));
      return TopicArn;
    },

    async stateMachine(region, name, behaviour) {
      const { stateMachineArn = "" } = await aws.stepFunctions(region).send(
        new CreateStateMachineCommand({
          name,
          definition: JSON.stringify(definitionOf(behaviour)),
          roleArn: machineRole,
        }),
      );
      return stateMachineArn;
    },

    /** AWS lets nobody else publish under its own namespaces; these servers have nothing that would. */
    async metric(region, metric, values) {
      const last = (Math.floor(systemClock.now() / minuteMs) - 1) * minuteMs;
      await aws.cloudWatch(region).send(
        new PutMetricDataCommand({
          Namespace: metric.namespace,
          MetricData: values.map((Value, index) => ({
            MetricName: metric.name,
            Dimensions: Object.entries(metric.dimensions).map(([Name, Text]) => ({ Name, Value: Text })),
            Timestamp: new Date(last - (values.length - 1 - index) * minuteMs),
            Value,
          })),
        }),
      );
      return last;
    },

    /** Creating them takes another service, which neither server has; what is asked for then is this service alone. */
    async routingControls() {
      const arn = (region: string) =>
        `arn:aws:route53-recovery-control::${account}:controlpanel/1/routingcontrol/${region}`;
      return {
        endpoints: [{ region: home, url }],
        controls: Object.fromEntries(cloudRegions.map((region) => [region, arn(region)])),
      };
    },
  };
}
