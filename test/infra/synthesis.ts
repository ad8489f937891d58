import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Code } from "aws-cdk-lib/aws-lambda";
import { parse, stringify } from "yaml";
import { createFailoverApp, type FailoverAppProps } from "../../infra/app.ts";
import type { HandlerCode } from "../../infra/handler-code.ts";
import { type PlanDocument, parsePlanDocument } from "../../infra/plan-document.ts";
import type { RegionFailover } from "../../infra/region-failover.ts";

// The CDK's own look at templates takes longer than all the rest; `npm run synth` has it.
process.env.CDK_VALIDATION = "false";

/** Code that stands in for the bundles, so that no test waits for a build. */
export const inlineCode: HandlerCode = { codeOf: () => Code.fromInline("exports.handler = async () => null;") };

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties are whatever CloudFormation says.
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A stack's template, as CloudFormation gets it. */
export interface StackTemplate {
  readonly name: string;
  readonly region: string;
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs: Readonly<Record<string, { readonly Value: unknown }>>;
  readonly dependencies: readonly string[];
  /** Properties of the resources of a type. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  of(type: string): readonly any[];
}

export interface Synthesis {
  readonly failover: RegionFailover;
  /** By the part of its name after `failover-<application>-`. */
  readonly stacks: Readonly<Record<string, StackTemplate>>;
  readonly controllers: readonly StackTemplate[];
}

type PlanValue = Record<string, unknown> & {
  readonly traffic: { switch: unknown };
  readonly detection: { witnesses?: string[]; alarms?: unknown[]; maximumEventAge?: string };
  readonly coordination: { regions: string[] };
};

/** An example plan, or a changed copy of it. */
export function planOf(name: string, change: (value: PlanValue) => void = () => undefined): PlanDocument {
  const value = parse(readFileSync(new URL(`../../plans/${name}.yaml`, import.meta.url), "utf8")) as PlanValue;
  change(value);
  return parsePlanDocument(stringify(value), `${name}.yaml`);
}

/** The shop with another switch. */
export const recordPlan = () =>
  planOf("storefront", (value) => {
    value.traffic.switch = {
      kind: "record",
      healthChecks: { "us-east-1": "check-a", "eu-west-1": "check-b", "ap-southeast-1": "check-c" },
    };
  });

/** The shop with routing controls. */
export const routingControlPlan = () =>
  planOf("storefront", (value) => {
    const regions = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"];
    const control = (id: string) =>
      `arn:aws:route53-recovery-control::111122223333:controlpanel/0123456789abcdef/routingcontrol/${id}`;
    value.traffic.switch = {
      kind: "routingControl",
      endpoints: regions.map((region) => ({
        region,
        url: `https://cluster.route53-recovery-cluster.${region}.amazonaws.com/v1`,
      })),
      controls: { "us-east-1": control("a"), "eu-west-1": control("b"), "ap-southeast-1": control("c") },
    };
  });

export function synthesize(plan: PlanDocument, props: Omit<FailoverAppProps, "plan"> = {}): Synthesis {
  const outdir = mkdtempSync(join(tmpdir(), "synthesis-"));
  try {
    const context = { "aws:cdk:bundling-stacks": [], "aws:cdk:disable-stack-trace": true };
    const { app, failover } = createFailoverApp({ code: inlineCode, context, ...props, plan, outdir });
    const assembly = app.synth();
    const prefix = `failover-${plan.plan.application}-`;
    const stacks = failover.stacks.map((stack): StackTemplate => {
      const artifact = assembly.getStackArtifact(stack.artifactId);
      const { Resources: resources, Outputs: outputs = {} } = artifact.template as {
        readonly Resources: Record<string, Resource>;
        readonly Outputs?: StackTemplate["outputs"];
      };
      return {
        name: stack.stackName.slice(prefix.length),
        region: stack.region,
        resources,
        outputs,
        dependencies: stack.dependencies.map((each) => each.stackName.slice(prefix.length)),
        of: (type) => Object.values(resources).flatMap((each) => (each.Type === type ? [each.Properties] : [])),
      };
    });
    return {
      failover,
      stacks: Object.fromEntries(stacks.map((stack) => [stack.name, stack])),
      controllers: stacks.filter(({ name }) => name.startsWith("controller-")),
    };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** A template's value with references as their names, so that it can be read as text. */
export function flat(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return String(value);
  if ("Ref" in value) return `<${value.Ref}>`;
  if ("Fn::GetAtt" in value) return `<${(value["Fn::GetAtt"] as readonly string[]).join(".")}>`;
  if ("Fn::Join" in value) {
    const [separator, parts] = value["Fn::Join"] as readonly [string, readonly unknown[]];
    return parts.map(flat).join(separator);
  }
  return JSON.stringify(value);
}
