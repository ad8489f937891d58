import type { Activity, Instance } from "@aws-sdk/client-auto-scaling";
import type { Random } from "../../../functions/shared/random.ts";
import type { VirtualClock } from "../../clock.ts";
import { drawMilliseconds, instanceLaunchSeconds, launchRefusalSeconds, launchRetrySeconds } from "../timings.ts";

export interface GroupSetup {
  readonly region: string;
  readonly name: string;
  readonly minimum: number;
  readonly desired: number;
  readonly maximum: number;
  /** Capacity units that one instance counts for. @default 1, an unweighted group */
  readonly instanceWeight?: number;
  /** A target tracking policy, given as the capacity units that it wants at this moment. @default none */
  readonly wantedUnits?: () => number;
}

export type SizeCause = "request" | "policy" | "setup";

/** A change of a group's bounds or size, or of nothing where a request changed nothing. */
export interface SizeChange {
  readonly at: number;
  readonly region: string;
  readonly group: string;
  readonly cause: SizeCause;
  readonly before: GroupBounds;
  readonly after: GroupBounds;
}

export interface GroupBounds {
  readonly minimum: number;
  readonly desired: number;
  readonly maximum: number;
}

/** What a group needs of the Region that it is in. */
export interface LaunchSite {
  readonly clock: VirtualClock;
  readonly random: Random;
  /** Whether anything runs in the Region now. */
  runs(): boolean;
  /** Takes one of the instances that EC2 can still launch here; false when there is none. */
  takeInstance(): boolean;
  nextInstanceId(): string;
  nextActivityId(): string;
}

interface SimulatedInstance {
  readonly id: string;
  readonly zone: string;
  state: "Pending" | "InService";
}

interface SimulatedActivity {
  readonly id: string;
  readonly description: string;
  readonly cause: string;
  readonly at: number;
  endedAt: number | null;
  status: "PreInService" | "Successful" | "Failed" | "Cancelled";
  message: string | null;
}

/** AWS keeps six weeks of activities; nobody here looks further back than this many. */
const activitiesKept = 200;
const zones = ["a", "b", "c"];

/** One Auto Scaling group: converges on its desired capacity, instance by instance. */
export class Group {
  readonly region: string;
  readonly name: string;
  readonly weight: number;
  readonly wantedUnits: (() => number) | null;
  readonly suspended = new Set<string>();
  minimum: number;
  maximum: number;
  desired: number;
  /** A deployment is replacing the instances (FM19). */
  refreshing = false;
  /** Successive minutes for which the policy wanted more, or less. */
  minutesAbove = 0;
  minutesBelow = 0;
  readonly #site: LaunchSite;
  readonly #instances: SimulatedInstance[] = [];
  readonly #activities: SimulatedActivity[] = [];
  #inService = 0;
  #retry: (() => void) | null = null;

  constructor(setup: GroupSetup, site: LaunchSite) {
    this.region = setup.region;
    this.name = setup.name;
    this.minimum = setup.minimum;
    this.maximum = setup.maximum;
    this.desired = setup.desired;
    this.weight = setup.instanceWeight ?? 1;
    this.wantedUnits = setup.wantedUnits ?? null;
    this.#site = site;
    while (this.#size() < this.desired) this.#addInstance("InService");
  }

  /** Capacity units in service. */
  get inService(): number {
    return this.#inService * this.weight;
  }

  get bounds(): GroupBounds {
    return { minimum: this.minimum, desired: this.desired, maximum: this.maximum };
  }

  /** Launches or terminates what desired capacity and reality differ by. */
  converge(): void {
    if (this.#size() > this.desired) this.#shrink();
    else if (this.#retry === null) this.#grow();
  }

  describeInstances(): Instance[] {
    return this.#instances.map(({ id, zone, state }) => ({
      InstanceId: id,
      AvailabilityZone: zone,
      LifecycleState: state,
      HealthStatus: "Healthy",
      ProtectedFromScaleIn: false,
      ...(this.weight === 1 ? {} : { WeightedCapacity: String(this.weight) }),
    }));
  }

