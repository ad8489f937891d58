import { simulatedAccount } from "../../../simulator/account.ts";
import { type Call, type IamRequest, iamRequestsOf } from "../permissions/requests.ts";
import { taskToken } from "./shell.ts";

/** Services that IAM calls otherwise than the AWS CLI does. */
const prefixes: Readonly<Record<string, string>> = { s3api: "s3", stepfunctions: "states" };

/**
 * What IAM is asked for one command of the AWS CLI.
 * @param words without `aws`
 * @throws RangeError for a command that nobody has said this of yet, by name
 */
export function requestsOf(words: readonly string[], clusters: readonly string[]): readonly IamRequest[] {
  const [service = "", command = "", ...rest] = words;
  const options = optionsOf(rest);
  const region = options.region;
  if (typeof region !== "string") throw new RangeError(`Without --region: aws ${words.join(" ")}`);
  const of = (operation: string, input: Readonly<Record<string, unknown>>): readonly IamRequest[] =>
    iamRequestsOf({ service: prefixes[service] ?? service, operation, region, input } as Call, clusters);
  switch (`${service} ${command}`) {
    case "sts get-caller-identity":
      // Whoever has credentials may ask whose they are, whatever a policy says (AWS STS API reference).
      return [];
    case "s3 cp": {
      // With --recursive it lists what is under the prefix, then gets each object.
      const [, Bucket = "", Prefix = ""] =
        /^s3:\/\/([^/]+)\/(.+)$/.exec(rest.find((word) => word.startsWith("s3:")) ?? "") ?? [];
      return [...of("ListObjectsV2", { Bucket, Prefix }), ...of("GetObject", { Bucket, Key: `${Prefix}report.html` })];
    }
    case "stepfunctions send-task-success": {
      // A token names no machine; IAM is asked for the one whose task it is (infra/people.ts says how that is known).
      const machine = String(options["task-token"]).slice(taskToken.lastIndexOf(" ") + 1);
      const resource = `arn:aws:states:${region}:${simulatedAccount}:stateMachine:${machine}`;
      return [{ action: "states:SendTaskSuccess", resource, context: { "aws:RequestedRegion": region } }];
    }
    default:
      return of(
        command.replaceAll(/(?:^|-)(\w)/g, (_all, letter: string) => letter.toUpperCase()).replace(/Db(?=[A-Z])/, "DB"),
        inputOf(service, options),
      );
  }
}

/** What is the AWS CLI's own, and goes into no call. */
const ownOptions = ["query", "output"];

/** The options of a command by name; JSON is read, so that it must be well-formed. */
function optionsOf(words: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    words.flatMap((word, index) => {
      const name = word.slice(2);
      if (!word.startsWith("--") || ownOptions.includes(name)) return [];
      const next = words[index + 1];
      if (next === undefined || next.startsWith("--")) return [[name, true]];
      return [[name, /^[[{]/.test(next) ? JSON.parse(next) : next]];
    }),
  );
}

/** A call's input as the API names its members. */
function inputOf(service: string, options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => {
      const camel = name
        .replaceAll(/-(\w)/g, (_all, letter: string) => letter.toUpperCase())
        .replace(/^db(?=[A-Z])/, "DB")
        // The API spells it so, and TargetDbClusterIdentifier otherwise.
        .replace("DbClusterSnapshot", "DBClusterSnapshot");
      const member = service === "stepfunctions" ? camel : `${camel.charAt(0).toUpperCase()}${camel.slice(1)}`;
      return [member, value];
    }),
  );
}
