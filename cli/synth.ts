import { readAccountRules } from "./account-rules.ts";
import { assemble, assemblyOptions, planOptionsHelp, readTarget } from "./assembly.ts";
import { readOptions, runCommand } from "./usage.ts";
import { warnAbout } from "./warnings.ts";

const options = { ...assemblyOptions, help: { type: "boolean" } } as const;

const help = `Writes the CloudFormation templates of a plan, every stack of every Region, to cdk.out/. Offline.

  npm run synth -- [options]

${planOptionsHelp}

Exit code 0: written. 2: bad options or a bad plan; nothing is written.
`;

await runCommand(async () => {
  const chosen = readOptions(process.argv.slice(2), options);
  if (chosen.help) {
    process.stdout.write(help);
    return 0;
  }
  const rules = readAccountRules(chosen);
  const target = readTarget(chosen.plan);
  const stacks = await assemble(target, chosen["own-alarms"] ? "brought" : "made", rules);
  warnAbout(target.document.plan);
  for (const { name, region, template } of stacks) {
    process.stdout.write(`${region.padEnd(16)}${name.padEnd(48)}${template}\n`);
  }
  return 0;
});
