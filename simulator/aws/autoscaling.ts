import type {
  AutoScalingGroup,
  DescribeAutoScalingGroupsCommandInput,
  DescribeAutoScalingGroupsCommandOutput,
  DescribeInstanceRefreshesCommandInput,
  DescribeInstanceRefreshesCommandOutput,
  DescribePoliciesCommandInput,
  DescribePoliciesCommandOutput,
  DescribeScalingActivitiesCommandInput,
  DescribeScalingActivitiesCommandOutput,
  SetDesiredCapacityCommandInput,
  SetDesiredCapacityCommandOutput,
  UpdateAutoScalingGroupCommandInput,
  UpdateAutoScalingGroupCommandOutput,
} from "@aws-sdk/client-auto-scaling";
import type { Random } from "../../functions/shared/random.ts";
import { simulatedAccount } from "../account.ts";
import type { VirtualClock } from "../clock.ts";
import { Group, type GroupBounds, type GroupSetup, type SizeCause, type SizeChange } from "./autoscaling/group.ts";
import type { Regions } from "./regions.ts";
import { repeatEvery } from "./repeat.ts";
import { answer, readInput } from "./requests.ts";
import { ServiceError, type ServiceRequest, type SimulatedService } from "./service.ts";
import { scaleInPeriods, scaleOutPeriods, scalingPolicyPeriodSeconds } from "./timings.ts";
import { UnknownToSimulator } from "./unknown.ts";

export type { GroupBounds, GroupSetup, SizeCause, SizeChange } from "./autoscaling/group.ts";

export interface AutoScalingOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Pick<Regions, "runs" | "subscribe">;
}

const describeFields = new Set(["AutoScalingGroupNames", "MaxRecords"]);
const updateFields = new Set(["AutoScalingGroupName", "MinSize", "MaxSize", "DesiredCapacity"]);
const desiredFields = new Set(["AutoScalingGroupName", "DesiredCapacity", "HonorCooldown"]);
const listFields = new Set(["AutoScalingGroupName", "MaxRecords"]);
const mostRecords = 100;

/** Auto Scaling in every Region: groups that launch and terminate over time, capacity shortage, scaling policies. */
export class SimulatedAutoScaling implements SimulatedService {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #regions: AutoScalingOptions["regions"];
  readonly #groups = new Map<string, Map<string, Group>>();
  readonly #launchable = new Map<string, number>();
  readonly #history: SizeChange[] = [];
  #instances = 0;
  #activities = 0;
  #stop: (() => void) | null = null;
  /** Share of changes that are refused because something else changes the group at that moment. */
  busyShare = 0;

  constructor(options: AutoScalingOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#regions = options.regions;
    options.regions.subscribe((change) => {
      if (change.kind === "health" && change.before === "dark") this.#convergeIn(change.region);
    });
  }

  /** Lets the scaling policies work. */
  start(): void {
    this.#stop ??= repeatEvery(this.#clock, scalingPolicyPeriodSeconds * 1_000, 0, () => this.#followPolicies());
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }

  /** A group with all its desired instances in service. */
  addGroup(setup: GroupSetup): void {
    const { region } = setup;
    const group = new Group(setup, {
      clock: this.#clock,
      random: this.#random,
      runs: () => this.#regions.runs(region),
      takeInstance: () => this.#takeInstance(region),
      nextInstanceId: () => `i-${(++this.#instances).toString(16).padStart(17, "0")}`,
      nextActivityId: () => `00000000-0000-4000-8000-${(++this.#activities).toString(16).padStart(12, "0")}`,
    });
    const groups = this.#groups.get(region);
    if (groups === undefined) this.#groups.set(region, new Map([[setup.name, group]]));
    else groups.set(setup.name, group);
  }

  /** EC2 has `instances` more to launch in the Region and no others. */
  setLaunchable(region: string, instances: number): void {
    this.#launchable.set(region, instances);
  }

  /** Suspends a process of the group, such as Launch or AlarmNotification. */
  suspend(region: string, name: string, process: string): void {
    this.#group(region, name).suspended.add(process);
  }

  /** A deployment begins or ends replacing the group's instances (FM19). */
  setRefresh(region: string, name: string, refresh: "underWay" | "done"): void {
    this.#group(region, name).refreshing = refresh === "underWay";
  }

  /** Capacity units in service; cheap enough to be asked every simulated second. */
  inService(region: string, name: string): number {
    return this.#groups.get(region)?.get(name)?.inService ?? 0;
  }

