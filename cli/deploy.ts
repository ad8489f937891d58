import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { readAccountRules } from "./account-rules.ts";
import { assemble, assemblyFolder, assemblyOptions, planOptionsHelp, readTarget } from "./assembly.ts";
import { placeCanaries, usualTools } from "./canaries.ts";
import { findEngineObstacle } from "./engines.ts";
import { findObstacle } from "./preflight.ts";
import { environmentFor, readSelection, regionsToLookAt, type Selection, stackArguments } from "./selection.ts";
import { readOptions, runCommand, UsageError } from "./usage.ts";
import { warnAbout } from "./warnings.ts";

const options = { ...assemblyOptions, region: { type: "string", multiple: true }, help: { type: "boolean" } } as const;

const help = `Deploys a plan's stacks with the CDK: tables, controllers, witnesses, health checks, forwarder, in this order.
To an AWS account, or to what AWS_ENDPOINT_URL names. Doing it again changes nothing. Then writes the canary to each bucket
of the healthCheck switch, and reads it unsigned, as Route 53's health checkers would.

  npm run deploy -- --plan FILE [options]

${planOptionsHelp.replace(" (default plans/storefront.yaml)", "; there is no default")}
  --region REGION   the controller, or the witness, of this Region and nothing else; may be said again. Asks only this
                    Region: to mend a survivor while another Region is down

Exit code 0: deployed. 1: not, or not all of it, or a bucket of the switch refuses the health checkers; the last line says
what to do. 2: bad options or a bad plan; nothing is deployed.
`;

await runCommand(async () => {
  const chosen = readOptions(process.argv.slice(2), options);
  if (chosen.help) {
    process.stdout.write(help);
    return 0;
  }
  if (chosen.plan === undefined) throw new UsageError("--plan: received nothing: must be the path of a plan file");
  const rules = readAccountRules(chosen);
  const target = readTarget(chosen.plan);
  const { plan } = target.document;
  const selection = readSelection(plan, chosen.region ?? []);
  warnAbout(plan);
  const regions = regionsToLookAt(plan, selection);
  const obstacle = (await findObstacle(target.account, regions, rules)) ?? (await findEngineObstacle(plan, regions));
  if (obstacle !== null) {
    process.stderr.write(`${obstacle.message}\n`);
    return 1;
  }
  const stacks = await assemble(target, chosen["own-alarms"] ? "brought" : "made", rules);
  const code = await runCdk(
    [
      "deploy",
      ...stackArguments(stacks, selection),
      "--app",
      assemblyFolder,
      "--require-approval",
      "never",
      "--no-notices",
      "--progress",
      "events",
    ],
    environmentFor(selection),
  );
  return code === 0 ? lookAtSwitch(plan, selection) : code;
});

/**
 * With a bucket that refuses the health checkers an evacuation would do nothing: that is no sound deployment. Silence is no
 * refusal, and may be this machine's own network.
 */
async function lookAtSwitch(plan: Plan, selection: Selection): Promise<number> {
  const states = await placeCanaries(plan, selection, usualTools(process.env));
  const last = { readable: 0, unknown: 1, refused: 2 } as const;
  for (const { kind, line } of states.toSorted((one, other) => last[one.kind] - last[other.kind])) {
    (kind === "readable" ? process.stdout : process.stderr).write(`${line}\n`);
  }
  return states.some(({ kind }) => kind === "refused") ? 1 : 0;
}

/** The CDK's own command, in its own process, with its own output. */
function runCdk(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<number> {
  const command = createRequire(import.meta.url).resolve("aws-cdk/bin/cdk");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], {
      stdio: "inherit",
      env: { ...process.env, ...environment },
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code !== 0) {
        process.stderr.write(
          "Not all stacks were deployed. Next: mend what CloudFormation says above, then the same command again\n",
        );
      }
      resolve(code === 0 ? 0 : 1);
    });
  });
}
