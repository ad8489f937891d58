import { Annotations, Duration, Stack, Validations } from "aws-cdk-lib";
import * as autoscaling from "aws-cdk-lib/aws-autoscaling";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as elb from "aws-cdk-lib/aws-elasticloadbalancingv2";
import * as iam from "aws-cdk-lib/aws-iam";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import { Construct } from "constructs";
import type { Blueprint, RegionBlueprint } from "./blueprint.ts";
import type { Database } from "./database.ts";
import type { Network } from "./network.ts";
import { livePath } from "./service/server.ts";
import type { SettingName } from "./service/settings.ts";

/** How many instances the group may have. */
export interface FleetCapacity {
  readonly minimum: number;
  readonly maximum: number;
  readonly desired: number;
}

/**
 * Two instances in two Availability Zones serve; the maximum leaves room for the whole demand of three Regions, so that a
 * failover seldom has to raise it.
 */
export const defaultFleetCapacity: FleetCapacity = { minimum: 2, maximum: 12, desired: 2 };

/** Above this average, in percent, instances are added: half, so that a survivor can take a second Region's customers at once. */
const targetUtilizationPercent = 50;

const servicePort = 8080;

export interface FleetProps {
  readonly blueprint: Blueprint;
  readonly region: RegionBlueprint;
  readonly network: Network;
  readonly database: Database;
  /** The bundled service, one file. */
  readonly serviceFile: string;
  /** @default 2 to 12 instances, beginning with 2 */
  readonly capacity?: FleetCapacity;
}

/** The Auto Scaling group that serves: arm64, Amazon Linux 2023, IMDSv2 only, one systemd unit. */
export class Fleet extends Construct {
  readonly group: autoscaling.AutoScalingGroup;
  readonly targetGroup: elb.ApplicationTargetGroup;
  readonly securityGroup: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, props: FleetProps) {
    super(scope, id);
    const { region, network, database } = props;
    const capacity = checkCapacity(props.capacity ?? defaultFleetCapacity);

    const service = new Asset(this, "Service", { path: props.serviceFile });
    this.securityGroup = new ec2.SecurityGroup(this, "SecurityGroup", {
      vpc: network.vpc,
      description: `Instances of ${region.autoScalingGroup}`,
      allowAllOutbound: false,
    });
    this.securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, "S3 and DynamoDB, by gateway endpoints");
    this.securityGroup.connections.allowTo(database.securityGroup, ec2.Port.tcp(database.connection.port), "Aurora");

    const role = new iam.Role(this, "Role", {
      assumedBy: new iam.ServicePrincipal("ec2.amazonaws.com"),
      description: `Instances of ${region.autoScalingGroup}`,
    });
    const { region: regionName, account } = Stack.of(this);
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ["dynamodb:GetItem", "dynamodb:PutItem"],
        resources: [`arn:aws:dynamodb:${regionName}:${account}:table/${props.blueprint.table}`],
      }),
    );
    role.addToPolicy(new iam.PolicyStatement({ actions: ["rds-db:connect"], resources: [database.loginArn] }));
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ["s3:GetObject"],
        resources: [service.bucket.arnForObjects(service.s3ObjectKey)],
      }),
    );

    const template = new ec2.LaunchTemplate(this, "Template", {
      machineImage: ec2.MachineImage.latestAmazonLinux2023({ cpuType: ec2.AmazonLinuxCpuType.ARM_64 }),
      instanceType: new ec2.InstanceType("t4g.small"),
      securityGroup: this.securityGroup,
      role,
      userData: renderUserData(service, renderSettings(props)),
      requireImdsv2: true,
      httpPutResponseHopLimit: 1,
      detailedMonitoring: true,
      blockDevices: [
        {
          deviceName: "/dev/xvda",
          volume: ec2.BlockDeviceVolume.ebs(8, { encrypted: true, volumeType: ec2.EbsDeviceVolumeType.GP3 }),
        },
      ],
    });

    this.group = new autoscaling.AutoScalingGroup(this, "Group", {
      autoScalingGroupName: region.autoScalingGroup,
      vpc: network.vpc,
      vpcSubnets: network.serviceSubnets,
      launchTemplate: template,
      minCapacity: capacity.minimum,
      maxCapacity: capacity.maximum,
      desiredCapacity: capacity.desired,
      // A deployment leaves sizes alone that a failover, or the scaling policy, has changed.
      ignoreUnmodifiedSizeProperties: true,
      healthChecks: autoscaling.HealthChecks.withAdditionalChecks({
        additionalTypes: [autoscaling.AdditionalHealthCheckType.ELB],
        gracePeriod: Duration.minutes(3),
      }),
      groupMetrics: [autoscaling.GroupMetrics.all()],
      updatePolicy: autoscaling.UpdatePolicy.rollingUpdate({
        maxBatchSize: 1,
        minInstancesInService: capacity.minimum,
        // There is no way out to signal CloudFormation by: an instance gets the time that a start takes.
        pauseTime: Duration.minutes(3),
      }),
    });
    Annotations.of(this.group).acknowledgeWarning(
      "@aws-cdk/aws-autoscaling:desiredCapacitySet",
      "Unmodified sizes are ignored by updates, so a deployment does not reset what a failover has raised.",
    );
    this.group.scaleOnCpuUtilization("Utilization", { targetUtilizationPercent });
    Validations.of(this.group).acknowledge({
      id: "AwsSolutions-AS3",
      reason: "The failover controller watches the group's capacity itself; nobody would read a message per instance.",
    });

    this.targetGroup = new elb.ApplicationTargetGroup(this, "Targets", {
      vpc: network.vpc,
      port: servicePort,
      protocol: elb.ApplicationProtocol.HTTP,
      targets: [this.group],
      deregistrationDelay: Duration.seconds(30),
      healthCheck: {
        // Not the health of the stores: one that fails would have every instance replaced, which helps nobody.
        path: livePath,
        interval: Duration.seconds(10),
        timeout: Duration.seconds(3),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 3,
      },
    });
  }
}

