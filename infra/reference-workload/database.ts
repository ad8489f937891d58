import { RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as kms from "aws-cdk-lib/aws-kms";
import * as rds from "aws-cdk-lib/aws-rds";
import type * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import type { RegionBlueprint } from "./blueprint.ts";
import type { Network } from "./network.ts";
import { databaseUser, renderSchema } from "./schema.ts";
import { Schema } from "./schema-resource.ts";

/**
 * A long-term-support release, the same in every Region: managed failover asks for equal major and minor versions, and
 * AWS does not move such a release to another minor on its own. Global databases with write forwarding exist in every
 * minor of Aurora PostgreSQL 16 and later.
 */
export const engineVersion = "17.7";

const engine = "aurora-postgresql";
const port = 5432;
const databaseName = "workload";

/** Aurora capacity units, each about 2 GiB of memory. */
export interface DatabaseCapacity {
  readonly minimum: number;
  readonly maximum: number;
}

/**
 * The smallest that does not pause, for a workload that is probed and not much else. AWS advises a minimum of 8 for
 * global databases that carry real load, since a reader that is promoted must grow first.
 */
export const defaultDatabaseCapacity: DatabaseCapacity = { minimum: 0.5, maximum: 4 };

export interface DatabaseProps {
  readonly region: RegionBlueprint;
  readonly globalCluster: string;
  /** All Regions of the workload, the writer's first. */
  readonly regionNames: readonly [string, ...string[]];
  readonly network: Network;
  /** @default 0.5 to 4 */
  readonly capacity?: DatabaseCapacity;
}

/**
 * One Region's cluster of the Aurora global database: one serverless instance, reachable from the service alone, log-in
 * by IAM tokens. Where the writer begins, this makes the global cluster too, with the schema and the administrator's
 * secret, which is replicated to the other Regions (Secrets Manager cannot manage the password of a global database by
 * itself). Everything needed to be the writer later is set on every cluster.
 *
 * The CDK's own DatabaseCluster demands credentials, which a cluster that joins a global database must not have; hence
 * the resources themselves.
 */
export class Database extends Construct {
  readonly cluster: rds.CfnDBCluster;
  readonly securityGroup: ec2.SecurityGroup;
  readonly connection: {
    readonly reader: string;
    readonly writer: string;
    readonly port: number;
    readonly database: string;
    readonly user: string;
  };

  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id);
    const { region, network } = props;
    const [writerRegion, ...otherRegions] = props.regionNames;
    const capacity = checkCapacity(props.capacity ?? defaultDatabaseCapacity);

    const key = new kms.Key(this, "Key", {
      description: `Encrypts the Aurora cluster ${region.cluster}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const subnetGroup = new rds.CfnDBSubnetGroup(this, "SubnetGroup", {
      dbSubnetGroupDescription: `Aurora cluster ${region.cluster}`,
      subnetIds: network.vpc.selectSubnets(network.databaseSubnets).subnetIds,
    });
    this.securityGroup = new ec2.SecurityGroup(this, "SecurityGroup", {
      vpc: network.vpc,
      description: `Aurora cluster ${region.cluster}`,
      allowAllOutbound: false,
    });

    const global = region.database === "writer" ? this.#addGlobalCluster(props.globalCluster) : null;
    const secret =
      region.database === "writer"
        ? (new rds.DatabaseSecret(this, "Administrator", {
            username: "postgres",
            replicaRegions: otherRegions.map((name) => ({ region: name })),
          }) as secretsmanager.ISecret)
        : null;
    const beginning =
      secret === null
        ? { sourceRegion: writerRegion }
        : {
            databaseName,
            masterUsername: "postgres",
            // A dynamic reference: CloudFormation reads the password, the template never holds it.
            masterUserPassword: secret.secretValueFromJson("password").unsafeUnwrap(),
          };
    this.cluster = new rds.CfnDBCluster(this, "Cluster", {
      ...beginning,
      dbClusterIdentifier: region.cluster,
      globalClusterIdentifier: props.globalCluster,
      engine,
      engineVersion,
      port,
      dbSubnetGroupName: subnetGroup.ref,
      vpcSecurityGroupIds: [this.securityGroup.securityGroupId],
      storageEncrypted: true,
      kmsKeyId: key.keyArn,
      enableIamDatabaseAuthentication: true,
      // On the writer it does nothing until another Region takes over; then it is needed at once.
      enableGlobalWriteForwarding: true,
      // The RDS Data API applies the schema, and gives an administrator a way in without a network path.
      enableHttpEndpoint: true,
      backupRetentionPeriod: 7,
      copyTagsToSnapshot: true,
      deletionProtection: true,
      serverlessV2ScalingConfiguration: { minCapacity: capacity.minimum, maxCapacity: capacity.maximum },
    });
    // A cluster of a global database cannot leave a final snapshot behind while it is not the writer; deletion protection
    // is what guards it.
    this.cluster.applyRemovalPolicy(RemovalPolicy.DESTROY);
    if (global !== null) this.cluster.addResourceDependency(global);

    const instance = new rds.CfnDBInstance(this, "Instance", {
      dbInstanceIdentifier: `${region.cluster}-1`,
      dbClusterIdentifier: this.cluster.ref,
      dbInstanceClass: "db.serverless",
      engine,
      publiclyAccessible: false,
      // Versions move together, by hand, or not at all.
      autoMinorVersionUpgrade: false,
    });
    instance.applyRemovalPolicy(RemovalPolicy.DESTROY);

    if (secret !== null) {
      const schema = new Schema(this, "Schema", {
        sql: renderSchema(props.regionNames),
        clusterArn: this.#arn,
        secret,
        database: databaseName,
      });
      schema.node.addDependency(instance);
      Validations.of(secret).acknowledge({
        id: "AwsSolutions-SMG4",
        reason:
          "The service logs in with IAM tokens. A rotation function changes the password in one Region's cluster and " +
          "fails when the writer is elsewhere, so an administrator rotates it by hand.",
      });
    }
    this.connection = {
      reader: this.cluster.attrReadEndpointAddress,
      writer: this.cluster.attrEndpointAddress,
      port,
      database: databaseName,
      user: databaseUser,
    };
  }

  /** What an identity policy names to let somebody log in as the service's user, here. */
  get loginArn(): string {
    const { region, account } = Stack.of(this);
    return `arn:aws:rds-db:${region}:${account}:dbuser:${this.cluster.attrDbClusterResourceId}/${databaseUser}`;
  }

  get #arn(): string {
    const { region, account } = Stack.of(this);
    return `arn:aws:rds:${region}:${account}:cluster:${this.cluster.ref}`;
  }

  #addGlobalCluster(identifier: string): rds.CfnGlobalCluster {
    const global = new rds.CfnGlobalCluster(this, "GlobalCluster", {
      globalClusterIdentifier: identifier,
      engine,
      engineVersion,
      storageEncrypted: true,
      deletionProtection: true,
    });
    global.applyRemovalPolicy(RemovalPolicy.DESTROY);
    return global;
  }
}

/** @throws RangeError naming the value. Steps and bounds are those of Aurora Serverless v2 (0.5 to 256). */
function checkCapacity(capacity: DatabaseCapacity): DatabaseCapacity {
  const { minimum, maximum } = capacity;
  const fits = (units: number) => units >= 0.5 && units <= 256 && Number.isInteger(units * 2);
  if (!fits(minimum) || !fits(maximum) || minimum > maximum || maximum < 1)
    throw new RangeError(
      `Database capacity: received ${minimum} to ${maximum}: must be steps of 0.5 from 0.5 to 256, the maximum at least 1`,
    );
  return capacity;
}
