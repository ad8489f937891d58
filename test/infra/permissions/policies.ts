import type { Plan } from "../../../functions/shared/plan/plan.ts";
import { type FunctionName, notifySpec, reportSpec, stepSpecs, watchSpec } from "../../../infra/functions.ts";
import { functionName } from "../../../infra/names.ts";
import { simulatedAccount } from "../../../simulator/account.ts";
import type { StackTemplate } from "../synthesis.ts";

/** A policy as IAM gets it. */
export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, unknown>>;
}

/** The policies of one function of one Region, as its stack's template has them. */
export interface FunctionPolicies {
  readonly functionName: FunctionName;
  readonly region: string;
  readonly documents: readonly PolicyDocument[];
}

/** The role policies of every function of a stack, with references made text, and nothing else that is attached to it. */
export function policiesOf(stack: StackTemplate, plan: Plan): readonly FunctionPolicies[] {
  return [...stepSpecs, reportSpec, notifySpec, watchSpec].flatMap(({ name }) => {
    const found = stack
      .of("AWS::Lambda::Function")
      .find(({ FunctionName }) => FunctionName === functionName(plan, name));
    if (found === undefined) return [];
    const [role] = found.Role["Fn::GetAtt"] as readonly [string, string];
    const own = stack.resources[role]?.Properties;
    if (own.ManagedPolicyArns !== undefined) throw new Error(`${name} has managed policies: nobody reads those here`);
    const inline = (own.Policies ?? []) as readonly { readonly PolicyDocument: unknown }[];
    return [
      {
        functionName: name,
        region: stack.region,
        documents: [
          ...inline.map(({ PolicyDocument }) => resolve(PolicyDocument, stack) as PolicyDocument),
          ...documentsOf(role, stack),
        ],
      },
    ];
  });
}

/** What a principal of a template's is allowed, by its logical identifier: what is attached to it, and nothing else. */
export function documentsOf(role: string, stack: StackTemplate): readonly PolicyDocument[] {
  // The CDK puts what does not fit into a role's policy into a managed one.
  return ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"]
    .flatMap((type) => stack.of(type))
    .filter(({ Roles }) => (Roles as readonly { readonly Ref: string }[]).some(({ Ref }) => Ref === role))
    .map(({ PolicyDocument }) => resolve(PolicyDocument, stack) as PolicyDocument);
}

/** IAM takes one text or several. */
export function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

const pseudo: Readonly<Record<string, string>> = { "AWS::Partition": "aws", "AWS::AccountId": simulatedAccount };

/** A template's value with its references made text; what stands for a resource of the stack becomes its ARN's shape. */
function resolve(value: unknown, stack: StackTemplate): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => resolve(each, stack));
  if ("Ref" in value) return pseudo[String(value.Ref)] ?? nameOf(String(value.Ref), stack);
  if ("Fn::GetAtt" in value) return arnOf((value["Fn::GetAtt"] as readonly string[])[0] ?? "", stack);
  if ("Fn::Join" in value) {
    const [separator, parts] = value["Fn::Join"] as readonly [string, readonly unknown[]];
    return parts.map((part) => resolve(part, stack)).join(separator);
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(each, stack)]));
}

function nameOf(logicalId: string, stack: StackTemplate): string {
  if (logicalId === "AWS::Region") return stack.region;
  throw new Error(`A policy refers to ${logicalId}, of which this knows no name`);
}

function arnOf(logicalId: string, stack: StackTemplate): string {
  const resource = stack.resources[logicalId];
  switch (resource?.Type) {
    case "AWS::Logs::LogGroup":
      return `arn:aws:logs:${stack.region}:${simulatedAccount}:log-group:${resource.Properties.LogGroupName}:*`;
    default:
      throw new Error(`A policy refers to ${logicalId} (${resource?.Type}), of which this knows no ARN`);
  }
}
