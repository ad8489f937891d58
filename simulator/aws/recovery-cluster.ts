import type {
  GetRoutingControlStateCommandInput,
  GetRoutingControlStateCommandOutput,
  ListRoutingControlsCommandOutput,
  UpdateRoutingControlStateCommandInput,
  UpdateRoutingControlStateCommandOutput,
  UpdateRoutingControlStatesCommandInput,
  UpdateRoutingControlStatesCommandOutput,
} from "@aws-sdk/client-route53-recovery-cluster";
import type { Regions } from "./regions.ts";
import { answer, readInput } from "./requests.ts";
import { ServiceError, type ServiceRequest, type SimulatedService } from "./service.ts";
import { UnknownToSimulator } from "./unknown.ts";

export interface RecoveryClusterOptions {
  /** Regions of the five endpoints. */
  readonly endpoints: readonly string[];
  /** Routing control ARN by Region of the application. */
  readonly controls: Readonly<Record<string, string>>;
  readonly regions: Pick<Regions, "reachable">;
  /** Told after a control has changed. */
  readonly onChange: (arn: string) => void;
}

interface Entry {
  readonly RoutingControlArn?: string | undefined;
  readonly RoutingControlState?: string | undefined;
}

const getFields = new Set(["RoutingControlArn"]);
const listFields = new Set(["ControlPanelArn", "MaxResults"]);
const updateFields = new Set(["RoutingControlArn", "RoutingControlState", "SafetyRulesToOverride"]);
const updateAllFields = new Set(["UpdateRoutingControlStateEntries", "SafetyRulesToOverride"]);
const safetyRule = "AtLeastOneRegionOn";

/**
 * The data plane of an ARC cluster: five endpoints that agree by majority. One in a dark Region does not answer, which is
 * the network's business; one that reaches too few of the others refuses. A safety rule demands that at least one control
 * stays on.
 */
export class SimulatedRecoveryCluster implements SimulatedService {
  readonly #options: RecoveryClusterOptions;
  readonly #states: Map<string, "On" | "Off">;

  constructor(options: RecoveryClusterOptions) {
    this.#options = options;
    this.#states = new Map(Object.values(options.controls).map((arn) => [arn, "On"]));
  }

  isOn(arn: string): boolean {
    return this.#states.get(arn) === "On";
  }

  handle(request: ServiceRequest): Record<string, unknown> {
    this.#demandQuorum(request.region);
    switch (request.operation) {
      case "GetRoutingControlState":
        return this.#getState(request);
      case "ListRoutingControls":
        return this.#list(request);
      case "UpdateRoutingControlState":
        return this.#update(request);
      case "UpdateRoutingControlStates":
        return this.#updateAll(request);
      default:
        throw new UnknownToSimulator(`route53-recovery-cluster:${request.operation}`);
    }
  }

  #getState(request: ServiceRequest): Record<string, unknown> {
    const { RoutingControlArn: arn } = readInput<GetRoutingControlStateCommandInput>(request, getFields);
    const state = this.#demandControl(arn);
    return answer<GetRoutingControlStateCommandOutput>({ RoutingControlArn: arn, RoutingControlState: state });
  }

  #list(request: ServiceRequest): Record<string, unknown> {
    readInput(request, listFields);
    return answer<ListRoutingControlsCommandOutput>({
      RoutingControls: Object.entries(this.#options.controls).map(([region, arn]) => ({
        ControlPanelArn: arn.split("/routingcontrol/")[0],
        ControlPanelName: "default",
        RoutingControlArn: arn,
        RoutingControlName: region,
        RoutingControlState: this.#states.get(arn),
      })),
    });
  }

  #update(request: ServiceRequest): Record<string, unknown> {
    const { SafetyRulesToOverride, ...entry } = readInput<UpdateRoutingControlStateCommandInput>(request, updateFields);
    this.#apply([entry], SafetyRulesToOverride);
    return answer<UpdateRoutingControlStateCommandOutput>({});
  }

  #updateAll(request: ServiceRequest): Record<string, unknown> {
    const { UpdateRoutingControlStateEntries: entries = [], SafetyRulesToOverride } =
      readInput<UpdateRoutingControlStatesCommandInput>(request, updateAllFields);
    this.#apply(entries, SafetyRulesToOverride);
    return answer<UpdateRoutingControlStatesCommandOutput>({});
  }

  /** All of them or none. */
  #apply(entries: readonly Entry[], overridden: readonly string[] | undefined): void {
    const wanted = new Map(this.#states);
    for (const { RoutingControlArn: arn, RoutingControlState: state } of entries) {
      this.#demandControl(arn);
      if (state !== "On" && state !== "Off") throw new ServiceError("ValidationException", `Not a state: ${state}`);
      wanted.set(arn ?? "", state);
    }
    const isOverridden = overridden !== undefined && overridden.length > 0;
    if (!isOverridden && ![...wanted.values()].includes("On")) {
      throw new ServiceError("ConflictException", `Safety rule ${safetyRule}: at least one control must stay On`, 409);
    }
    for (const [arn, state] of wanted) {
      if (this.#states.get(arn) === state) continue;
      this.#states.set(arn, state);
      this.#options.onChange(arn);
    }
  }

  #demandControl(arn: string | undefined): "On" | "Off" {
    const state = this.#states.get(arn ?? "");
    if (state === undefined) throw new ServiceError("ResourceNotFoundException", `No routing control ${arn}`, 404);
    return state;
  }

  #demandQuorum(region: string): void {
    const { endpoints, regions } = this.#options;
    if (!endpoints.includes(region)) throw new RangeError(`The cluster has no endpoint in ${region}`);
    const reached = endpoints.filter((endpoint) => regions.reachable(region, endpoint)).length;
    if (reached * 2 <= endpoints.length) {
      throw new ServiceError("EndpointTemporarilyUnavailableException", "The cluster endpoint is unavailable", 503);
    }
  }
}
