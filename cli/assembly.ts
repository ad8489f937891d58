import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Stack } from "aws-cdk-lib";
import type { CloudAssembly } from "aws-cdk-lib/cx-api";
import { FailoverError } from "../functions/shared/errors.ts";
import { createFailoverApp } from "../infra/app.ts";
import type { PlanAlarms } from "../infra/controller.ts";
import { accountOf, type PlanDocument, readPlanDocument } from "../infra/plan-document.ts";
import type { RegionFailover } from "../infra/region-failover.ts";
import { type AccountRules, accountOptions, accountOptionsHelp, usualQualifier } from "./account-rules.ts";
import { UsageError } from "./usage.ts";

/** What `synth` and `deploy` both take. */
export const assemblyOptions = {
  plan: { type: "string" },
  "own-alarms": { type: "boolean" },
  ...accountOptions,
} as const;

export const planOptionsHelp = `  --plan FILE       the plan (default plans/storefront.yaml)
  --own-alarms      the alarms that the plan names are yours: make none, only listen to their events
${accountOptionsHelp}`;

const root = fileURLToPath(new URL("..", import.meta.url));

/** Where the cloud assembly is written. */
export const assemblyFolder = join(root, "cdk.out");

/** The plan that a command is about, and the account that its stacks are for. */
export interface Target {
  readonly document: PlanDocument;
  /** Null: the plan does not say, and neither does `CDK_DEFAULT_ACCOUNT`: that of the credentials. */
  readonly account: string | null;
}

export interface AssembledStack {
  /** What the CDK calls it. */
  readonly id: string;
  readonly name: string;
  readonly region: string;
  /** `vantage`: a controller or a witness. `shared`: one for the whole plan. */
  readonly part: "vantage" | "shared";
  /** Path of its template, relative to where the command was called. */
  readonly template: string;
}

/** @throws FailoverError "InvalidPlan"; UsageError for a `CDK_DEFAULT_ACCOUNT` that is no account */
export function readTarget(plan: string | undefined): Target {
  const source = plan ?? join(root, "plans", "storefront.yaml");
  const document = readPlanDocument(source, process.env.AWS_ENDPOINT_URL ? "any" : "public");
  return { document, account: accountIn(document, source) ?? accountOfEnvironment() };
}

function accountOfEnvironment(): string | null {
  const { CDK_DEFAULT_ACCOUNT: account = "" } = process.env;
  if (account === "" || /^\d{12}$/.test(account)) return account || null;
  throw new UsageError(`CDK_DEFAULT_ACCOUNT: received ${JSON.stringify(account)}: must be twelve digits, or not set`);
}

/**
 * Bundles the functions and writes the cloud assembly to cdk.out/, in place of any that is there. Touches no network.
 * @returns the stacks in the order in which they are deployed
 */
export async function assemble(
  { document, account }: Target,
  planAlarms: PlanAlarms,
  { qualifier, tags, permissionsBoundary }: AccountRules,
): Promise<readonly AssembledStack[]> {
  await promisify(execFile)(process.execPath, [join(root, "build.ts")], { cwd: root });
  rmSync(assemblyFolder, { recursive: true, force: true });
  const { app, failover } = createFailoverApp({
    plan: document,
    outdir: assemblyFolder,
    planAlarms,
    tags,
    ...(qualifier === usualQualifier ? {} : { qualifier }),
    ...(permissionsBoundary === null ? {} : { permissionsBoundary }),
    ...(account === null ? {} : { account }),
  });
  return describeStacks(failover, app.synth());
}

/** The stacks of an assembly, in the order in which they are deployed. */
export function describeStacks(failover: RegionFailover, assembly: CloudAssembly): readonly AssembledStack[] {
  const vantages = [...Object.values(failover.controllers), ...Object.values(failover.witnesses)].map(
    (part) => Stack.of(part).stackName,
  );
  return failover.stacks.map((stack) => {
    const { hierarchicalId, templateFullPath } = assembly.getStackArtifact(stack.artifactId);
    return {
      id: hierarchicalId,
      name: stack.stackName,
      region: stack.region,
      part: vantages.includes(stack.stackName) ? "vantage" : "shared",
      template: relative(process.cwd(), templateFullPath),
    };
  });
}

/** The plan's account; what is wrong with it is said with the file's name, as of everything in a plan. */
function accountIn({ plan }: PlanDocument, source: string): string | null {
  try {
    return accountOf(plan);
  } catch (error) {
    if (error instanceof FailoverError)
      throw new FailoverError(error.name, `${source}: ${error.message}`, { cause: error });
    throw error;
  }
}