  bounds(region: string, name: string): GroupBounds {
    return this.#group(region, name).bounds;
  }

  /** Every change of a group's bounds or size, in order. */
  get history(): readonly SizeChange[] {
    return this.#history;
  }

  handle(request: ServiceRequest): Record<string, unknown> {
    switch (request.operation) {
      case "DescribeAutoScalingGroups":
        return this.#describeGroups(request);
      case "UpdateAutoScalingGroup":
        return this.#updateGroup(request);
      case "SetDesiredCapacity":
        return this.#setDesired(request);
      case "DescribeScalingActivities":
        return this.#describeActivities(request);
      case "DescribeInstanceRefreshes":
        return this.#describeRefreshes(request);
      case "DescribePolicies":
        return this.#describePolicies(request);
      default:
        throw new UnknownToSimulator(`autoscaling:${request.operation}`);
    }
  }

  #describeGroups(request: ServiceRequest): Record<string, unknown> {
    const { AutoScalingGroupNames: names } = readInput<DescribeAutoScalingGroupsCommandInput>(request, describeFields);
    const here = [...(this.#groups.get(request.region)?.values() ?? [])];
    // AWS lists all groups when no name is given.
    const asked = names === undefined || names.length === 0 ? here : here.filter(({ name }) => names.includes(name));
    return answer<DescribeAutoScalingGroupsCommandOutput>({ AutoScalingGroups: asked.map(describeGroup) });
  }

  /**
   * Raising MinSize above the size raises DesiredCapacity with it, lowering MaxSize below it lowers it
   * ("UpdateAutoScalingGroup").
   */
  #updateGroup(request: ServiceRequest): Record<string, unknown> {
    const input = readInput<UpdateAutoScalingGroupCommandInput>(request, updateFields);
    const group = this.#demandGroup(request.region, input.AutoScalingGroupName);
    const minimum = input.MinSize ?? group.minimum;
    const maximum = input.MaxSize ?? group.maximum;
    for (const size of [minimum, maximum, input.DesiredCapacity ?? 0]) {
      if (!Number.isInteger(size) || size < 0) throw invalid(`Sizes must be whole numbers: received ${size}`);
    }
    if (minimum > maximum) {
      throw invalid(`Max bound, ${maximum}, must be greater than or equal to min bound, ${minimum}`);
    }
    const desired = input.DesiredCapacity ?? Math.min(maximum, Math.max(minimum, group.desired));
    if (desired < minimum || desired > maximum) throw outsideBounds(desired, { minimum, maximum });
    this.#demandIdle(group, request);
    this.#resize(group, { minimum, desired, maximum }, "request");
    return answer<UpdateAutoScalingGroupCommandOutput>({});
  }

