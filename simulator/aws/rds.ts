import type {
  DescribeDBClustersCommandInput,
  DescribeDBClustersCommandOutput,
  DescribeDBInstancesCommandInput,
  DescribeDBInstancesCommandOutput,
  DescribeGlobalClustersCommandInput,
  DescribeGlobalClustersCommandOutput,
  FailoverGlobalClusterCommandInput,
  FailoverGlobalClusterCommandOutput,
  FailoverState,
  GlobalCluster as GlobalClusterShape,
  ModifyDBClusterCommandInput,
  ModifyDBClusterCommandOutput,
  SwitchoverGlobalClusterCommandInput,
  SwitchoverGlobalClusterCommandOutput,
} from "@aws-sdk/client-rds";
import type { Random } from "../../functions/shared/random.ts";
import { simulatedAccount } from "../account.ts";
import type { VirtualClock } from "../clock.ts";
import {
  GlobalCluster,
  type GlobalClusterSetup,
  globalEngineVersion,
  type Member,
  type Promotion,
  type Topology,
} from "./rds/global-cluster.ts";
import { Sizes } from "./rds/sizes.ts";
import type { Regions } from "./regions.ts";
import { answer, readInput } from "./requests.ts";
import { ServiceError, type ServiceRequest, type SimulatedService } from "./service.ts";
import { UnknownToSimulator } from "./unknown.ts";

export type { GlobalClusterSetup, Promotion } from "./rds/global-cluster.ts";

export interface RdsOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Regions;
  /** The application's global cluster. */
  readonly globalCluster: GlobalClusterSetup;
}

const describeGlobalFields = new Set(["GlobalClusterIdentifier", "MaxRecords"]);
const describeFields = new Set(["DBClusterIdentifier", "MaxRecords"]);
const modifyFields = new Set(["DBClusterIdentifier", "ServerlessV2ScalingConfiguration", "ApplyImmediately"]);
const instanceFields = new Set(["Filters", "MaxRecords"]);
const failoverFields = new Set(["GlobalClusterIdentifier", "TargetDbClusterIdentifier", "AllowDataLoss", "Switchover"]);
const switchoverFields = new Set(["GlobalClusterIdentifier", "TargetDbClusterIdentifier"]);

/** RDS in every Region, as far as one Aurora global cluster goes. */
export class SimulatedRds implements SimulatedService {
  readonly #clock: VirtualClock;
  readonly #regions: Regions;
  readonly #global: GlobalCluster;
  /** What the clusters' instances run on. */
  readonly sizes = new Sizes();
  /** How long after it was asked for a move begins to show in FailoverState. */
  moveShownAfterMilliseconds = 0;
  /**
   * What the clusters run, by RDS's own word: `docdb` and `neptune` share its API and the form of its ARNs. DescribeDBClusters
   * documents that it answers with theirs too; that DescribeGlobalClusters does is an assumption, as is that a move of theirs
   * goes as Aurora's does.
   */
  engine = "aurora-postgresql";

  constructor(options: RdsOptions) {
    this.#clock = options.clock;
    this.#regions = options.regions;
    this.#global = new GlobalCluster({ ...options, setup: asStored(options.globalCluster) });
  }

  /** Regions whose cluster takes writes now; more than one is a split. The array is replaced, never changed. */
  get acceptingWrites(): readonly string[] {
    return this.#global.acceptingWrites;
  }

  /** Every move that made another cluster the writer, with what it lost in truth. */
  get promotions(): readonly Promotion[] {
    return this.#global.promotions;
  }

  /** The Region of the writer in truth. */
  get writerRegion(): string {
    return this.#global.writer.region;
  }

  /** What `region` lacks of the writer's changes, in truth; null where there is no secondary. */
  lagSeconds(region: string): number | null {
    return this.#global.replication.lagSeconds(region, this.#clock.now());
  }

