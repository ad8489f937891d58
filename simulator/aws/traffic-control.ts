import type { Plan, TrafficSwitchPlan } from "../../functions/shared/plan/plan.ts";
import type { Random } from "../../functions/shared/random.ts";
import { canaryKey, evacuationKey } from "../../functions/traffic/switch-objects.ts";
import type { VirtualClock } from "../clock.ts";
import { Dns, type LatencyRecord } from "./dns.ts";
import { HealthCheckers } from "./health-checkers.ts";
import { SimulatedRecoveryCluster } from "./recovery-cluster.ts";
import type { Regions } from "./regions.ts";
import { SimulatedRoute53 } from "./route53.ts";
import type { SimulatedS3 } from "./s3.ts";
import { routingControlPropagationSeconds } from "./timings.ts";

export interface TrafficControlOptions {
  readonly plan: Plan;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Regions;
  readonly s3: SimulatedS3;
}

/** The application's name in DNS, with everything that its answers depend on. */
export interface TrafficControl {
  readonly dns: Dns;
  readonly healthCheckers: HealthCheckers;
  readonly route53: SimulatedRoute53;
  /** Null unless the plan's switch is a set of routing controls. */
  readonly recoveryCluster: SimulatedRecoveryCluster | null;
  /** Regions that hold a Region's evacuation and can be reached; null where the switch keeps it in one place. */
  readonly holdersOf: ((region: string) => readonly string[]) | null;
  /** From now on the record of `region` carries its endpoint's check alone, or none: the switch moves nothing (FM64). */
  carry(region: string, check: "endpointOnly" | "nothing"): void;
  /**
   * Whether somebody has taken a Region's evacuation from the health checkers, in some bucket, behind the controller's back,
   * or its record from the switch.
   */
  readonly isTamperedWith: (region: string) => boolean;
}

/** Sets up records, health checks and switch as the plan says; creates the switch's buckets. */
export function createTrafficControl(options: TrafficControlOptions): TrafficControl {
  const { plan } = options;
  const healthCheckers = new HealthCheckers(options);
  for (const { name } of plan.regions) {
    healthCheckers.add({ id: endpointId(name), target: { kind: "endpoint", region: name } });
  }
  const trafficSwitch = plan.traffic.switch;
  switch (trafficSwitch.kind) {
    case "healthCheck":
      return withObjects(options, healthCheckers, trafficSwitch);
    case "routingControl":
      return withRoutingControls(options, healthCheckers, trafficSwitch);
    case "record":
      return withInvertedChecks(options, healthCheckers, trafficSwitch);
  }
}

/** Each record: the endpoint's check and, inverted, one check a Region that watches an object there. */
function withObjects(
  { plan, s3, regions }: TrafficControlOptions,
  healthCheckers: HealthCheckers,
  { buckets }: Extract<TrafficSwitchPlan, { kind: "healthCheck" }>,
): TrafficControl {
  for (const [region, bucket] of Object.entries(buckets)) {
    s3.createBucket(region, bucket);
    // As its deployment has left it.
    s3.put(bucket, canaryKey, "");
  }
  const records = plan.regions.map(({ name }): LatencyRecord => {
    const key = evacuationKey(name);
    const others = Object.entries(buckets).filter(([region]) => region !== name);
    const switches = others.map(([region, bucket]) => {
      const id = `${name}-evacuated-by-${region}`;
      const isThere = () => s3.readUnsigned(bucket, key) === 200;
      healthCheckers.add({ id, target: { kind: "object", region, isThere }, polarity: "inverted" });
      return id;
    });
    healthCheckers.add({ id: name, target: { kind: "all", children: [endpointId(name), ...switches] } });
    return {
      region: name,
      healthCheckId: name,
      targetHealth: "ignored",
      isHealthy: () => healthCheckers.isHealthy(name),
      isTakenOut: () => holdersOf(name).length > 0,
    };
  });
  const assembled = assemble(plan, healthCheckers, new Dns(records), null);
  const isTamperedWith = (name: string) =>
    assembled.isTamperedWith(name) ||
    Object.values(buckets).some((bucket) => s3.isTamperedWith(bucket, evacuationKey(name)));
  return { ...assembled, holdersOf, isTamperedWith };

  function holdersOf(name: string): readonly string[] {
    return Object.entries(buckets)
      .filter(([region, bucket]) => {
        const health = regions.health(region);
        const isReached = health === "up" || health === "gray";
        return region !== name && isReached && s3.readUnsigned(bucket, evacuationKey(name)) === 200;
      })
      .map(([region]) => region);
  }
}

/** Each record follows its routing control and nothing else. */
function withRoutingControls(
  { plan, regions }: TrafficControlOptions,
  healthCheckers: HealthCheckers,
  { endpoints, controls }: Extract<TrafficSwitchPlan, { kind: "routingControl" }>,
): TrafficControl {
  const cluster = new SimulatedRecoveryCluster({
    endpoints: endpoints.map(({ region }) => region),
    controls,
    regions,
    onChange: (arn) => healthCheckers.follow(arn, routingControlPropagationSeconds),
  });
  const records = plan.regions.flatMap(({ name }): LatencyRecord[] => {
    const arn = controls[name];
    if (arn === undefined) return [];
    const isOn = () => cluster.isOn(arn);
    healthCheckers.add({ id: arn, target: { kind: "routingControl", arn, isOn } });
    return [
      {
        region: name,
        healthCheckId: arn,
        targetHealth: "ignored",
        isHealthy: () => healthCheckers.isHealthy(arn),
        isTakenOut: () => !isOn(),
      },
    ];
  });
  return assemble(plan, healthCheckers, new Dns(records), cluster);
}

/**
 * Each record: the endpoint's health and a check of its own that passes until it is inverted. Were the endpoint's own
 * check inverted, a dead endpoint would count as healthy.
 */
function withInvertedChecks(
  { plan }: TrafficControlOptions,
  healthCheckers: HealthCheckers,
  { healthChecks }: Extract<TrafficSwitchPlan, { kind: "record" }>,
): TrafficControl {
  // The records ask the control plane, and the control plane lists the records.
  let control: TrafficControl | null = null;
  const records = plan.regions.flatMap(({ name }): LatencyRecord[] => {
    const id = healthChecks[name];
    if (id === undefined) return [];
    healthCheckers.add({ id, target: { kind: "constant" } });
    return [
      {
        region: name,
        healthCheckId: id,
        targetHealth: "evaluated",
        isHealthy: () => healthCheckers.isHealthy(endpointId(name)) && healthCheckers.isHealthy(id),
        isTakenOut: () => control?.route53.isInverted(id) ?? false,
      },
    ];
  });
  control = assemble(plan, healthCheckers, new Dns(records), null);
  return control;
}

function assemble(
  plan: Plan,
  healthCheckers: HealthCheckers,
  dns: Dns,
  recoveryCluster: SimulatedRecoveryCluster | null,
): TrafficControl {
  const { hostedZoneId, record } = plan.traffic;
  const route53 = new SimulatedRoute53({ hostedZoneId, record, dns, healthCheckers });
  const detached = new Set<string>();
  return {
    dns,
    healthCheckers,
    route53,
    recoveryCluster,
    holdersOf: null,
    isTamperedWith: (region) => detached.has(region),
    carry(region, check) {
      detached.add(region);
      const isHealthy = () => check === "nothing" || healthCheckers.isHealthy(endpointId(region));
      dns.attach(region, { isHealthy });
    },
  };
}

function endpointId(region: string): string {
  return `${region}-endpoint`;
}
