import type { CoordinationItem } from "../functions/coordination/item.ts";
import { type Escalation, escalationEventType } from "../functions/escalation/records.ts";
import type { AwsService } from "../functions/shared/clients.ts";
import { isoInstant, parseInstant } from "../functions/shared/clock.ts";
import type { Dependencies } from "../functions/shared/dependencies.ts";
import { silentLogger } from "../functions/shared/logger.ts";
import { customerSubnets } from "../functions/shared/plan/customer-subnets.ts";
import { type Plan, vantagesOf } from "../functions/shared/plan/plan.ts";
import { type Random, seededRandom } from "../functions/shared/random.ts";
import { SimulatedAutoScaling } from "./aws/autoscaling.ts";
import { createSimulatedClients } from "./aws/clients.ts";
import { SimulatedCloudWatch } from "./aws/cloudwatch.ts";
import type { Key } from "./aws/dynamodb/item.ts";
import { SimulatedDynamoDB } from "./aws/dynamodb.ts";
import { instantOf, SimulatedEventBridge } from "./aws/eventbridge.ts";
import type { HandlerFactory } from "./aws/lambda/handler.ts";
import { SimulatedLambda } from "./aws/lambda.ts";
import { NameServers } from "./aws/name-servers.ts";
import { Network } from "./aws/network.ts";
import { Processes } from "./aws/processes.ts";
import { type Promotion, SimulatedRds } from "./aws/rds.ts";
import { Regions } from "./aws/regions.ts";
import { SimulatedS3 } from "./aws/s3.ts";
import type { Caller } from "./aws/service.ts";
import { SimulatedSns, topicArn } from "./aws/sns.ts";
import type { ExecutionRecord } from "./aws/step-functions/execution.ts";
import { SimulatedStepFunctions, stateMachineArn } from "./aws/step-functions.ts";
import { createTrafficControl, type TrafficControl } from "./aws/traffic-control.ts";
import { VirtualClock } from "./clock.ts";
import { Customers } from "./customers.ts";
import {
  alarmsOf,
  failoverMachine,
  functionConfigurations,
  handlerFactories,
  machineName,
  mostInstances,
  regionsOf,
  reportBucketOf,
  rulesOf,
  tablesOf,
  topicNameOf,
  usualInstances,
} from "./deployment.ts";
import { People } from "./people.ts";
import { createProberFactory, type ProberFactory } from "./prober.ts";
import type { HeaderForm } from "./serving-header.ts";

/** Every simulated world begins here, so that timelines can be compared byte for byte. */
const startAt = parseInstant("2026-11-01T00:00:00.000Z");
const lagMetrics = ["AuroraGlobalDBRPOLag", "AuroraGlobalDBReplicationLag"] as const;
const watchEveryMs = 60_000;
/** Vantages do not look in step. */
const watchStaggerMs = 2_300;
/** Lag readings that are there when a world begins: more than anybody looks back for. */
const pastMinutes = 75;
/**
 * What an instance can serve. Assumption: the fleet of calm times runs at two thirds of what it can, so that a survivor
 * left at its usual size fails part of what comes to it after an evacuation.
 */
const requestsPerInstance = 75;
/** What the groups' own scaling policies aim at. */
const targetUtilisation = 0.67;
const approvalStates = new Set(["RequestApproval", "RequestPromotion"]);

/** A page that the bus of the Region `from` has taken. */
export interface PageSent
  extends Pick<Escalation, "region" | "stage" | "reason" | "incident" | "summary" | "whatToDo" | "dedupKey"> {
  readonly at: number;
  readonly from: string;
}

/**
 * One simulated world: an application in several Regions, its customers, and the controller deployed beside it. Its only
 * time is its clock, its only chance its seed.
 */
