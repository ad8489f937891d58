import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { FailoverError } from "../functions/shared/errors.ts";
import { createFailoverApp } from "../infra/app.ts";
import { accountOf, type PlanDocument, readPlanDocument } from "../infra/plan-document.ts";

/** What `synth` and `deploy` both take. */
export const assemblyOptions = {
  plan: { type: "string" },
  "own-alarms": { type: "boolean" },
} as const;

export const planOptionsHelp = `  --plan FILE       the plan (default plans/storefront.yaml)
  --own-alarms      the alarms that the plan names are yours: make none, only listen to their events`;

const root = fileURLToPath(new URL("..", import.meta.url));

export interface AssembledStack {
  readonly name: string;
  /** Its path in the construct tree, by which the CDK's command selects it. */
  readonly path: string;
  readonly region: string;
  /** Path of its template, relative to where the command was called. */
  readonly template: string;
}

export interface Assembly {
  readonly document: PlanDocument;
  /** The account that the stacks are for; null: that of the credentials at deployment. */
  readonly account: string | null;
  /** Path of the cloud assembly. */
  readonly folder: string;
  /** In the order in which they are deployed. */
  readonly stacks: readonly AssembledStack[];
}

/**
 * Checks the plan, bundles the functions, writes the cloud assembly. Touches no network.
 * @throws FailoverError "InvalidPlan"
 */
export async function assemble(chosen: {
  readonly plan?: string | undefined;
  readonly "own-alarms"?: boolean | undefined;
}): Promise<Assembly> {
  const source = chosen.plan ?? join(root, "plans", "storefront.yaml");
  const document = readPlanDocument(source);
  const account = accountIn(document, source) ?? process.env.CDK_DEFAULT_ACCOUNT;
  await promisify(execFile)(process.execPath, [join(root, "build.ts")], { cwd: root });
  const outdir = join(root, "cdk.out");
  rmSync(outdir, { recursive: true, force: true });
  const { app, failover } = createFailoverApp({
    plan: document,
    outdir,
    planAlarms: chosen["own-alarms"] ? "brought" : "made",
    ...(account === undefined || account === "" ? {} : { account }),
  });
  const assembly = app.synth();
  return {
    document,
    account: account === undefined || account === "" ? null : account,
    folder: outdir,
    stacks: failover.stacks.map((stack) => ({
      name: stack.stackName,
      path: stack.node.path,
      region: stack.region,
      template: relative(process.cwd(), assembly.getStackArtifact(stack.artifactId).templateFullPath),
    })),
  };
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