/** @throws RangeError naming the value */
function checkCapacity(capacity: FleetCapacity): FleetCapacity {
  const { minimum, maximum, desired } = capacity;
  const whole = [minimum, maximum, desired].every((count) => Number.isInteger(count) && count >= 1);
  if (!whole || minimum > desired || desired > maximum)
    throw new RangeError(
      `Fleet capacity: received minimum ${minimum}, desired ${desired}, maximum ${maximum}: must be whole numbers of at least 1, in that order`,
    );
  return capacity;
}

function renderSettings({ blueprint, region, database }: FleetProps): Readonly<Record<SettingName, string>> {
  const { connection } = database;
  return {
    WORKLOAD_REGION: region.name,
    WORKLOAD_PORT: String(servicePort),
    WORKLOAD_HEALTH_PATH: blueprint.paths.health,
    WORKLOAD_WRITE_PATH: blueprint.paths.write,
    WORKLOAD_SERVED_BY_HEADER: blueprint.servedByHeader,
    WORKLOAD_SESSIONS_TABLE: blueprint.table,
    WORKLOAD_DATABASE_READER: connection.reader,
    WORKLOAD_DATABASE_WRITER: connection.writer,
    WORKLOAD_DATABASE_PORT: String(connection.port),
    WORKLOAD_DATABASE_NAME: connection.database,
    WORKLOAD_DATABASE_USER: connection.user,
  };
}

/** Amazon Linux takes its packages, Node 24 among them, from S3 in the instance's own Region. */
function renderUserData(service: Asset, settings: Readonly<Record<string, string>>): ec2.UserData {
  const folder = "/opt/reference-workload";
  const userData = ec2.UserData.forLinux();
  userData.addCommands("set -euo pipefail", "dnf install -y nodejs24");
  userData.addS3DownloadCommand({
    bucket: service.bucket,
    bucketKey: service.s3ObjectKey,
    localFile: `${folder}/main.mjs`,
  });
  userData.addCommands(
    "cat > /etc/reference-workload.env <<'END'",
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    "END",
    "cat > /etc/systemd/system/reference-workload.service <<'END'",
    "[Unit]",
    "Description=Reference workload",
    "After=network-online.target",
    "Wants=network-online.target",
    "[Service]",
    `ExecStart=/usr/bin/node-24 ${folder}/main.mjs`,
    "EnvironmentFile=/etc/reference-workload.env",
    "DynamicUser=yes",
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "Restart=always",
    "RestartSec=1",
    // The service drains for up to 20 s.
    "TimeoutStopSec=30",
    // The console is what can be read without a way in: aws ec2 get-console-output.
    "StandardOutput=journal+console",
    "StandardError=journal+console",
    "[Install]",
    "WantedBy=multi-user.target",
    "END",
    "systemctl daemon-reload",
    "systemctl enable --now reference-workload",
  );
  return userData;
}
