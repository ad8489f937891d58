import type { AwsClients, AwsService } from "../../functions/shared/clients.ts";
import type { Clock } from "../../functions/shared/clock.ts";
import type { Dependencies } from "../../functions/shared/dependencies.ts";
import type { Plan } from "../../functions/shared/plan/plan.ts";

/** The implementations of AWS that the contract is held against. */
export const backendNames = ["simulator", "moto", "ministack"] as const;
export type BackendName = (typeof backendNames)[number];

/** Regions of every cloud. */
export const virginia = "us-east-1";
export const ireland = "eu-west-1";
export const singapore = "ap-southeast-1";
export const cloudRegions = [virginia, ireland, singapore] as const;
/** Where the adapters run. */
export const home = ireland;

export interface Backend {
  readonly name: BackendName;
  /** Runs one case in a cloud in which nothing of another case is to be seen. @throws what `act` throws */
  play(act: (cloud: Cloud) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** A service as IAM and the fault injector name it. */
export type RefusingService =
  | "autoscaling"
  | "cloudwatch"
  | "dynamodb"
  | "events"
  | "rds"
  | "route53"
  | "s3"
  | "states";

/** AWS as one case sees it, from the home Region. */
export interface Cloud {
  readonly aws: AwsClients;
  /** Virtual in the simulator, real for servers. */
  readonly clock: Clock;
  readonly prepare: Preparations;
  readonly disturb: Disturbances;
  /** What an adapter takes, running in the home Region. @param stateMachineArn of startRun. @default none */
  dependencies(plan: Plan, stateMachineArn?: string): Dependencies<AwsService>;
  /** A name that no other case has. */
  unique(base: string): string;
  /** Looks again and again, for as long as such a thing takes there, until `isSettled`; answers the last look. */
  until<Look>(look: () => Promise<Look>, isSettled: (look: Look) => boolean): Promise<Look>;
}

export interface GroupSizes {
  readonly minimum: number;
  readonly desired: number;
  readonly maximum: number;
}

/** Sets state up. What a backend has no means for is left undone, so that the case meets what there is instead. */
export interface Preparations {
  /** Keys `pk` and `sk`, a replica in every Region named; with one Region alone it is no global table. */
  table(name: string, consistency: "eventual" | "strong", regions: readonly string[]): Promise<void>;
  /** All desired instances in service. */
  group(region: string, name: string, sizes: GroupSizes): Promise<void>;
  suspendLaunch(region: string, name: string): Promise<void>;
  /** An available Aurora global cluster with a cluster in every Region; answers their ARNs by Region. */
  globalCluster(identifier: string, writer: string): Promise<Readonly<Record<string, string>>>;
  /** A calculated check without children, or one that looks at an endpoint; answers its id. */
  healthCheck(kind: "calculated" | "endpoint"): Promise<string>;
  bucket(region: string, name: string): Promise<void>;
  /** Answers its ARN. */
  topic(region: string, name: string): Promise<string>;
  /** `ends` at once, or `waits` for an hour; answers its ARN. */
  stateMachine(region: string, name: string, behaviour: "ends" | "waits"): Promise<string>;
  /** What AWS itself measured, minute by minute up to the last full minute; answers when that one began. */
  metric(region: string, metric: AwsMetric, values: readonly number[]): Promise<number>;
  /** An ARC cluster with a routing control a Region, all of them on. */
  routingControls(): Promise<{
    readonly endpoints: readonly { readonly region: string; readonly url: string }[];
    readonly controls: Readonly<Record<string, string>>;
  }>;
}

export interface AwsMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Makes AWS misbehave. What a backend has no means for changes nothing there. */
export interface Disturbances {
  /** EC2 has nothing left to launch in the Region. */
  exhaustCapacity(region: string): Promise<void>;
  /** Runs `act` while the service refuses every call of its clients. */
  whileRefused(
    service: RefusingService,
    reason: "throttle" | "deny",
    act: (aws: AwsClients) => Promise<void>,
  ): Promise<void>;
}
