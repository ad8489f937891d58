import { silentNameServers } from "../../../functions/shared/clients.ts";
import { silentLogger } from "../../../functions/shared/logger.ts";
import { seededRandom } from "../../../functions/shared/random.ts";
import type { StateMachine } from "../../../simulator/asl/definition.ts";
import { parseDefinition } from "../../../simulator/asl/parse.ts";
import { SimulatedAutoScaling } from "../../../simulator/aws/autoscaling.ts";
import { createSimulatedClients } from "../../../simulator/aws/clients.ts";
import { SimulatedCloudWatch } from "../../../simulator/aws/cloudwatch.ts";
import { Dns } from "../../../simulator/aws/dns.ts";
import { SimulatedDynamoDB } from "../../../simulator/aws/dynamodb.ts";
import { SimulatedEventBridge } from "../../../simulator/aws/eventbridge.ts";
import { noFaults, scriptedFaults } from "../../../simulator/aws/faults.ts";
import { HealthCheckers } from "../../../simulator/aws/health-checkers.ts";
import { SimulatedLambda } from "../../../simulator/aws/lambda.ts";
import { Network } from "../../../simulator/aws/network.ts";
import { Processes } from "../../../simulator/aws/processes.ts";
import { SimulatedRds } from "../../../simulator/aws/rds.ts";
import { SimulatedRecoveryCluster } from "../../../simulator/aws/recovery-cluster.ts";
import { Regions } from "../../../simulator/aws/regions.ts";
import { SimulatedRoute53 } from "../../../simulator/aws/route53.ts";
import { SimulatedS3 } from "../../../simulator/aws/s3.ts";
import type { Caller } from "../../../simulator/aws/service.ts";
import { SimulatedSns } from "../../../simulator/aws/sns.ts";
import { SimulatedStepFunctions, stateMachineArn } from "../../../simulator/aws/step-functions.ts";
import { VirtualClock } from "../../../simulator/clock.ts";
import { type Backend, type Cloud, cloudRegions, home, type Preparations } from "../backend.ts";
import { definitionOf } from "./state-machines.ts";

/** Past a full minute, so that the metrics of the minute before are there. */
const startAt = Date.parse("2026-11-02T12:00:40Z");
const longestCaseMs = 24 * 3_600_000;
/** An MRSC table needs three Regions of one Region set; the endpoints of an ARC cluster are five. */
const endpointRegions = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"];
const otherRegions = ["eu-west-2", "eu-central-1"];
const noOne = () => Promise.reject(new Error("nothing is probed here"));

export function startSimulator(): Promise<Backend> {
  return Promise.resolve({
    name: "simulator",
    play: async (act: (cloud: Cloud) => Promise<void>) => {
      const { cloud, clock, defects } = createCloud();
      let isOver = false;
      const outcome = act(cloud).finally(() => {
        isOver = true;
      });
      // Whoever waits for it below hears of a rejection; the clock has to run first.
      outcome.catch(() => {});
      await clock.run({ deadline: startAt + longestCaseMs, until: () => isOver });
      if (!isOver) throw new Error("The case waits for something that does not happen in a simulated day");
      await outcome;
      expect(defects()).toEqual([]);
    },
    stop: () => Promise.resolve(),
  });
}

