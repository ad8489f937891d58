import { parseDuration } from "./duration.ts";
import type { PlanFile } from "./schema.ts";

/** How far automation may go for a step. */
export type AutomationLevel = "observe" | "approve" | "automatic";

export interface PlanRegion {
  readonly name: string;
  readonly probeUrl: string;
  /** This Region's usual share of all demand, in (0, 1]. */
  readonly demandShare: number;
  /** Null: this Region's capacity is not managed. */
  readonly autoScalingGroup: string | null;
  /** IPv4 subnets of customers near this Region; null: those that are bundled (customer-subnets.ts). */
  readonly customerSubnets: readonly string[] | null;
}

export type TrafficSwitchPlan =
  | { readonly kind: "healthCheck"; readonly buckets: Readonly<Record<string, string>> }
  | {
      readonly kind: "routingControl";
      readonly endpoints: readonly { readonly region: string; readonly url: string }[];
      readonly controls: Readonly<Record<string, string>>;
    }
  | { readonly kind: "record"; readonly healthChecks: Readonly<Record<string, string>> };

export interface DatabasePlan {
  readonly globalCluster: string;
  /** Cluster ARN by Region. */
  readonly clusters: Readonly<Record<string, string>>;
  readonly writer: string;
  readonly promotionOrder: readonly string[];
  readonly dataLossBudgetSeconds: number;
  readonly maximumLagAgeSeconds: number;
  readonly deadlineSeconds: number;
  /** Whether the Serverless v2 range of a new writer is raised to the old one's. */
  readonly scale: "off" | "serverless";
}

/** A checked plan in the domain's own form: units in the names, absent parts as null. */
export interface Plan {
  readonly application: string;
  /** The Regions that serve, in the order of the file. */
  readonly regions: readonly PlanRegion[];
  readonly traffic: {
    readonly hostedZoneId: string;
    readonly record: string;
    /** "private": no name server on the internet answers for the record. */
    readonly zone: "public" | "private";
    readonly url: string;
    readonly servedByHeader: string;
    readonly timeToLiveSeconds: number;
    readonly switch: TrafficSwitchPlan;
  };
  readonly database: DatabasePlan | null;
  readonly tables: readonly string[];
  readonly coordination: { readonly table: string; readonly regions: readonly string[]; readonly leaseSeconds: number };
  readonly recordsTable: string;
  readonly detection: {
    readonly witnesses: readonly string[];
    readonly quorum: number;
    readonly probeEverySeconds: number;
    readonly confirmForSeconds: number;
    readonly disputeForSeconds: number;
    readonly clearForSeconds: number;
    readonly maximumEventAgeSeconds: number;
    readonly cooldownSeconds: number;
    readonly maximumRunsPerDay: number;
    readonly alarms: readonly { readonly name: string; readonly suspects: string }[];
  };
  readonly capacity: {
    readonly headroom: number;
    readonly raiseMaximum: "allowed" | "forbidden";
    readonly maximumSampleAgeSeconds: number;
    readonly deadlineSeconds: number;
  };
  readonly automation: {
    readonly traffic: AutomationLevel;
    readonly capacity: AutomationLevel;
    readonly database: AutomationLevel;
    readonly approval: { readonly timeoutSeconds: number; readonly onNoAnswer: "decline" | "proceed" };
  };
  readonly recovery: {
    readonly soakSeconds: number;
    readonly deadlineSeconds: number;
    readonly writeProbeUrl: string | null;
  };
  readonly objectives: { readonly recoveryTimeSeconds: number; readonly recoveryPointSeconds: number };
}

function seconds(duration: string): number {
  const parsed = parseDuration(duration);
  if (parsed === null) throw new RangeError(`Not a duration: received ${JSON.stringify(duration)}`);
  return parsed;
}

