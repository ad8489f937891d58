import type {
  GetHealthCheckCommandInput,
  GetHealthCheckCommandOutput,
  HealthCheckConfig,
  HealthCheck as HealthCheckShape,
  ListResourceRecordSetsCommandInput,
  ListResourceRecordSetsCommandOutput,
  ResourceRecordSetRegion,
  UpdateHealthCheckCommandInput,
  UpdateHealthCheckCommandOutput,
} from "@aws-sdk/client-route-53";
import type { Dns } from "./dns.ts";
import type { HealthCheck, HealthCheckers } from "./health-checkers.ts";
import { answer, readInput } from "./requests.ts";
import { ServiceError, type ServiceRequest, type SimulatedService } from "./service.ts";
import { healthCheckChangeSeconds, healthCheckIntervalSeconds, healthCheckThreshold } from "./timings.ts";
import { UnknownToSimulator } from "./unknown.ts";

export interface Route53Options {
  readonly hostedZoneId: string;
  readonly record: string;
  readonly dns: Dns;
  readonly healthCheckers: HealthCheckers;
}

/** What the control plane has stored of a check, ahead of what is in force with the checkers. */
interface Stored {
  version: number;
  inverted: boolean;
}

const controlPlaneRegion = "us-east-1";
const getFields = new Set(["HealthCheckId"]);
const updateFields = new Set(["HealthCheckId", "HealthCheckVersion", "Inverted"]);
const listFields = new Set(["HostedZoneId", "StartRecordName", "StartRecordType", "StartRecordIdentifier", "MaxItems"]);

/**
 * Route 53's control plane, which lives in us-east-1 alone. Records are not changed through it: no switch of the
 * controller does that.
 */
export class SimulatedRoute53 implements SimulatedService {
  readonly #options: Route53Options;
  readonly #stored = new Map<string, Stored>();

  constructor(options: Route53Options) {
    this.#options = options;
  }

  /** Whether the check is inverted by the control plane's word, in force or not yet. */
  isInverted(id: string): boolean {
    const check = this.#options.healthCheckers.find(id);
    return check !== null && this.#storedOf(check).inverted;
  }

  handle(request: ServiceRequest): Record<string, unknown> {
    if (request.region !== controlPlaneRegion) {
      throw new RangeError(`Route 53 is called in ${controlPlaneRegion}: received ${request.region}`);
    }
    switch (request.operation) {
      case "GetHealthCheck":
        return this.#getHealthCheck(request);
      case "UpdateHealthCheck":
        return this.#updateHealthCheck(request);
      case "ListResourceRecordSets":
        return this.#listRecords(request);
      default:
        throw new UnknownToSimulator(`route53:${request.operation}`);
    }
  }

  #getHealthCheck(request: ServiceRequest): Record<string, unknown> {
    const { HealthCheckId: id } = readInput<GetHealthCheckCommandInput>(request, getFields);
    return answer<GetHealthCheckCommandOutput>({ HealthCheck: this.#shape(this.#demandCheck(id)) });
  }

  #updateHealthCheck(request: ServiceRequest): Record<string, unknown> {
    const input = readInput<UpdateHealthCheckCommandInput>(request, updateFields);
    const check = this.#demandCheck(input.HealthCheckId);
    const stored = this.#storedOf(check);
    if (input.HealthCheckVersion !== undefined && input.HealthCheckVersion !== stored.version) {
      throw new ServiceError(
        "HealthCheckVersionMismatch",
        `The version is ${stored.version}: received ${input.HealthCheckVersion}`,
        409,
      );
    }
    stored.version++;
    if (input.Inverted !== undefined) {
      stored.inverted = input.Inverted;
      const polarity = input.Inverted ? "inverted" : "upright";
      this.#options.healthCheckers.setInverted(check.id, polarity, healthCheckChangeSeconds);
    }
    return answer<UpdateHealthCheckCommandOutput>({ HealthCheck: this.#shape(check) });
  }

  #listRecords(request: ServiceRequest): Record<string, unknown> {
    const { HostedZoneId: zone } = readInput<ListResourceRecordSetsCommandInput>(request, listFields);
    const { hostedZoneId, record, dns } = this.#options;
    if (zone !== hostedZoneId) throw new ServiceError("NoSuchHostedZone", `No hosted zone found with ID: ${zone}`, 404);
    return answer<ListResourceRecordSetsCommandOutput>({
      ResourceRecordSets: dns.records.map(({ region, healthCheckId, targetHealth }) => ({
        Name: `${record}.`,
        Type: "A",
        SetIdentifier: region,
        Region: region as ResourceRecordSetRegion,
        AliasTarget: {
          HostedZoneId: "Z0LOADBALANCER",
          DNSName: `dualstack.web.${region}.elb.amazonaws.com.`,
          EvaluateTargetHealth: targetHealth === "evaluated",
        },
        HealthCheckId: healthCheckId,
      })),
      IsTruncated: false,
      MaxItems: 300,
    });
  }

  #demandCheck(id: string | undefined): HealthCheck {
    const check = this.#options.healthCheckers.find(id ?? "");
    if (check === null) throw new ServiceError("NoSuchHealthCheck", `No health check exists with the ID ${id}`, 404);
    return check;
  }

  #storedOf(check: HealthCheck): Stored {
    let stored = this.#stored.get(check.id);
    if (stored === undefined) {
      stored = { version: 1, inverted: check.inverted };
      this.#stored.set(check.id, stored);
    }
    return stored;
  }

  #shape(check: HealthCheck): HealthCheckShape {
    const { version, inverted } = this.#storedOf(check);
    return {
      Id: check.id,
      CallerReference: check.id,
      HealthCheckConfig: { ...configOf(check), Inverted: inverted, Disabled: false },
      HealthCheckVersion: version,
    };
  }
}

function configOf({ id, target }: HealthCheck): HealthCheckConfig {
  switch (target.kind) {
    case "endpoint":
    case "object":
      return {
        Type: "HTTPS",
        FullyQualifiedDomainName: `${id}.example.com`,
        RequestInterval: healthCheckIntervalSeconds,
        FailureThreshold: healthCheckThreshold,
      };
    case "routingControl":
      return { Type: "RECOVERY_CONTROL", RoutingControlArn: target.arn };
    case "constant":
      return { Type: "CALCULATED", ChildHealthChecks: [], HealthThreshold: 0 };
    case "all":
      return {
        Type: "CALCULATED",
        ChildHealthChecks: [...target.children],
        HealthThreshold: target.children.length,
      };
  }
}
