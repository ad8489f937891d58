import type { Clock } from "../../functions/shared/clock.ts";
import { awsError } from "../fakes/small-cloud.ts";

/** The commands' inputs, by the fields that matter. */
interface Input {
  readonly GlobalClusterIdentifier?: string;
  readonly TargetDbClusterIdentifier?: string;
  readonly AllowDataLoss?: boolean;
  readonly DBClusterIdentifier?: string;
  readonly Filters?: readonly { readonly Name: string; readonly Values: readonly string[] }[];
}

type SdkMove = { Status?: string; FromDbClusterArn?: string; ToDbClusterArn?: string; IsDataLossAllowed?: boolean };

export const regionOf = (arn: string) => arn.split(":")[3] as string;

/** An Aurora global database whose moves take `moveSeconds`, seen alike from every Region that is not dark. */
export class FakeAurora {
  writers: string[];
  status = "available";
  move: SdkMove | undefined;
  moveSeconds = 30;
  readonly statuses: Record<string, string>;
  /** Status of each instance, by cluster; the first is the one that writes, where the cluster is the writer. */
  readonly instances: Record<string, readonly string[]>;
  readonly synchronization: Record<string, string> = {};
  readonly versions: Record<string, string> = {};
  /** Clusters that have left the global cluster. */
  readonly outside = new Set<string>();
  readonly dark = new Set<string>();
  /** Every call that asks for a move: `Operation@region` and what was asked. */
  readonly moves: { readonly call: string; readonly input: Input }[] = [];
  readonly calls: string[] = [];
  /** Asked before every call is carried out; what it throws is the answer. */
  onCall: (operation: string, region: string) => void = () => {};
  /** Asked after; what it throws stands in for the lost answer. */
  afterCall: (operation: string, region: string) => void = () => {};
  #doneAt = 0;
  readonly #id: string;
  readonly #arns: readonly string[];
  readonly #clock: Clock;

  constructor(id: string, clusters: Readonly<Record<string, string>>, writer: string, clock: Clock) {
    this.#id = id;
    this.#arns = Object.values(clusters);
    this.#clock = clock;
    this.writers = [clusters[writer] as string];
    this.statuses = Object.fromEntries(this.#arns.map((arn) => [arn, "available"]));
    this.instances = Object.fromEntries(this.#arns.map((arn) => [arn, ["available", "available"]]));
  }

  client(region: string) {
    return {
      send: async (command: { readonly constructor: { readonly name: string }; readonly input: Input }) => {
        const operation = command.constructor.name.replace(/Command$/, "");
        this.calls.push(`${operation}@${region}`);
        await this.#clock.sleep(this.dark.has(region) ? 4_000 : 20);
        this.onCall(operation, region);
        if (this.dark.has(region)) throw awsError("TimeoutError", `${region} does not answer`, 0);
        const answer = this.#answer(operation, region, command.input);
        this.afterCall(operation, region);
        return answer;
      },
    };
  }

  begin(to: string, flavour: "failover" | "switchover", Status = "failing-over"): void {
    this.move = {
      Status,
      FromDbClusterArn: this.writers[0] as string,
      ToDbClusterArn: to,
      IsDataLossAllowed: flavour === "failover",
    };
    this.#doneAt = this.#clock.now() + this.moveSeconds * 1_000;
  }

  #answer(operation: string, region: string, input: Input): object {
    this.#advance();
    switch (operation) {
      case "DescribeGlobalClusters":
        return { GlobalClusters: [this.#describe()] };
      case "DescribeDBClusters": {
        const arn = input.DBClusterIdentifier as string;
        if (regionOf(arn) !== region) throw awsError("DBClusterNotFoundFault", `${arn} is not in ${region}`, 404);
        const writes = this.writers.includes(arn);
        return {
          DBClusters: [
            {
              DBClusterArn: arn,
              Status: this.statuses[arn],
              EngineVersion: this.versions[arn] ?? "17.4",
              DBClusterMembers: this.instances[arn]?.map((_status, index) => ({
                DBInstanceIdentifier: `${region}-${index}`,
                IsClusterWriter: writes && index === 0,
              })),
            },
          ],
        };
      }
      case "DescribeDBInstances": {
        const arn = this.#arns.find((each) => each.endsWith(`:${input.Filters?.[0]?.Values[0]}`)) ?? "";
        return {
          DBInstances: this.instances[arn]?.map((DBInstanceStatus, index) => ({
            DBInstanceIdentifier: `${region}-${index}`,
            DBInstanceStatus,
          })),
        };
      }
      case "FailoverGlobalCluster":
      case "SwitchoverGlobalCluster": {
        this.moves.push({ call: `${operation}@${region}`, input });
        const to = input.TargetDbClusterIdentifier as string;
        if (this.move !== undefined) throw awsError("InvalidGlobalClusterStateFault", "it is moving already");
        const flavour =
          operation === "FailoverGlobalCluster" && input.AllowDataLoss === true ? "failover" : "switchover";
        const asked = flavour === "failover" ? regionOf(to) : regionOf(this.writers[0] as string);
        if (region !== asked) throw awsError("InvalidParameterValue", `call it in ${asked}`);
        this.begin(to, flavour, flavour === "failover" ? "failing-over" : "switching-over");
        return {};
      }
      default:
        throw new TypeError(`This Aurora does not know ${operation}`);
    }
  }

  #advance(): void {
    if (this.move?.ToDbClusterArn === undefined || this.#clock.now() < this.#doneAt) return;
    if (this.move.Status !== "cancelling") this.writers = [this.move.ToDbClusterArn];
    this.move = undefined;
  }

  #describe(): object {
    return {
      GlobalClusterIdentifier: this.#id,
      Status: this.status,
      EngineVersion: "17.4",
      GlobalClusterMembers: this.#arns
        .filter((arn) => !this.outside.has(arn))
        .map((DBClusterArn) => ({
          DBClusterArn,
          IsWriter: this.writers.includes(DBClusterArn),
          SynchronizationStatus: this.synchronization[DBClusterArn] ?? "connected",
        })),
      FailoverState: this.move ?? {},
    };
  }
}
