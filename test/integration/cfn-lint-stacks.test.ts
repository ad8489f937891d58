import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { createFailoverApp } from "../../infra/app.ts";
import type { HandlerCode } from "../../infra/handler-code.ts";
import type { PlanDocument } from "../../infra/plan-document.ts";
import { drawBlueprint } from "../../infra/reference-workload/blueprint.ts";
import { ReferenceWorkload } from "../../infra/reference-workload/workload.ts";
import { planOf, recordPlan, routingControlPlan } from "../infra/synthesis.ts";
import { runCfnLint } from "./cfn-lint.ts";
import { describeWithServers } from "./environment.ts";

/** Rules that are left out everywhere. */
const ignore = [
  // A dependency that a reference implies already: the CDK states both, and CloudFormation takes both.
  "W3005",
];

/**
 * What cfn-lint 1.58 finds in the state machine and is wrong about; the machine itself says so to cfn-lint, in its metadata
 * (infra/machine.ts). Both are about `TimeoutSeconds` that are JSONata expressions, which the Amazon States Language allows.
 */
const mistaken = [
  // It does not know that a timeout may be an expression.
  "E3601",
  // Inside a branch it stumbles over its own message of that: a path with a number in it cannot be joined.
  "E1101",
];

interface Stacked {
  readonly region: string;
  readonly template: string;
}

interface TemplateValue {
  readonly Resources: Readonly<
    Record<
      string,
      {
        readonly Type: string;
        readonly Properties?: { DefinitionString?: string };
        readonly Metadata?: Record<string, unknown>;
      }
    >
  >;
}

describeWithServers("cfn-lint", () => {
  const folder = mkdtempSync(join(tmpdir(), "stacks-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  let runs = 0;
  const outdir = () => join(folder, `out-${++runs}`);

  /** Templates with assets, as those are that are deployed; of what is in the assets a template says nothing. */
  function code(): HandlerCode {
    const source = join(folder, "code");
    mkdirSync(source, { recursive: true });
    writeFileSync(join(source, "index.mjs"), "export const handler = async () => null;\n");
    return { codeOf: () => Code.fromAsset(source) };
  }

  function controllerStacks(plan: PlanDocument): readonly Stacked[] {
    const { app, failover } = createFailoverApp({ plan, code: code(), outdir: outdir() });
    const assembly = app.synth();
    return failover.stacks.map(({ region, artifactId }) => ({
      region,
      template: assembly.getStackArtifact(artifactId).templateFullPath,
    }));
  }

  function workloadStacks({ plan }: PlanDocument): readonly Stacked[] {
    const serviceFile = join(folder, "main.mjs");
    writeFileSync(serviceFile, "// the service\n");
    const app = new App({ outdir: outdir(), analyticsReporting: false });
    const workload = new ReferenceWorkload(app, "Workload", { blueprint: drawBlueprint(plan), serviceFile });
    const assembly = app.synth();
    return workload.stacks.map(({ region, artifactId }) => ({
      region,
      template: assembly.getStackArtifact(artifactId).templateFullPath,
    }));
  }

  /** Each template against what the Region has that it is deployed to. */
  async function findingsOf(stacks: readonly Stacked[]): Promise<readonly unknown[]> {
    const regions = [...new Set(stacks.map(({ region }) => region))];
    const found: unknown[] = [];
    for (const region of regions) {
      const templates = stacks.filter((stack) => stack.region === region).map(({ template }) => template);
      found.push(...(await runCfnLint(templates, { regions: [region], ignore })));
    }
    return found;
  }

  it("finds nothing wrong with the controller's stacks, of any example plan and switch", async () => {
    const stacks = [planOf("storefront"), planOf("two-regions"), planOf("stateless")].flatMap(controllerStacks);
    // Of the other switches one controller is enough: nothing but its permissions differs.
    const switched = [recordPlan(), routingControlPlan()].flatMap((plan) =>
      controllerStacks(plan).filter(({ template }) => template.includes("controllereuwest1")),
    );

    expect([stacks, switched].map(({ length }) => length)).toEqual([9 + 7 + 7, 2]);
    expect(await findingsOf([...stacks, ...switched])).toEqual([]);
  });

  it("finds nothing wrong with the reference workload's stacks", async () => {
    // Not of stateless.yaml: the workload has a database, a table and a group in every Region.
    const stacks = [planOf("storefront"), planOf("two-regions")].flatMap(workloadStacks);
    const [switched] = workloadStacks(recordPlan());
    if (switched !== undefined) stacks.push(switched);

    expect(stacks).toHaveLength(3 + 2 + 1);
    expect(await findingsOf(stacks)).toEqual([]);
  });

  describe("without what the state machine says to it", () => {
    /** The controller of one Region without its metadata for cfn-lint, and changed. */
    function controllerWithout(name: string, change: (definition: string) => string): string {
      const { app, failover } = createFailoverApp({ plan: planOf("storefront"), code: code(), outdir: outdir() });
      const artifact = failover.stacks.find(({ stackName }) => stackName.endsWith("controller-eu-west-1"))?.artifactId;
      const path = app.synth().getStackArtifact(artifact ?? "none").templateFullPath;
      const template = JSON.parse(readFileSync(path, "utf8")) as TemplateValue;
      for (const { Type, Properties, Metadata } of Object.values(template.Resources)) {
        if (Metadata !== undefined) delete Metadata["cfn-lint"];
        if (Type === "AWS::StepFunctions::StateMachine" && Properties?.DefinitionString !== undefined) {
          Properties.DefinitionString = change(Properties.DefinitionString);
        }
      }
      const changed = join(folder, `${name}.json`);
      writeFileSync(changed, JSON.stringify(template));
      return changed;
    }

    it("is wrong about its timeouts, and about nothing else in the stack", async () => {
      const template = controllerWithout("as-it-is", (definition) => definition);
      const found = await runCfnLint([template], { regions: ["eu-west-1"], ignore });

      expect(new Set(found.map(({ rule }) => rule))).toEqual(new Set(mistaken));
      for (const { path } of found) expect(path).toMatch(/^Resources\/ControllerMachine\w{8}\/Properties/);
    });

    it("finds nothing wrong with the machine once they are numbers", async () => {
      const template = controllerWithout("in-numbers", (definition) =>
        definition.replaceAll('"{% $approvalTimeoutSeconds %}"', "900"),
      );

      expect(await runCfnLint([template], { regions: ["eu-west-1"], ignore })).toEqual([]);
    });
  });
});
