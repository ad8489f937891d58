import type { AwsClients } from "../../functions/shared/clients.ts";
import type { Network } from "./network.ts";
import type { Caller, ServiceName } from "./service.ts";

/** An SDK command as far as the simulator looks at it. */
interface Command {
  readonly input: Readonly<Record<string, unknown>>;
}

/** Route 53's control plane lives here and nowhere else. */
const route53Region = "us-east-1";

/** AWS clients for one caller: whatever they send goes through the simulated network. */
export function createSimulatedClients(network: Network, caller: Caller): AwsClients {
  const client = (service: ServiceName) => (region: string) => ({
    send: (command: Command) =>
      network.call({ service, operation: operationOf(command), region, input: command.input, caller }),
  });
  const recoveryCluster = client("route53-recovery-cluster");
  const route53 = client("route53");
  const clients = {
    autoScaling: client("autoscaling"),
    cloudWatch: client("cloudwatch"),
    dynamoDB: client("dynamodb"),
    eventBridge: client("events"),
    rds: client("rds"),
    route53: () => route53(route53Region),
    recoveryCluster: (endpoint: { readonly region: string }) => recoveryCluster(endpoint.region),
    s3: client("s3"),
    sns: client("sns"),
    stepFunctions: client("states"),
  };
  // `send` has overloads for callbacks that adapters never use: this is the one place that says so.
  return clients as unknown as AwsClients;
}

const operations = new Map<object, string>();

function operationOf(command: Command): string {
  let operation = operations.get(command.constructor);
  if (operation === undefined) {
    operation = command.constructor.name.replace(/Command$/, "");
    operations.set(command.constructor, operation);
  }
  return operation;
}