/** The domain's form of a plan file that passed the schema. */
export function toPlan(file: PlanFile): Plan {
  const { traffic, database, coordination, detection, capacity, automation, recovery, objectives } = file;
  return {
    application: file.application,
    regions: Object.entries(file.regions).map(([name, region]) => ({
      name,
      probeUrl: region.probe,
      demandShare: region.demandShare,
      autoScalingGroup: region.autoScalingGroup?.name ?? null,
      customerSubnets: region.customerSubnets ?? null,
    })),
    traffic: {
      hostedZoneId: traffic.hostedZoneId,
      record: traffic.record,
      zone: traffic.zone,
      url: traffic.url,
      servedByHeader: traffic.servedByHeader,
      timeToLiveSeconds: seconds(traffic.timeToLive),
      switch: traffic.switch,
    },
    database:
      database === undefined
        ? null
        : {
            globalCluster: database.globalCluster,
            clusters: database.clusters,
            writer: database.writer,
            promotionOrder: database.promotionOrder,
            dataLossBudgetSeconds: seconds(database.dataLossBudget),
            maximumLagAgeSeconds: seconds(database.maximumLagAge),
            deadlineSeconds: seconds(database.deadline),
            scale: database.scale,
          },
    tables: file.tables,
    coordination: {
      table: coordination.table,
      regions: coordination.regions,
      leaseSeconds: seconds(coordination.lease),
    },
    recordsTable: file.records.table,
    detection: {
      witnesses: detection.witnesses,
      quorum: detection.quorum,
      probeEverySeconds: seconds(detection.probeEvery),
      confirmForSeconds: seconds(detection.confirmFor),
      disputeForSeconds: seconds(detection.disputeFor),
      clearForSeconds: seconds(detection.clearFor),
      maximumEventAgeSeconds: seconds(detection.maximumEventAge),
      cooldownSeconds: seconds(detection.cooldown),
      maximumRunsPerDay: detection.maximumRunsPerDay,
      alarms: detection.alarms,
    },
    capacity: {
      headroom: capacity.headroom,
      raiseMaximum: capacity.raiseMaximum ? "allowed" : "forbidden",
      maximumSampleAgeSeconds: seconds(capacity.maximumSampleAge),
      deadlineSeconds: seconds(capacity.deadline),
    },
    automation: {
      traffic: automation.traffic,
      capacity: automation.capacity,
      database: automation.database,
      approval: {
        timeoutSeconds: seconds(automation.approval.timeout),
        onNoAnswer: automation.approval.onNoAnswer,
      },
    },
    recovery: {
      soakSeconds: seconds(recovery.soak),
      deadlineSeconds: seconds(recovery.deadline),
      writeProbeUrl: recovery.writeProbe ?? null,
    },
    objectives: {
      recoveryTimeSeconds: seconds(objectives.recoveryTime),
      recoveryPointSeconds: seconds(objectives.recoveryPoint),
    },
  };
}

/** The plan's entry for a Region, or null when the plan does not name it. */
export function findRegion(plan: Plan, name: string): PlanRegion | null {
  return plan.regions.find((region) => region.name === name) ?? null;
}

/** "absent": two Regions and no witness, where nobody can tell a dead Region from a cut cable. */
export type ThirdOpinion = "present" | "absent";

/** Whether anybody besides the two sides of a cut cable observes. The plan's checks demand it too; this is the last line. */
export function findThirdOpinion(plan: Plan): ThirdOpinion {
  return plan.regions.length > 2 || plan.detection.witnesses.length > 0 ? "present" : "absent";
}

/** Every place that observes: the Regions that serve, then the witnesses. */
export function vantagesOf(plan: Plan): readonly string[] {
  return [...plan.regions.map((region) => region.name), ...plan.detection.witnesses];
}

/** A Region exactly as the plan writes it, or null: "us-east-1a", "US-EAST-1" and nothing at all name none (FM63). */
export function regionNamed(plan: Plan, servedBy: string | null): string | null {
  return servedBy === null ? null : (findRegion(plan, servedBy)?.name ?? null);
}
