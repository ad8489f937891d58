/**
 * What the simulated cloud's parts promise each other. One file a service; the network between callers and services
 * (latency, dark Regions, lost answers, throttling, crashes) is simulated once, in network.ts, and no service knows of it.
 */

/** A process that calls AWS: one invocation of a Lambda function. */
export interface Caller {
  /** The Region in which it runs. */
  readonly region: string;
  /** The function's logical name, for example `TrafficShift`. */
  readonly functionName: string;
  /** Names this invocation. */
  readonly invocation: string;
  /** The Step Functions execution it works for; null for a scheduled function. */
  readonly execution: string | null;
  /** The state that invoked it; null for a scheduled function. */
  readonly state: string | null;
}

/** The services, by their IAM prefix. */
export type ServiceName =
  | "autoscaling"
  | "cloudwatch"
  | "dynamodb"
  | "events"
  | "rds"
  | "route53"
  | "route53-recovery-cluster"
  | "s3"
  | "sns"
  | "states";

/** One request as a service sees it. */
export interface ServiceRequest {
  readonly service: ServiceName;
  /** As IAM names the action, for example `FailoverGlobalCluster`. */
  readonly operation: string;
  readonly region: string;
  /** The SDK command's input, as the adapter gave it. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
}

export interface SimulatedService {
  /**
   * Carries out a request at this instant and answers with the SDK command's output (without $metadata).
   * @throws ServiceError as the real service would
   */
  handle(request: ServiceRequest): Record<string, unknown>;
}

/** An error as the SDK surfaces it: a name, a message, an HTTP status. */
export class ServiceError extends Error {
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number };
  readonly $fault: "client" | "server";

  constructor(name: string, message: string, httpStatusCode = 400) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode };
    this.$fault = httpStatusCode >= 500 ? "server" : "client";
  }
}

/** How a Region fares. A dark Region neither answers nor runs anything; what it had stored is still there when it returns. */
export type RegionHealth =
  | "up"
  /** Customers fail while every AWS API there lives. */
  | "gray"
  /** Cut off: runs, but nothing gets in or out. */
  | "partitioned"
  | "dark";