/** A simulated cloud of its own for every case. */
function createCloud() {
  const clock = new VirtualClock(startAt);
  const regions = new Regions([...new Set([...cloudRegions, ...endpointRegions, ...otherRegions])]);
  const processes = new Processes(clock, regions);
  const random = seededRandom(1);
  const kernel = { clock, random, regions, processes };
  const network = new Network(kernel);
  const machines = new Map<string, StateMachine>();
  const lambda = new SimulatedLambda({ ...kernel, registry: new Map(), functions: {} });
  const stepFunctions = new SimulatedStepFunctions({ ...kernel, lambda, machines });
  const eventBridge = new SimulatedEventBridge({
    ...kernel,
    startExecution: (region, machine, event) => stepFunctions.startByEvent(region, machine, event),
  });
  const cloudWatch = new SimulatedCloudWatch({ ...kernel, onStateChange: () => {} });
  const autoScaling = new SimulatedAutoScaling(kernel);
  const dynamoDB = new SimulatedDynamoDB({ ...kernel, tables: [] });
  const s3 = new SimulatedS3({ clock });
  const sns = new SimulatedSns({ clock });
  const healthCheckers = new HealthCheckers(kernel);
  healthCheckers.add({ id: home, target: { kind: "endpoint", region: home } });
  const dns = new Dns([
    {
      region: home,
      healthCheckId: home,
      targetHealth: "ignored",
      isHealthy: () => healthCheckers.isHealthy(home),
      isTakenOut: () => false,
    },
  ]);
  const route53 = new SimulatedRoute53({ hostedZoneId: "Z0", record: "shop.example.com", dns, healthCheckers });
  network.attach("autoscaling", autoScaling);
  network.attach("cloudwatch", cloudWatch);
  network.attach("dynamodb", dynamoDB);
  network.attach("events", eventBridge);
  network.attach("route53", route53);
  network.attach("s3", s3);
  network.attach("sns", sns);
  network.attach("states", stepFunctions);

  const caller: Caller = { region: home, functionName: "Contract", invocation: "1", execution: null, state: null };
  const aws = createSimulatedClients(network, caller);
  let names = 0;
  const unique = (base: string) => `${base}-${++names}`;

  const prepare: Preparations = {
    async table(name, consistency, tableRegions) {
      const kind = consistency === "strong" ? "MRSC" : "MREC";
      dynamoDB.addTable({ name, kind, regions: tableRegions });
    },
    async group(region, name, sizes) {
      autoScaling.addGroup({ region, name, ...sizes });
    },
    async suspendLaunch(region, name) {
      autoScaling.suspend(region, name, "Launch");
    },
    async globalCluster(identifier, writer) {
      const clusters = Object.fromEntries(
        cloudRegions.map((region) => [region, `arn:aws:rds:${region}:111122223333:cluster:${identifier}-${region}`]),
      );
      const rds = new SimulatedRds({ ...kernel, globalCluster: { identifier, clusters, writer } });
      const size = { instanceClass: "db.serverless", units: { minimum: 1, maximum: 8 } };
      for (const region of cloudRegions) rds.sizes.set(region, size);
      network.attach("rds", rds);
      return clusters;
    },
    async healthCheck(kind) {
      const id = unique("check");
      healthCheckers.add({
        id,
        target: kind === "calculated" ? { kind: "constant" } : { kind: "endpoint", region: home },
      });
      return id;
    },
    async bucket(region, name) {
      s3.createBucket(region, name);
    },
    async topic(region, name) {
      return sns.createTopic(region, name);
    },
    async stateMachine(region, name, behaviour) {
      machines.set(name, parseDefinition(definitionOf(behaviour)));
      return stateMachineArn(region, name);
    },
    async metric(region, metric, values) {
      const lastMinute = Math.floor(clock.now() / 60_000) * 60_000;
      cloudWatch.addSource({
        region,
        metric,
        // The source is asked at the end of each minute.
        sample: (at) => values[values.length - 1 - (lastMinute - at) / 60_000] ?? null,
        pastPeriods: values.length,
      });
      return lastMinute - 60_000;
    },
    async routingControls() {
      const arn = (region: string) =>
        `arn:aws:route53-recovery-control::111122223333:controlpanel/1/routingcontrol/${region}`;
      const controls = Object.fromEntries(cloudRegions.map((region) => [region, arn(region)]));
      network.attach(
        "route53-recovery-cluster",
        new SimulatedRecoveryCluster({ endpoints: endpointRegions, controls, regions, onChange: () => {} }),
      );
      return {
        endpoints: endpointRegions.map((region) => ({ region, url: `https://${region}.example.com` })),
        controls,
      };
    },
  };

  const cloud: Cloud = {
    aws,
    clock,
    prepare,
    unique,
    disturb: {
      async exhaustCapacity(region) {
        autoScaling.setLaunchable(region, 0);
      },
      async whileRefused(service, reason, act) {
        network.faults = scriptedFaults([{ call: { service }, occurrence: "every", verdict: { kind: reason } }]);
        await act(aws);
        network.faults = noFaults;
      },
    },
    dependencies: (plan, machine) => ({
      plan,
      region: home,
      clock,
      random,
      aws,
      nameServers: silentNameServers,
      http: { probe: noOne },
      logger: silentLogger,
      stateMachineArn: machine ?? null,
      reportBucket: null,
      topicArn: null,
      s3Endpoint: null,
    }),
    async until(look, isSettled) {
      for (;;) {
        const found = await look();
        if (isSettled(found) || clock.now() > startAt + longestCaseMs / 2) return found;
        await clock.sleep(5_000);
      }
    },
  };
  return { cloud, clock, defects: () => [...network.defects, ...stepFunctions.defects] };
}