  #setDesired(request: ServiceRequest): Record<string, unknown> {
    const input = readInput<SetDesiredCapacityCommandInput>(request, desiredFields);
    const group = this.#demandGroup(request.region, input.AutoScalingGroupName);
    const desired = input.DesiredCapacity;
    if (desired === undefined || !Number.isInteger(desired)) throw invalid(`Not a size: received ${desired}`);
    if (desired < group.minimum || desired > group.maximum) throw outsideBounds(desired, group);
    this.#demandIdle(group, request);
    this.#resize(group, { ...group.bounds, desired }, "request");
    return answer<SetDesiredCapacityCommandOutput>({});
  }

  #describeActivities(request: ServiceRequest): Record<string, unknown> {
    const input = readInput<DescribeScalingActivitiesCommandInput>(request, listFields);
    const group = this.#groups.get(request.region)?.get(input.AutoScalingGroupName ?? "");
    const limit = Math.min(input.MaxRecords ?? mostRecords, mostRecords);
    return answer<DescribeScalingActivitiesCommandOutput>({ Activities: group?.describeActivities(limit) ?? [] });
  }

  #describeRefreshes(request: ServiceRequest): Record<string, unknown> {
    const input = readInput<DescribeInstanceRefreshesCommandInput>(request, listFields);
    const group = this.#demandGroup(request.region, input.AutoScalingGroupName);
    const refresh = {
      InstanceRefreshId: "00000000-0000-4000-8000-000000000000",
      AutoScalingGroupName: group.name,
      Status: "InProgress" as const,
      PercentageComplete: 40,
    };
    return answer<DescribeInstanceRefreshesCommandOutput>({ InstanceRefreshes: group.refreshing ? [refresh] : [] });
  }

  #describePolicies(request: ServiceRequest): Record<string, unknown> {
    const input = readInput<DescribePoliciesCommandInput>(request, listFields);
    const groups = [...(this.#groups.get(request.region)?.values() ?? [])].filter(
      ({ name, wantedUnits }) =>
        wantedUnits !== null && (input.AutoScalingGroupName === undefined || input.AutoScalingGroupName === name),
    );
    return answer<DescribePoliciesCommandOutput>({
      ScalingPolicies: groups.map(({ name }) => ({
        AutoScalingGroupName: name,
        PolicyName: `${name}-target-tracking`,
        PolicyType: "TargetTrackingScaling",
        Enabled: true,
      })),
    });
  }

  #followPolicies(): void {
    for (const [region, groups] of this.#groups) {
      if (!this.#regions.runs(region)) continue;
      for (const group of groups.values()) {
        if (group.wantedUnits !== null && !group.suspended.has("AlarmNotification")) {
          this.#followPolicy(group, Math.ceil(group.wantedUnits()));
        }
      }
    }
  }

  #followPolicy(group: Group, wanted: number): void {
    group.minutesAbove = wanted > group.desired ? group.minutesAbove + 1 : 0;
    group.minutesBelow = wanted < group.desired ? group.minutesBelow + 1 : 0;
    if (group.minutesAbove < scaleOutPeriods && group.minutesBelow < scaleInPeriods) return;
    const desired = Math.min(group.maximum, Math.max(group.minimum, wanted));
    if (desired !== group.desired) this.#resize(group, { ...group.bounds, desired }, "policy");
    group.minutesAbove = 0;
    group.minutesBelow = 0;
  }

  #resize(group: Group, after: GroupBounds, cause: SizeCause): void {
    const before = group.bounds;
    group.minimum = after.minimum;
    group.desired = after.desired;
    group.maximum = after.maximum;
    this.#history.push({ at: this.#clock.now(), region: group.region, group: group.name, cause, before, after });
    group.converge();
  }

  /** The errors of UpdateAutoScalingGroup and SetDesiredCapacity; LimitExceeded is none of theirs. */
  #demandIdle({ name }: Group, { caller }: ServiceRequest): void {
    // What a story's past is made of has happened.
    if (this.busyShare === 0 || caller.functionName === "Person" || this.#random.next() >= this.busyShare) return;
    throw this.#random.next() < 0.5
      ? new ServiceError("ScalingActivityInProgressFault", `A scaling activity of ${name} is in progress`)
      : new ServiceError("ResourceContentionFault", `${name} has a pending update`, 500);
  }

  #convergeIn(region: string): void {
    for (const group of this.#groups.get(region)?.values() ?? []) group.converge();
  }

  #takeInstance(region: string): boolean {
    const left = this.#launchable.get(region) ?? Number.POSITIVE_INFINITY;
    if (left < 1) return false;
    this.#launchable.set(region, left - 1);
    return true;
  }

  #demandGroup(region: string, name: string | undefined): Group {
    const group = this.#groups.get(region)?.get(name ?? "");
    if (group === undefined) throw invalid(`AutoScalingGroup name not found - ${name ?? "null"}`);
    return group;
  }

  #group(region: string, name: string): Group {
    const group = this.#groups.get(region)?.get(name);
    if (group === undefined) throw new RangeError(`No such group in ${region}: received ${JSON.stringify(name)}`);
    return group;
  }
}

function invalid(message: string): ServiceError {
  return new ServiceError("ValidationError", message);
}

function outsideBounds(desired: number, { minimum, maximum }: { minimum: number; maximum: number }): ServiceError {
  return invalid(
    `Desired capacity:${desired} must be between the specified min size:${minimum} and max size:${maximum}`,
  );
}

function describeGroup(group: Group): AutoScalingGroup {
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: `arn:aws:autoscaling:${group.region}:${simulatedAccount}:autoScalingGroup:0:autoScalingGroupName/${group.name}`,
    MinSize: group.minimum,
    MaxSize: group.maximum,
    DesiredCapacity: group.desired,
    DefaultCooldown: 300,
    AvailabilityZones: ["a", "b", "c"].map((zone) => group.region + zone),
    HealthCheckType: "ELB",
    Instances: group.describeInstances(),
    CreatedTime: new Date(0),
    SuspendedProcesses: [...group.suspended].map((ProcessName) => ({
      ProcessName,
      SuspensionReason: "User suspended",
    })),
  };
}