export class World {
  readonly plan: Plan;
  readonly clock = new VirtualClock(startAt);
  readonly regions: Regions;
  readonly processes: Processes;
  readonly network: Network;
  readonly lambda: SimulatedLambda;
  readonly stepFunctions: SimulatedStepFunctions;
  readonly eventBridge: SimulatedEventBridge;
  readonly dynamoDB: SimulatedDynamoDB;
  readonly autoScaling: SimulatedAutoScaling;
  readonly cloudWatch: SimulatedCloudWatch;
  /** Null when the plan has no database. */
  readonly rds: SimulatedRds | null;
  readonly s3: SimulatedS3;
  /** The topics for people: what they got is what whoever is on call heard. */
  readonly sns: SimulatedSns;
  readonly traffic: TrafficControl;
  readonly nameServers: NameServers;
  readonly customers: Customers;
  /** What people did and said. */
  readonly people: People;
  /** By how much each Region's clocks are wrong (FM29). */
  skewMs: Readonly<Record<string, number>> = {};
  /** What a Region's serving header looks like where it is not the Region's name (FM63). */
  readonly headerForms = new Map<string, HeaderForm>();
  readonly #seed: number;
  readonly #coordinationKey: Key;
  readonly #probers: ProberFactory;

  constructor(plan: Plan, seed: number) {
    this.plan = plan;
    this.#seed = seed;
    this.#coordinationKey = { pk: `coordination#${plan.application}`, sk: "item" };
    const { clock } = this;
    const serving = plan.regions.map(({ name }) => name);
    this.regions = new Regions(regionsOf(plan));
    const { regions } = this;
    this.processes = new Processes(clock, regions);
    this.network = new Network({ clock, random: this.stream("network"), regions, processes: this.processes });
    this.people = new People(plan);
    this.network.observe((call) => this.people.noteCall(call));
    this.s3 = new SimulatedS3({ clock });
    for (const region of serving) this.s3.createBucket(region, reportBucketOf(plan, region));
    this.sns = new SimulatedSns({ clock });
    for (const region of vantagesOf(plan)) this.sns.createTopic(region, topicNameOf(plan));
    this.dynamoDB = new SimulatedDynamoDB({ clock, random: this.stream("dynamodb"), regions, tables: tablesOf(plan) });
    this.dynamoDB.observe((write) => this.people.noteWrite(write));
    this.autoScaling = new SimulatedAutoScaling({ clock, random: this.stream("autoscaling"), regions });
    this.rds =
      plan.database === null
        ? null
        : new SimulatedRds({
            clock,
            random: this.stream("rds"),
            regions,
            globalCluster: {
              identifier: plan.database.globalCluster,
              clusters: plan.database.clusters,
              writer: plan.database.writer,
            },
          });
    this.traffic = createTrafficControl({ plan, clock, random: this.stream("traffic"), regions, s3: this.s3 });
    this.nameServers = new NameServers({
      clock,
      random: this.stream("name servers"),
      regions,
      dns: this.traffic.dns,
      serving,
      witnesses: plan.detection.witnesses,
      timeToLiveSeconds: plan.traffic.timeToLiveSeconds,
      subnetsOf: (region) => customerSubnets(plan, region),
    });
    this.customers = new Customers({
      plan,
      clock,
      random: this.stream("customers"),
      regions,
      dns: this.traffic.dns,
      capacity: ({ name, autoScalingGroup }) =>
        autoScalingGroup === null
          ? Number.POSITIVE_INFINITY
          : this.autoScaling.inService(name, autoScalingGroup) * requestsPerInstance,
      acceptingWrites: () => this.rds?.acceptingWrites ?? null,
    });
    this.#probers = createProberFactory({
      plan,
      clock,
      random: this.stream("probes"),
      regions,
      dns: this.traffic.dns,
      customers: this.customers,
      addresses: { nameServers: this.nameServers, random: this.stream("addresses") },
      headerForm: (region) => this.headerForms.get(region) ?? "region",
      s3: this.s3,
      storageRandom: this.stream("storage probes"),
    });
    this.lambda = new SimulatedLambda({
      clock,
      random: this.stream("lambda"),
      regions,
      processes: this.processes,
      registry: this.#registry(),
      functions: functionConfigurations,
    });
    this.stepFunctions = new SimulatedStepFunctions({
      clock,
      random: this.stream("states"),
      regions,
      lambda: this.lambda,
      machines: new Map([[machineName(plan), failoverMachine()]]),
    });
    this.eventBridge = new SimulatedEventBridge({
      clock,
      random: this.stream("events"),
      regions,
      startExecution: (region, machine, event) => {
        const execution = this.stepFunctions.startByEvent(region, machine, event);
        this.people.noteEvent(clock.now(), execution.arn, event);
      },
      invoke: (region, name, event) => this.lambda.invoke(region, name, event, { execution: null, state: null }),
    });
    this.cloudWatch = new SimulatedCloudWatch({
      clock,
      random: this.stream("cloudwatch"),
      regions,
      onStateChange: (region, event) => this.eventBridge.deliver(region, event, { delaySeconds: 0, copies: 1 }),
    });
    for (const { name, autoScalingGroup } of plan.regions) {
      if (autoScalingGroup === null) continue;
      const desired = usualInstances(plan, name);
      this.autoScaling.addGroup({
        region: name,
        name: autoScalingGroup,
        minimum: Math.ceil(desired / 2),
        desired,
        maximum: mostInstances(plan, name),
        wantedUnits: () => Math.ceil(this.customers.load(name) / (requestsPerInstance * targetUtilisation)),
      });
    }
    for (const rule of rulesOf(plan)) this.eventBridge.addRule(rule);
    for (const alarm of alarmsOf(plan)) this.cloudWatch.alarms.add(alarm);
    this.#addLagMetrics();
    this.network.attach("autoscaling", this.autoScaling);
    this.network.attach("cloudwatch", this.cloudWatch);
    this.network.attach("dynamodb", this.dynamoDB);
    this.network.attach("events", this.eventBridge);
    if (this.rds !== null) this.network.attach("rds", this.rds);
    this.network.attach("route53", this.traffic.route53);
    if (this.traffic.recoveryCluster !== null) {
      this.network.attach("route53-recovery-cluster", this.traffic.recoveryCluster);
    }
    this.network.attach("s3", this.s3);
    this.network.attach("sns", this.sns);
    this.network.attach("states", this.stepFunctions);
    for (const [index, vantage] of [...serving, ...plan.detection.witnesses].entries()) {
      clock.schedule(500 + index * watchStaggerMs, () => this.#watch(vantage));
    }
    this.autoScaling.start();
    this.cloudWatch.start();
    this.traffic.healthCheckers.start();
    this.customers.start();
  }

  /** A source of chance of its own for each purpose, so that a draw more here changes nothing there. */
  stream(purpose: string): Random {
    let hash = this.#seed >>> 0;
    for (let index = 0; index < purpose.length; index++) hash = Math.imul(hash ^ purpose.charCodeAt(index), 0x01000193);
    return seededRandom(hash);
  }

  /** A caller that is no Lambda function: a person's shell or their tooling. */
  person(region: string): Caller {
    return { region, functionName: "Person", invocation: "person", execution: null, state: null };
  }

  /** Every move that made another cluster the writer, with what it lost in truth. */
  get promotions(): readonly Promotion[] {
    return this.rds?.promotions ?? [];
  }

  /** The Region of the writer in truth; null without a database. */
  writerRegion(): string | null {
    return this.rds?.writerRegion ?? null;
  }

  /** What the records carry from now on as their time to live, whatever the plan says. */
  keepAnswersFor(seconds: number): void {
    this.nameServers.timeToLiveSeconds = seconds;
    this.customers.keepAnswersFor(seconds);
  }

  intentionallyOut(): ReadonlySet<string> {
    return this.traffic.dns.intentionallyOut();
  }

  /** The coordination item as a majority of its replicas has it; its table is strongly consistent, so each has that. */
  coordinationItem(): CoordinationItem | null {
    const { table, regions } = this.plan.coordination;
    return this.dynamoDB.peekItem(table, regions[0] ?? "", this.#coordinationKey) as CoordinationItem | null;
  }

  /** Whether some branch of an execution waits for a task token; one in a dark Region waits for nothing any more. */
  isWaitingForPerson(execution: ExecutionRecord): boolean {
    return execution.status === "RUNNING" && !execution.paused && execution.isIn(approvalStates);
  }

  somebodyWaits(): boolean {
    return this.stepFunctions.executions.some((execution) => this.isWaitingForPerson(execution));
  }

  /** Whether an execution is running that does not only wait for a person. */
  isUnderWay(): boolean {
    return this.stepFunctions.executions.some((execution) => execution.status === "RUNNING" && !execution.paused);
  }

  /** Whether every execution that runs waits for a person and has nothing else to do. */
  nobodyElseRuns(): boolean {
    return this.processes.running.every(({ execution }) => execution === null);
  }

  /** Whether somebody is there who could take a run over: a serving Region that runs, and a majority of the lease's table. */
  canBeTakenOver(): boolean {
    const { regions } = this.plan.coordination;
    const failed = this.coordinationItem()?.incident?.failedRegion;
    const connected = (region: string) => ["up", "gray"].includes(this.regions.health(region));
    const majority = regions.filter(connected).length >= 2;
    return majority && this.plan.regions.some(({ name }) => name !== failed && connected(name));
  }

  /** Every page that a bus has taken, in the order of sending; an entry that failed is none. */
  get pages(): readonly PageSent[] {
    return this.eventBridge.published
      .filter((event) => event["detail-type"] === escalationEventType)
      .map((event) => ({
        ...(event.detail as unknown as Omit<PageSent, "at" | "from">),
        at: instantOf(event),
        from: event.region,
      }));
  }

  /** What the simulator could not do, or did not know: a run with a defect proves nothing. */
  get defects(): readonly string[] {
    return [...this.network.defects, ...this.stepFunctions.defects];
  }

  /** An instant of simulated time as ISO 8601. */
  iso(): string {
    return isoInstant(this.clock.now());
  }

  #watch(vantage: string): void {
    this.clock.schedule(watchEveryMs, () => this.#watch(vantage));
    if (!this.regions.runs(vantage)) return;
    this.lambda.invoke(vantage, "Watch", {}, { execution: null, state: null }).catch(() => {
      // A watch that crashed or timed out is started again by the schedule.
    });
  }

  #registry(): ReadonlyMap<string, HandlerFactory> {
    const random = this.stream("functions");
    return new Map(
      Object.entries(handlerFactories).map(([name, create]): [string, HandlerFactory] => [
        name,
        (caller) => create(this.#dependenciesOf(caller, random)) as ReturnType<HandlerFactory>,
      ]),
    );
  }

  #dependenciesOf(caller: Caller, random: Random): Dependencies<AwsService> {
    const serves = this.plan.regions.some(({ name }) => name === caller.region);
    return {
      plan: this.plan,
      region: caller.region,
      clock: this.processes.clockOf(caller, this.skewMs[caller.region] ?? 0),
      random,
      aws: createSimulatedClients(this.network, caller),
      http: this.#probers(caller.region, () => this.processes.isAlive(caller.invocation)),
      nameServers: this.nameServers.client(caller.region, () => this.processes.isAlive(caller.invocation)),
      logger: silentLogger,
      stateMachineArn: serves ? stateMachineArn(caller.region, machineName(this.plan)) : null,
      reportBucket: serves ? reportBucketOf(this.plan, caller.region) : null,
      s3Endpoint: null,
      topicArn: vantagesOf(this.plan).includes(caller.region) ? topicArn(caller.region, topicNameOf(this.plan)) : null,
    };
  }

  #addLagMetrics(): void {
    const { rds, plan } = this;
    if (rds === null || plan.database === null) return;
    for (const [region, arn] of Object.entries(plan.database.clusters)) {
      // Under the name that RDS has stored; CloudWatch itself does not fold case.
      const id = arn.split(":").at(-1)?.toLowerCase() ?? "";
      for (const name of lagMetrics) {
        this.cloudWatch.addSource({
          region,
          metric: { namespace: "AWS/RDS", name, dimensions: { DBClusterIdentifier: id } },
          sample: (at) => rds.lagMetricMilliseconds(region, at),
          pastPeriods: pastMinutes,
        });
      }
    }
  }
}
