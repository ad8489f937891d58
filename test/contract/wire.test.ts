import { type CallFailure, classifyCallError, errorName } from "../../functions/shared/errors.ts";
import { refusalOf as simulatedRefusal } from "../../simulator/aws/refusals.ts";
import { pointClientsAt } from "../integration/servers.ts";
import { startHttpServer, type TestServer } from "../shared/servers.ts";
import { home, type RefusingService } from "./backend.ts";
import { createClients } from "./backends/clients.ts";
import { calls, deniedNames, services, throttledNames } from "./cases/refusals.ts";
import { refusalOf } from "./contract.ts";

/** An error as AWS writes it into an answer. */
interface Written {
  readonly service: RefusingService;
  readonly code: string;
  readonly status: number;
}

/** How each service writes errors: "Error responses" of its API reference. */
function body({ service, code }: Written): string {
  switch (service) {
    case "autoscaling":
    case "rds":
    case "route53":
      return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>No</Message></Error><RequestId>1</RequestId></ErrorResponse>`;
    case "s3":
      return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>No</Message><RequestId>1</RequestId></Error>`;
    case "cloudwatch":
    case "dynamodb":
    case "events":
    case "states":
      return JSON.stringify({ __type: `com.amazon.coral.service#${code}`, message: "No" });
  }
}

/**
 * No backend can be made to say everything that AWS may. So here AWS's own words are sent over the wire, and it is seen what
 * the SDK's clients make of them: the simulator must throw the same, and the adapters must sort it right.
 */
describe("What the SDK makes of AWS's errors", () => {
  let server: TestServer;
  let restore: () => void;
  let written: Written;

  beforeAll(async () => {
    server = await startHttpServer((request, response) => {
      request.resume().on("end", () => {
        const type = body(written).startsWith("<") ? "application/xml" : "application/x-amz-json-1.0";
        response.writeHead(written.status, { "content-type": type }).end(body(written));
      });
    });
    restore = pointClientsAt(server.url);
  });

  afterAll(async () => {
    restore();
    await server.stop();
  });

  const answered = (next: Written) => {
    written = next;
    return refusalOf(calls[next.service](createClients(), "any-resource"));
  };

  const simulated = (service: RefusingService, reason: "throttle" | "deny") => {
    const caller = { region: home, functionName: "F", invocation: "1", execution: null, state: null };
    const error = simulatedRefusal({ service, operation: "Any", region: home, input: {}, caller }, reason);
    return { name: errorName(error), sortedAs: classifyCallError(error) };
  };

  it.each(services)("is throttled by %s as it is by the simulator", async (service) => {
    const code = throttledNames[service];

    const refusal = await answered({ service, code, status: service === "s3" ? 503 : 400 });

    expect(refusal).toEqual({ name: code, sortedAs: "throttled" });
    expect(simulated(service, "throttle")).toEqual(refusal);
  });

  it.each(services)("is denied by %s as it is by the simulator", async (service) => {
    const code = deniedNames[service];

    const refusal = await answered({ service, code, status: service === "dynamodb" ? 400 : 403 });

    expect(refusal).toEqual({ name: code, sortedAs: "accessDenied" });
    expect(simulated(service, "deny")).toEqual(refusal);
  });

  /** The SDK names modelled errors after its own classes, which is not always the code on the wire. */
  it.each<Written & { readonly name: string; readonly sortedAs: CallFailure }>([
    {
      service: "autoscaling",
      code: "ResourceContention",
      status: 500,
      name: "ResourceContentionFault",
      sortedAs: "conflict",
    },
    {
      service: "autoscaling",
      code: "ScalingActivityInProgress",
      status: 400,
      name: "ScalingActivityInProgressFault",
      sortedAs: "conflict",
    },
    { service: "autoscaling", code: "ValidationError", status: 400, name: "ValidationError", sortedAs: "rejected" },
    {
      service: "autoscaling",
      code: "InternalFailure",
      status: 500,
      name: "InternalFailure",
      sortedAs: "unknownOutcome",
    },
    {
      service: "rds",
      code: "GlobalClusterNotFoundFault",
      status: 404,
      name: "GlobalClusterNotFoundFault",
      sortedAs: "rejected",
    },
    {
      service: "rds",
      code: "DBClusterNotFoundFault",
      status: 404,
      name: "DBClusterNotFoundFault",
      sortedAs: "rejected",
    },
    {
      service: "rds",
      code: "InvalidGlobalClusterStateFault",
      status: 400,
      name: "InvalidGlobalClusterStateFault",
      sortedAs: "rejected",
    },
    {
      service: "dynamodb",
      code: "ConditionalCheckFailedException",
      status: 400,
      name: "ConditionalCheckFailedException",
      sortedAs: "conflict",
    },
    {
      service: "dynamodb",
      code: "ReplicatedWriteConflictException",
      status: 400,
      name: "ReplicatedWriteConflictException",
      sortedAs: "conflict",
    },
    {
      service: "dynamodb",
      code: "ProvisionedThroughputExceededException",
      status: 400,
      name: "ProvisionedThroughputExceededException",
      sortedAs: "throttled",
    },
    {
      service: "dynamodb",
      code: "InternalServerError",
      status: 500,
      name: "InternalServerError",
      sortedAs: "unknownOutcome",
    },
    {
      service: "route53",
      code: "HealthCheckVersionMismatch",
      status: 409,
      name: "HealthCheckVersionMismatch",
      sortedAs: "conflict",
    },
    {
      service: "route53",
      code: "PriorRequestNotComplete",
      status: 400,
      name: "PriorRequestNotComplete",
      sortedAs: "throttled",
    },
    { service: "route53", code: "NoSuchHealthCheck", status: 404, name: "NoSuchHealthCheck", sortedAs: "rejected" },
    { service: "s3", code: "NoSuchBucket", status: 404, name: "NoSuchBucket", sortedAs: "rejected" },
    { service: "s3", code: "InternalError", status: 500, name: "InternalError", sortedAs: "unknownOutcome" },
    { service: "s3", code: "ServiceUnavailable", status: 503, name: "ServiceUnavailable", sortedAs: "unknownOutcome" },
    {
      service: "states",
      code: "ExecutionAlreadyExists",
      status: 400,
      name: "ExecutionAlreadyExists",
      sortedAs: "rejected",
    },
    {
      service: "states",
      code: "StateMachineDoesNotExist",
      status: 400,
      name: "StateMachineDoesNotExist",
      sortedAs: "rejected",
    },
    {
      service: "events",
      code: "InternalException",
      status: 500,
      name: "InternalException",
      sortedAs: "unknownOutcome",
    },
  ])("$service: $code becomes $name, $sortedAs", async ({ name, sortedAs, ...next }) => {
    expect(await answered(next)).toEqual({ name, sortedAs });
  });
});
