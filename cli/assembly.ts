import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { FailoverError } from "../functions/shared/errors.ts";
import { createFailoverApp } from "../infra/app.ts";
import type { PlanAlarms } from "../infra/controller.ts";
import { accountOf, type PlanDocument, readPlanDocument } from "../infra/plan-document.ts";

/** What `synth` and `deploy` both take. */
export const assemblyOptions = {
  plan: { type: "string" },
  "own-alarms": { type: "boolean" },
} as const;

export const planOptionsHelp = `  --plan FILE       the plan (default plans/storefront.yaml)
  --own-alarms      the alarms that the plan names are yours: make none, only listen to their events`;

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
  readonly name: string;
  readonly region: string;
  /** Path of its template, relative to where the command was called. */
  readonly template: string;
}

/** @throws FailoverError "InvalidPlan" */
export function readTarget(plan: string | undefined): Target {
  const source = plan ?? join(root, "plans", "storefront.yaml");
  const document = readPlanDocument(source, process.env.AWS_ENDPOINT_URL ? "any" : "public");
  return { document, account: accountIn(document, source) ?? (process.env.CDK_DEFAULT_ACCOUNT || null) };
}

/**
 * Bundles the functions and writes the cloud assembly to cdk.out/, in place of any that is there. Touches no network.
 * @returns the stacks in the order in which they are deployed
 */
export async function assemble(
  { document, account }: Target,
  planAlarms: PlanAlarms,
): Promise<readonly AssembledStack[]> {
  await promisify(execFile)(process.execPath, [join(root, "build.ts")], { cwd: root });
  rmSync(assemblyFolder, { recursive: true, force: true });
  const { app, failover } = createFailoverApp({
    plan: document,
    outdir: assemblyFolder,
    planAlarms,
    ...(account === null ? {} : { account }),
  });
  const assembly = app.synth();
  return failover.stacks.map((stack) => ({
    name: stack.stackName,
    region: stack.region,
    template: relative(process.cwd(), assembly.getStackArtifact(stack.artifactId).templateFullPath),
  }));
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
