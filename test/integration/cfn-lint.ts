import { execFile } from "node:child_process";
import { devNull } from "node:os";
import { cfnLint } from "./environment.ts";

/** One thing that cfn-lint finds wrong with a template. */
export interface TemplateFinding {
  readonly template: string;
  /** Such as `E3002`: E is an error, W a warning, I information. */
  readonly rule: string;
  readonly message: string;
  /** Where in the template, such as `Resources/Table/Properties`. */
  readonly path: string;
}

/** The part of cfn-lint's own report that is read here. */
interface Reported {
  readonly Filename: string | null;
  readonly Message: string;
  readonly Rule: { readonly Id: string };
  readonly Location: { readonly Path: readonly (string | number)[] | null };
}

/**
 * Checks CloudFormation templates against AWS's own specifications of resources. Needs the virtual environment, so call it
 * inside `describeWithServers`.
 * @param templates paths of template files, JSON or YAML.
 * @param options.regions to check availability for; empty means cfn-lint's default, us-east-1.
 * @param options.ignore rules to leave out, such as `W3005`; say at the call why.
 * @throws Error when cfn-lint itself fails, also over a file that is not there.
 */
export async function runCfnLint(
  templates: readonly string[],
  options: { readonly regions: readonly string[]; readonly ignore: readonly string[] },
): Promise<readonly TemplateFinding[]> {
  if (templates.length === 0) throw new Error("cfn-lint was given no template: name at least one file");
  const ignored = options.ignore.flatMap((rule) => ["--ignore-checks", rule]);
  const regions = options.regions.length === 0 ? [] : ["--regions", ...options.regions];
  // Only what the call says counts: no .cfnlintrc of this project, which is for people, or of whoever runs the tests.
  const report = await reportOf([
    "--config-file",
    devNull,
    "--format",
    "json",
    ...regions,
    ...ignored,
    "--template",
    ...templates,
  ]);
  return report.map(({ Filename, Message, Rule, Location }) => {
    if (Filename === null) throw new Error(`cfn-lint could not do its work: ${Rule.Id} ${Message}`);
    return { template: Filename, rule: Rule.Id, message: Message, path: (Location.Path ?? []).join("/") };
  });
}

/** Runs cfn-lint. Its exit code only says which levels it found; that it failed shows in a report that is none. */
function reportOf(args: readonly string[]): Promise<readonly Reported[]> {
  return new Promise((settle, reject) => {
    execFile(cfnLint, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      try {
        settle(JSON.parse(stdout));
      } catch {
        reject(new Error(`cfn-lint wrote no report: ${stderr || stdout}`, { cause: error }));
      }
    });
  });
}
