import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { addFailover } from "../../infra/examples/embed.ts";
import { notifySpec, reportSpec, stepSpecs, watchSpec } from "../../infra/functions.ts";
import { type HandlerCode, prebuiltHandlers } from "../../infra/handler-code.ts";
import type { PlanDocument } from "../../infra/plan-document.ts";
import { RegionFailover } from "../../infra/region-failover.ts";
import { root } from "../run.ts";
import { flat, inlineCode, planOf, type Resource } from "./synthesis.ts";

const folder = mkdtempSync(join(tmpdir(), "embed-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the example of docs/deploy.md", () => {
  it("stands there as it is here", () => {
    const example = readFileSync(`${root}infra/examples/embed.ts`, "utf8");
    const body = example.slice(example.indexOf("export function")).trimEnd();
    const shown = readFileSync(`${root}docs/deploy.md`, "utf8").replaceAll(/^ {4}/gm, "");

    expect(shown).toContain(body);
  });

  const app = new App({ context: { "aws:cdk:bundling-stacks": [] }, outdir: join(folder, "example") });
  const failover = addFailover(app, `${root}plans/storefront.yaml`, inlineCode);
  const assembly = app.synth();

  it("lets those on call start, answer, read and pause, in every Region", () => {
    const { Resources } = assembly.getStackByName("People").template as { Resources: Record<string, Resource> };
    // What does not fit into a role's policy is in a managed one.
    const statements = Object.values(Resources).flatMap(({ Type, Properties }) =>
      /^AWS::IAM::(Managed)?Policy$/.test(Type) && JSON.stringify(Properties.Roles).includes("OnCall")
        ? Properties.PolicyDocument.Statement
        : [],
    );
    const resourcesOf = (action: string) =>
      statements
        .filter(({ Action }) => [Action].flat().includes(action))
        .flatMap(({ Resource }) => [Resource].flat().map((arn) => flat(arn).replace("<AWS::Partition>", "aws")));
    const regionsOf = (action: string) => [...new Set(resourcesOf(action).map((arn) => arn.split(":")[3]))].sort();

    expect(regionsOf("states:StartExecution")).toEqual(Object.keys(failover.controllers).sort());
    expect(regionsOf("states:SendTaskSuccess")).toEqual(Object.keys(failover.controllers).sort());
    expect(resourcesOf("s3:GetObject").sort()).toEqual(
      Object.keys(failover.controllers)
        .map((region) => `arn:aws:s3:::storefront-reports-111122223333-${region}/*`)
        .sort(),
    );
    expect(regionsOf("dynamodb:UpdateItem")).toEqual(["eu-central-1", "eu-west-1", "eu-west-2"]);
    // Without the controller takes another role.
    expect(regionsOf("rds:FailoverGlobalCluster")).toEqual([]);
  });

  it("tells whoever is on call, in every Region, from the witness and the forwarders", () => {
    const subscribed = failover.stacks.filter((stack) =>
      JSON.stringify(assembly.getStackArtifact(stack.artifactId).template).includes("AWS::SNS::Subscription"),
    );

    expect(subscribed.map(({ stackName }) => stackName.replace("failover-storefront-", "")).sort()).toEqual([
      "controller-ap-southeast-1",
      "controller-eu-west-1",
      "controller-us-east-1",
      "forwarder-us-east-1",
      "forwarder-us-west-2",
      "witness-us-west-2",
    ]);
  });
});

describe("the functions' code", () => {
  const dist = join(folder, "dist");
  /** The one that has a part beside it, as what an entry loads only when it needs it is bundled. */
  const inParts = reportSpec;
  for (const spec of [...stepSpecs, reportSpec, notifySpec, watchSpec]) {
    mkdirSync(join(dist, spec.folder), { recursive: true });
    writeFileSync(join(dist, spec.folder, "index.mjs"), `export const handler = () => ${JSON.stringify(spec.name)};`);
  }
  writeFileSync(join(dist, inParts.folder, "later-A1B2C3.mjs"), "export const later = 1;");

  let runs = 0;
  /** The assets of a synthesis: folder by name, which ends in the hash of its content. */
  function assetsOf(
    plan: PlanDocument,
    code: HandlerCode,
  ): readonly { readonly name: string; readonly path: string }[] {
    const outdir = join(folder, `assets-${++runs}`);
    const app = new App({ outdir, analyticsReporting: false });
    new RegionFailover(app, "Failover", { plan, code });
    app.synth();
    return readdirSync(outdir)
      .filter((name) => name.startsWith("asset."))
      .sort()
      .map((name) => ({ name, path: join(outdir, name) }));
  }

  it("has the plan beside it, with the keys of the file", () => {
    const assets = assetsOf(planOf("stateless"), prebuiltHandlers(dist));

    expect(assets).toHaveLength(stepSpecs.length + 3);
    for (const { path } of assets) {
      const ofParts = readFileSync(join(path, "index.mjs"), "utf8").includes(inParts.name);
      expect(readdirSync(path).sort()).toEqual(["index.mjs", ...(ofParts ? ["later-A1B2C3.mjs"] : []), "plan.json"]);
      const plan = JSON.parse(readFileSync(join(path, "plan.json"), "utf8"));
      expect(plan.regions["us-west-2"].probe).toBe("https://us-west-2.render.example.com/health");
    }
  });

  it("is the same asset from the same bundles and plan, and another from another plan", () => {
    const names = (plan: PlanDocument) => assetsOf(plan, prebuiltHandlers(dist)).map(({ name }) => name);

    expect(names(planOf("stateless"))).toEqual(names(planOf("stateless")));
    expect(names(planOf("stateless"))).not.toEqual(names(planOf("two-regions")));
  });

  it("is missed by name when it was not built", () => {
    expect(() => assetsOf(planOf("stateless"), prebuiltHandlers(join(folder, "nowhere")))).toThrow(
      /bundle of AssessSignal is missing\. Received: .*nowhere.*; run npm run build first/,
    );
  });
});

it("a controller is refused in a Region that does not serve", async () => {
  const { Controller } = await import("../../infra/controller.ts");
  const { Stack } = await import("aws-cdk-lib");
  const stack = new Stack(new App(), "Elsewhere", { env: { region: "eu-north-1" } });
  const props = { document: planOf("stateless"), code: inlineCode, logRetention: 30, planAlarms: "made" } as const;

  expect(() => new Controller(stack, "Controller", props)).toThrow(
    /one of us-west-2, eu-central-1, ap-northeast-1\. Received: eu-north-1/,
  );
});
