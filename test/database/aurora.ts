import type { Clock } from "../../functions/shared/clock.ts";
import { awsError } from "../fakes/small-cloud.ts";

/** The commands' inputs, by the fields that matter. */
interface Input {
  readonly GlobalClusterIdentifier?: string;
  readonly TargetDbClusterIdentifier?: string;
  readonly AllowDataLoss?: boolean;
  readonly DBClusterIdentifier?: string;
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
        return { DBClusters: [{ DBClusterArn: arn, Status: this.statuses[arn] }] };
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
      GlobalClusterMembers: this.#arns.map((DBClusterArn) => ({
        DBClusterArn,
        IsWriter: this.writers.includes(DBClusterArn),
      })),
      FailoverState: this.move ?? {},
    };
  }
}
