import { readFileSync } from "node:fs";
import { createAwsClients } from "./aws.ts";
import { systemClock } from "./clock.ts";
import type { Dependencies } from "./dependencies.ts";
import { FailoverError } from "./errors.ts";
import { createHttpProber } from "./http.ts";
import { loadPlan } from "./plan/load.ts";
import { createProductionLogger } from "./production-logger.ts";
import { systemRandom } from "./random.ts";
import type { Handler } from "./step.ts";

/** What a deployed function is told by its environment. */
const environment = {
  /** Path of the plan file that is bundled with the function. */
  plan: "FAILOVER_PLAN",
  /** ARN of this Region's state machine; unset where there is none. */
  stateMachine: "FAILOVER_STATE_MACHINE_ARN",
  /** Name of this Region's report bucket; unset where there is none. */
  reportBucket: "FAILOVER_REPORT_BUCKET",
  /** Set by Lambda. */
  region: "AWS_REGION",
} as const;

/**
 * The Lambda handler for production: the real clock, the real AWS, the bundled plan. All is made at the first invocation,
 * so that importing a handler (as the simulator does) needs no environment and touches nothing.
 */
export function wire(createHandler: (deps: Dependencies) => Handler): Handler {
  let handler: Handler | null = null;
  return (event, context) => {
    handler ??= createHandler(productionDependencies());
    return handler(event, context);
  };
}

function productionDependencies(): Dependencies {
  const path = required(environment.plan);
  const region = required(environment.region);
  const plan = loadPlan(readFileSync(path, "utf8"), path);
  return {
    plan,
    region,
    clock: systemClock,
    random: systemRandom,
    aws: createAwsClients(),
    http: createHttpProber(),
    logger: createProductionLogger({ application: plan.application, region }),
    stateMachineArn: process.env[environment.stateMachine] ?? null,
    reportBucket: process.env[environment.reportBucket] ?? null,
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new FailoverError("InvalidPlan", `The environment variable ${name} is not set; the deployment must set it`);
  }
  return value;
}