  /** Newest first, `limit` at most. */
  describeActivities(limit: number): Activity[] {
    return this.#activities
      .slice(-limit)
      .reverse()
      .map((activity) => ({
        ActivityId: activity.id,
        AutoScalingGroupName: this.name,
        Description: activity.description,
        Cause: activity.cause,
        StartTime: new Date(activity.at),
        ...(activity.endedAt === null ? {} : { EndTime: new Date(activity.endedAt) }),
        StatusCode: activity.status,
        ...(activity.message === null ? {} : { StatusMessage: activity.message }),
        Progress: activity.status === "PreInService" ? 30 : 100,
        Details: "{}",
      }));
  }

  #size(): number {
    return this.#instances.length * this.weight;
  }

  #grow(): void {
    if (this.suspended.has("Launch") || !this.#site.runs()) return;
    while (this.#size() < this.desired) {
      if (!this.#site.takeInstance()) {
        this.#refuse();
        return;
      }
      this.#launch();
    }
  }

  #launch(): void {
    const { clock, random } = this.#site;
    const instance = this.#addInstance("Pending");
    const activity = this.#record(`Launching a new EC2 instance: ${instance.id}`, "PreInService");
    clock.schedule(drawMilliseconds(random, instanceLaunchSeconds), () => {
      activity.endedAt = clock.now();
      if (this.#instances.includes(instance)) {
        activity.status = "Successful";
        instance.state = "InService";
        this.#inService++;
      } else {
        activity.status = "Cancelled";
      }
    });
  }

  /** One failed activity for an attempt, however many instances it asked for, and another attempt later. */
  #refuse(): void {
    const { clock, random } = this.#site;
    const activity = this.#record("Launching a new EC2 instance", "PreInService");
    clock.schedule(drawMilliseconds(random, launchRefusalSeconds), () => {
      activity.status = "Failed";
      activity.endedAt = clock.now();
      activity.message =
        "We currently do not have sufficient m7g.large capacity in the Availability Zone you requested " +
        `(${this.region}a). Our system will be working on provisioning additional capacity. You can currently get ` +
        "m7g.large capacity by not specifying an Availability Zone in your request. Launching EC2 instance failed.";
    });
    this.#retry = clock.schedule(drawMilliseconds(random, launchRetrySeconds), () => {
      this.#retry = null;
      this.converge();
    });
  }

  /** Lets go first of what does not serve yet, then of the oldest. */
  #shrink(): void {
    while (this.#size() - this.weight >= this.desired && this.#instances.length > 0) {
      const pending = this.#instances.findLastIndex(({ state }) => state === "Pending");
      const [gone] = this.#instances.splice(Math.max(0, pending), 1);
      if (gone === undefined) return;
      if (gone.state === "InService") this.#inService--;
      const activity = this.#record(`Terminating EC2 instance: ${gone.id}`, "Successful");
      activity.endedAt = activity.at;
    }
  }

  #addInstance(state: SimulatedInstance["state"]): SimulatedInstance {
    const zone = `${this.region}${zones[this.#instances.length % zones.length]}`;
    const instance: SimulatedInstance = { id: this.#site.nextInstanceId(), zone, state };
    this.#instances.push(instance);
    if (state === "InService") this.#inService++;
    return instance;
  }

  #record(description: string, status: SimulatedActivity["status"]): SimulatedActivity {
    const at = this.#site.clock.now();
    const cause = `An instance was started or stopped to bring the group to its desired capacity of ${this.desired}.`;
    const id = this.#site.nextActivityId();
    const activity: SimulatedActivity = { id, description, cause, at, endedAt: null, status, message: null };
    this.#activities.push(activity);
    if (this.#activities.length > activitiesKept) this.#activities.shift();
    return activity;
  }
}
