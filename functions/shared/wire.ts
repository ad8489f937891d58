import { readFileSync } from "node:fs";
import { type ClientFactory, productionLimits } from "./aws/bounds.ts";
import { type AwsClients, type AwsService, type NameServerClient, silentNameServers } from "./clients.ts";
import { systemClock } from "./clock.ts";
import type { Dependencies } from "./dependencies.ts";
import { FailoverError } from "./errors.ts";
import { findS3Endpoint } from "./aws/endpoint.ts";
import { createHttpProber } from "./http.ts";
import { readDeployedPlan } from "./plan/deployed.ts";
import { createProductionLogger } from "./production-logger.ts";
import { type Random, systemRandom } from "./random.ts";
import type { Handler } from "./step.ts";

/** What a deployed function is told by its environment. */
const environment = {
  /** Path of the plan that is deployed with the function: the plan file's value as JSON. */
  plan: "FAILOVER_PLAN",
  /** ARN of this Region's state machine; unset where there is none. */
  stateMachine: "FAILOVER_STATE_MACHINE_ARN",
  /** Name of this Region's report bucket; unset where there is none. */
  reportBucket: "FAILOVER_REPORT_BUCKET",
  /** ARN of this Region's topic for people; unset for all but the function that tells them. */
  topic: "FAILOVER_TOPIC_ARN",
  /** Set by Lambda. */
  region: "AWS_REGION",
} as const;

/** One factory for each service: `{ dynamoDB, rds }` from the files of those names in aws/. */
type ClientFactories<Services extends AwsService> = { readonly [Service in Services]: ClientFactory<Service> };

/** What only a few handlers need besides AWS, so that no other's bundle holds it. */
interface Extras {
  /** `createNameServerClient`; without it no name server can be asked. */
  readonly nameServers: (random: Random) => NameServerClient;
}

const noExtras: Extras = { nameServers: () => silentNameServers };

/**
 * The Lambda handler for production: the real clock, the deployed plan, and the real AWS by the clients that are given:
 * those that `createHandler` asks for, no fewer and no more, or it does not compile. All is made at the first invocation,
 * so that importing a handler (as the simulator does) needs no environment and touches nothing.
 */
export function wire<Services extends AwsService>(
  createHandler: (deps: Dependencies<Services>) => Handler,
  factories: ClientFactories<NoInfer<Services>>,
  extras: Extras = noExtras,
): Handler {
  let handler: Handler | null = null;
  return (event, context) => {
    handler ??= createHandler(productionDependencies(factories, extras));
    return handler(event, context);
  };
}

function productionDependencies<Services extends AwsService>(
  factories: ClientFactories<Services>,
  extras: Extras,
): Dependencies<Services> {
  const path = required(environment.plan);
  const region = required(environment.region);
  const plan = readDeployedPlan(readFileSync(path, "utf8"), path);
  return {
    plan,
    region,
    clock: systemClock,
    random: systemRandom,
    aws: createClients(factories),
    http: createHttpProber(),
    nameServers: extras.nameServers(systemRandom),
    logger: createProductionLogger({ application: plan.application, region }),
    stateMachineArn: process.env[environment.stateMachine] ?? null,
    reportBucket: process.env[environment.reportBucket] ?? null,
    topicArn: process.env[environment.topic] ?? null,
    s3Endpoint: findS3Endpoint(process.env),
  };
}

/** The clients of these factories, each bounded by the production limits. */
function createClients<Services extends AwsService>(factories: ClientFactories<Services>): Pick<AwsClients, Services> {
  const named = Object.entries<ClientFactory<AwsService>>(factories);
  return Object.fromEntries(named.map(([name, create]) => [name, create(productionLimits)])) as Pick<
    AwsClients,
    Services
  >;
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new FailoverError("InvalidPlan", `The environment variable ${name} is not set; the deployment must set it`);
  }
  return value;
}