  /**
   * What Aurora's lag metrics would show in `region`, in milliseconds. Null, and so no datapoint, where there is no
   * secondary, while it is rebuilt, and while no word comes from the writer's Region.
   */
  lagMetricMilliseconds(region: string, at = this.#clock.now()): number | null {
    const member = this.#global.memberIn(region);
    if (member === null || member.synchronization !== "connected") return null;
    // AuroraGlobalDB… are Aurora's alone ("Amazon CloudWatch metrics for Amazon Aurora").
    if (!this.engine.startsWith("aurora-")) return null;
    if (!this.#regions.reachable(this.#global.writer.region, region)) return null;
    const seconds = this.#global.replication.lagSeconds(region, at);
    return seconds === null ? null : Math.round(seconds * 1_000);
  }

  setLag(region: string, seconds: number): void {
    this.#global.replication.setLag(region, seconds);
  }

  /** From now on `region` falls behind by a second every second. */
  stallReplication(region: string): void {
    this.#global.replication.stall(region, "stalled");
    this.#global.refresh();
  }

  resumeReplication(region: string): void {
    this.#global.replication.stall(region, "running");
    this.#global.refresh();
  }

  /** Somebody else begins to make the cluster in `to` the writer (FM41): refused while something moves already. */
  beginMove(to: string, kind: "failover" | "switchover"): "begun" | "refused" {
    const target = this.#member(to);
    if (this.#global.move !== null || target.isWriter) return "refused";
    this.#global.begin(kind, target);
    return "begun";
  }

  /** Somebody else's move towards `to` is being called off (FM41). */
  beginCancelling(to: string): void {
    this.#global.beginCancelling(to);
  }

  /** The cluster in `region` becomes a second writer, and no writer that returns is fenced any more (FM45). */
  splitOffWriter(region: string): void {
    this.#global.splitOff(region);
  }

  /** @default "onReturn" */
  setFencing(fencing: "onReturn" | "never"): void {
    this.#global.fencing = fencing;
  }

  /** Sets a cluster's status, such as "maintenance" or "inaccessible-encryption-credentials". */
  setClusterStatus(region: string, status: string): void {
    this.#member(region).status = status;
  }

  /** Somebody removes the cluster in `region` from the global cluster, and so makes it a writer of its own. */
  detach(region: string): "detached" | "refused" {
    return this.#global.detach(region);
  }

  /** Clusters that have left the global cluster. */
  get standalone(): readonly Readonly<Member>[] {
    return this.#global.standalone;
  }

  /** Makes the cluster in `region` another, as somebody with the right to would, or an upgrade, or a rebuild. */
  changeCluster(
    region: string,
    change: Partial<Pick<Member, "synchronization" | "engineVersion" | "patch" | "instances">>,
  ): void {
    this.#global.change(region, change);
  }

  /** The cluster in a Region in truth, while it is a member. */
  memberIn(region: string): Readonly<Member> | null {
    return this.#global.memberIn(region);
  }

  handle(asked: ServiceRequest): Record<string, unknown> {
    const request = { ...asked, input: foldNames(asked.input) };
    switch (request.operation) {
      case "DescribeGlobalClusters":
        return this.#describeGlobalClusters(request);
      case "DescribeDBClusters":
        return this.#describeClusters(request);
      case "DescribeDBInstances":
        return this.#describeInstances(request);
      case "ModifyDBCluster":
        return this.#modify(request);
      case "FailoverGlobalCluster":
        return this.#failover(request);
      case "SwitchoverGlobalCluster":
        return this.#switchover(request);
      default:
        throw new UnknownToSimulator(`rds:${request.operation}`);
    }
  }

  #describeGlobalClusters(request: ServiceRequest): Record<string, unknown> {
    const { GlobalClusterIdentifier: id } = readInput<DescribeGlobalClustersCommandInput>(
      request,
      describeGlobalFields,
    );
    if (id !== undefined) this.#demandGlobalCluster(request.region, id);
    const isHere = this.#global.memberIn(request.region) !== null;
    return answer<DescribeGlobalClustersCommandOutput>({ GlobalClusters: isHere ? [this.#shape(request.region)] : [] });
  }

  #describeClusters(request: ServiceRequest): Record<string, unknown> {
    const { DBClusterIdentifier: id } = readInput<DescribeDBClustersCommandInput>(request, describeFields);
    const here = this.#global.clusterIn(request.region);
    const isAsked = here !== null && (id === undefined || id === here.arn || id === identifierOf(here.arn));
    if (id !== undefined && !isAsked)
      throw new ServiceError("DBClusterNotFoundFault", `DBCluster ${id} not found.`, 404);
    return answer<DescribeDBClustersCommandOutput>({ DBClusters: isAsked ? [this.#clusterShape(here)] : [] });
  }

  /** Asked for a cluster's instances, by the filter `db-cluster-id`; a cluster that is not there has none. */
  #describeInstances(request: ServiceRequest): Record<string, unknown> {
    const { Filters: filters = [] } = readInput<DescribeDBInstancesCommandInput>(request, instanceFields);
    const [filter, ...more] = filters;
    if (filter?.Name !== "db-cluster-id" || more.length > 0) {
      throw new UnknownToSimulator("rds:DescribeDBInstances without exactly one filter, db-cluster-id");
    }
    const here = this.#global.clusterIn(request.region);
    const isAsked = here !== null && [here.arn, identifierOf(here.arn)].some((name) => filter.Values?.includes(name));
    return answer<DescribeDBInstancesCommandOutput>({
      DBInstances: !isAsked
        ? []
        : here.instances.map((status, index) => ({
            DBInstanceIdentifier: instanceName(here, index),
            DBInstanceClass: this.sizes.instanceClass(request.region),
            DBClusterIdentifier: identifierOf(here.arn),
            DBInstanceStatus: status,
            Engine: this.engine,
            EngineVersion: here.engineVersion,
          })),
    });
  }

  /**
   * The range of Serverless v2 and nothing else. Assumption: it holds at once and the cluster stays available meanwhile; the
   * Aurora User Guide says only that instances then scale "within a few seconds" or minutes, without a restart.
   */
  #modify(request: ServiceRequest): Record<string, unknown> {
    const input = readInput<ModifyDBClusterCommandInput>(request, modifyFields);
    const { DBClusterIdentifier: id, ServerlessV2ScalingConfiguration: range } = input;
    const here = this.#global.clusterIn(request.region);
    if (here === null || id !== identifierOf(here.arn)) {
      throw new ServiceError("DBClusterNotFoundFault", `DBCluster ${id} not found.`, 404);
    }
    if (here.status !== "available") throw invalidClusterState(`DBCluster ${id} is ${here.status}.`);
    const { MinCapacity: minimum, MaxCapacity: maximum } = range ?? {};
    if (minimum === undefined || maximum === undefined || minimum > maximum) {
      throw new ServiceError(
        "InvalidParameterCombination",
        "A range needs a minimum, and a maximum that is not below it.",
      );
    }
    this.sizes.scale(request.region, { minimum, maximum });
    return answer<ModifyDBClusterCommandOutput>({ DBCluster: this.#clusterShape(here) });
  }

  /** Without AllowDataLoss it is a switchover, and needs the primary (FM42). */
  #failover(request: ServiceRequest): Record<string, unknown> {
    const input = readInput<FailoverGlobalClusterCommandInput>(request, failoverFields);
    this.#demandGlobalCluster(request.region, input.GlobalClusterIdentifier);
    if (input.AllowDataLoss === true && input.Switchover === true) {
      throw new ServiceError("InvalidParameterCombination", "AllowDataLoss and Switchover exclude each other.");
    }
    const target = this.#demandTarget(request.region, input.TargetDbClusterIdentifier);
    if (input.AllowDataLoss === true) {
      if (target.region !== request.region) {
        throw invalidState(`A failover to ${target.arn} is to be requested in ${target.region}.`);
      }
      this.#global.begin("failover", target);
    } else {
      this.#demandHealthy(request.region);
      this.#global.begin("switchover", target);
    }
    return answer<FailoverGlobalClusterCommandOutput>({ GlobalCluster: this.#shape(request.region) });
  }

  #switchover(request: ServiceRequest): Record<string, unknown> {
    const input = readInput<SwitchoverGlobalClusterCommandInput>(request, switchoverFields);
    this.#demandGlobalCluster(request.region, input.GlobalClusterIdentifier);
    const target = this.#demandTarget(request.region, input.TargetDbClusterIdentifier);
    const { region: primary } = this.#global.writer;
    if (primary !== request.region) throw invalidState(`A switchover is to be requested in ${primary}.`);
    this.#demandHealthy(request.region);
    this.#global.begin("switchover", target);
    return answer<SwitchoverGlobalClusterCommandOutput>({ GlobalCluster: this.#shape(request.region) });
  }

  #demandGlobalCluster(region: string, id: string | undefined): void {
    if (id !== this.#global.identifier || this.#global.memberIn(region) === null) {
      throw new ServiceError("GlobalClusterNotFoundFault", `Global cluster ${id} not found`, 404);
    }
  }

  /** What every move demands of the global cluster and of its target. */
  #demandTarget(region: string, arn: string | undefined): Member {
    const target = this.#global.memberByArn(arn);
    if (target === null) throw new ServiceError("DBClusterNotFoundFault", `DBCluster ${arn} not found.`, 404);
    const { status, members, move } = this.#global.topologyIn(region);
    const seen = members.find(({ arn: each }) => each === target.arn) ?? target;
    if (move !== null || status !== "available") {
      throw invalidState(`Global cluster ${this.#global.identifier} is ${move?.phase ?? status}.`);
    }
    if (members.filter(({ isWriter }) => isWriter).length > 1) {
      throw invalidState(`Global cluster ${this.#global.identifier} has more than one writer.`);
    }
    if (seen.isWriter) throw invalidClusterState(`DBCluster ${arn} is the primary of its global cluster already.`);
    if (seen.status !== "available" || seen.synchronization !== "connected") {
      throw invalidClusterState(`DBCluster ${arn} is ${seen.status}, ${seen.synchronization}.`);
    }
    // "Managed failovers": the same major and minor version, and for some engines the same patch level. Assumption: this is
    // the name of the refusal; and one without an instance is accepted, which leaves a writer with which nobody can write.
    if (seen.engineVersion !== globalEngineVersion || seen.patch === "differs") {
      throw invalidClusterState(
        `DBCluster ${arn} runs an engine version that is not compatible with that of the primary cluster.`,
      );
    }
    return target;
  }

  /** A switchover needs the primary. */
  #demandHealthy(region: string): void {
    const { writer } = this.#global;
    if (!this.#regions.reachable(region, writer.region) || writer.status !== "available") {
      throw invalidState(`The primary cluster ${writer.arn} is not available.`);
    }
  }

  #shape(region: string): GlobalClusterShape {
    const { status, members, move }: Topology = this.#global.topologyIn(region);
    const writer = members.find(({ isWriter }) => isWriter);
    return {
      GlobalClusterIdentifier: this.#global.identifier,
      GlobalClusterArn: `arn:aws:rds::${simulatedAccount}:global-cluster:${this.#global.identifier}`,
      Status: status,
      Engine: this.engine,
      EngineVersion: globalEngineVersion,
      GlobalClusterMembers: members.map(({ arn, isWriter, synchronization }) => ({
        DBClusterArn: arn,
        IsWriter: isWriter,
        Readers: isWriter ? members.filter((other) => other !== writer).map((other) => other.arn) : [],
        GlobalWriteForwardingStatus: "disabled",
        ...(isWriter ? {} : { SynchronizationStatus: synchronization }),
      })),
      ...(move === null || !this.#isShown(move) ? {} : { FailoverState: this.#moveShape(move) }),
    };
  }

  #isShown({ requestedAt }: NonNullable<Topology["move"]>): boolean {
    return this.#clock.now() - requestedAt >= this.moveShownAfterMilliseconds;
  }

  #moveShape(move: NonNullable<Topology["move"]>): FailoverState {
    const shape = {
      Status: move.phase,
      FromDbClusterArn: this.#member(move.from).arn,
      ToDbClusterArn: this.#member(move.to).arn,
      IsDataLossAllowed: move.kind === "failover",
    };
    // The SDK's enum leaves "switching-over" out, the service does not.
    return shape as FailoverState;
  }

  #clusterShape(member: Readonly<Member>) {
    const writes = member.isWriter || this.#global.standalone.some(({ region }) => region === member.region);
    return {
      DBClusterIdentifier: identifierOf(member.arn),
      DBClusterArn: member.arn,
      Status: member.status,
      Engine: this.engine,
      EngineVersion: member.engineVersion,
      MultiAZ: member.instances.length > 1,
      ...this.sizes.shape(member.region),
      DBClusterMembers: member.instances.map((_status, index) => ({
        DBInstanceIdentifier: instanceName(member, index),
        IsClusterWriter: writes && index === 0,
        PromotionTier: 1,
      })),
    };
  }

  #member(region: string): Member {
    const member = this.#global.memberIn(region);
    if (member === null) throw new RangeError(`No cluster of ${this.#global.identifier} in ${region}`);
    return member;
  }
}

/** "This parameter is stored as a lowercase string" (CreateGlobalCluster, CreateDBCluster, Amazon RDS API Reference). */
function asStored({ identifier, clusters, writer }: GlobalClusterSetup): GlobalClusterSetup {
  const stored = Object.entries(clusters).map(([region, arn]) => [region, arn.toLowerCase()]);
  return { identifier: identifier.toLowerCase(), clusters: Object.fromEntries(stored), writer };
}

/**
 * "This parameter isn't case-sensitive" (DescribeGlobalClusters, DescribeDBClusters). Assumption: nor are the names with
 * which a move is asked for, and a name within an ARN.
 */
function foldNames(input: ServiceRequest["input"]): ServiceRequest["input"] {
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => [
      key,
      key.endsWith("Identifier") && typeof value === "string" ? value.toLowerCase() : value,
    ]),
  );
}

function identifierOf(arn: string): string {
  return arn.split(":").at(-1) ?? arn;
}

function instanceName({ arn }: Readonly<Member>, index: number): string {
  return `${identifierOf(arn)}-${index + 1}`;
}

function invalidState(message: string): ServiceError {
  return new ServiceError("InvalidGlobalClusterStateFault", message);
}

function invalidClusterState(message: string): ServiceError {
  return new ServiceError("InvalidDBClusterStateFault", message);
}
