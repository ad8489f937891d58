import { CfnOutput, CfnParameter, Fn, RemovalPolicy, Stack, type StackProps, Tags } from "aws-cdk-lib";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import { Construct } from "constructs";
import { healthCheckOutput, healthChecksStackName } from "../names.ts";
import type { Blueprint, RegionBlueprint } from "./blueprint.ts";
import { Database, type DatabaseCapacity } from "./database.ts";
import { Fleet, type FleetCapacity } from "./fleet.ts";
import { FrontDoor } from "./front-door.ts";
import { Network } from "./network.ts";
import { acknowledgeCustomResourceFunction } from "./schema-resource.ts";

export interface ReferenceWorkloadProps {
  readonly blueprint: Blueprint;
  /** The bundled service, one file. */
  readonly serviceFile: string;
  /**
   * Per Region, the id of the Route 53 health check of its latency record: the one that the controller's traffic switch
   * moves.
   * @default the plan's own where its switch is `record`; otherwise each stack takes it as parameter `HealthCheckId`, whose
   *   description says where the value comes from
   */
  readonly healthCheckIds?: Readonly<Record<string, string>>;
  /** @default 2 to 12 instances in each Region, beginning with 2 */
  readonly fleetCapacity?: FleetCapacity;
  /** @default 0.5 to 4 Aurora capacity units in each Region */
  readonly databaseCapacity?: DatabaseCapacity;
}

/** The application that the controller protects: one stack a Region, the writer's first, the others after it. */
export class ReferenceWorkload extends Construct {
  /** The writer's Region first. */
  readonly stacks: readonly WorkloadRegion[];

  constructor(scope: Construct, id: string, props: ReferenceWorkloadProps) {
    super(scope, id);
    const { blueprint } = props;
    const healthCheckIds = props.healthCheckIds ?? blueprint.healthCheckIds;
    const stacks = blueprint.regions.map((region) => {
      const healthCheckId = healthCheckIds?.[region.name] ?? null;
      if (healthCheckIds !== null && healthCheckId === null)
        throw new Error(
          `healthCheckIds: received none for ${region.name}: without one its record always counts as healthy`,
        );
      return new WorkloadRegion(this, region.name, {
        ...props,
        region,
        healthCheckId,
        stackName: `${blueprint.application}-workload-${region.name}`,
        env: { account: blueprint.account, region: region.name },
        description: `Reference workload of ${blueprint.application} in ${region.name}`,
      });
    });
    // The others join the global cluster, and use replicas of the table, that the writer's stack makes.
    const [first, ...others] = stacks;
    for (const stack of others) if (first !== undefined) stack.addStackDependency(first);
    this.stacks = stacks;
  }
}

interface WorkloadRegionProps extends ReferenceWorkloadProps, StackProps {
  readonly region: RegionBlueprint;
  /** Null: asked for as a parameter when the stack is deployed. */
  readonly healthCheckId: string | null;
}

/** Everything of one Region. */
export class WorkloadRegion extends Stack {
  constructor(scope: Construct, id: string, props: WorkloadRegionProps) {
    super(scope, id, props);
    const { blueprint, region } = props;
    const [writer, ...others] = blueprint.regions;
    if (region === writer) addSessionsTable(this, blueprint, others);

    const network = new Network(this, "Network", { cidr: region.cidr });
    const database = new Database(this, "Database", {
      region,
      network,
      globalCluster: blueprint.globalCluster,
      regionNames: [writer.name, ...others.map(({ name }) => name)],
      ...(props.databaseCapacity === undefined ? {} : { capacity: props.databaseCapacity }),
    });
    const fleet = new Fleet(this, "Fleet", {
      blueprint,
      region,
      network,
      database,
      serviceFile: props.serviceFile,
      ...(props.fleetCapacity === undefined ? {} : { capacity: props.fleetCapacity }),
    });
    const { loadBalancer } = new FrontDoor(this, "FrontDoor", {
      blueprint,
      region,
      network,
      fleet,
      healthCheckId: props.healthCheckId ?? this.#askForHealthCheck(blueprint, region),
    });
    acknowledgeCustomResourceFunction(this);

    Tags.of(this).add("application", blueprint.application);
    new CfnOutput(this, "Probe", { value: `https://${region.host}${blueprint.paths.health}` });
    new CfnOutput(this, "LoadBalancerName", { value: loadBalancer.loadBalancerDnsName });
  }

  /**
   * Two zones, whichever the account has: their names are looked up by CloudFormation when it deploys, so that
   * synthesising needs no account.
   */
  override get availabilityZones(): string[] {
    return [0, 1].map((index) => Fn.select(index, Fn.getAzs()));
  }

  #askForHealthCheck(blueprint: Blueprint, { name }: RegionBlueprint): string {
    const source = healthCheckSource(blueprint, name);
    return new CfnParameter(this, "HealthCheckId", {
      type: "String",
      description: `Route 53 health check of ${name}, which the controller's traffic switch moves: ${source}`,
      allowedPattern: "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
      constraintDescription: `must be the id of a Route 53 health check: ${source}`,
    }).valueAsString;
  }
}

/** Where the id of a Region's health check is to be had. */
function healthCheckSource(blueprint: Blueprint, region: string): string {
  switch (blueprint.switch) {
    case "healthCheck":
      return `output ${healthCheckOutput(region)} of stack ${healthChecksStackName(blueprint)} in us-east-1`;
    case "routingControl":
      return "the one of type RECOVERY_CONTROL that you made for the Region's routing control";
    case "record":
      return `traffic.switch.healthChecks.${region} of the plan`;
  }
}

/** The global table, with a replica in every Region. Its stack is the one that owns all of them. */
function addSessionsTable(scope: Construct, blueprint: Blueprint, others: readonly RegionBlueprint[]): void {
  new dynamodb.TableV2(scope, "Sessions", {
    tableName: blueprint.table,
    partitionKey: { name: "userId", type: dynamodb.AttributeType.STRING },
    billing: dynamodb.Billing.onDemand(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.DESTROY,
    replicas: others.map(({ name }) => ({ region: name })),
  });
}
