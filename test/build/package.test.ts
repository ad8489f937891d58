import { execFile } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { findHandlers } from "../../build.ts";
import { root } from "../run.ts";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** A team's own project, with the package installed as `npm install region-failover-0.1.0.tgz` would, without a network. */
const project = realpathSync(mkdtempSync(join(tmpdir(), "package-")));
const installed = join(project, "node_modules/region-failover");
afterAll(() => rmSync(project, { recursive: true }));

const run = promisify(execFile);

beforeAll(async () => {
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", project], { cwd: root });
  // npm 12 answers an object by name, earlier ones a list.
  const [packed] = Object.values(JSON.parse(stdout) as Record<string, { readonly filename: string }>);
  mkdirSync(installed, { recursive: true });
  await run("tar", ["-xzf", join(project, packed?.filename ?? ""), "-C", installed, "--strip-components=1"]);

  // What it says that it needs, and nothing else; its own copies are those of this project.
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  for (const name of [...Object.keys({ ...dependencies, ...peerDependencies }), "@types/node"]) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link);
  }
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
});

it("holds what an app needs, and none of the TypeScript that Node does not strip there", () => {
  const files = readdirSync(installed, { recursive: true, encoding: "utf8" });

  expect(files).toEqual(
    expect.arrayContaining(["README.md", "LICENSE", "lib/infra/index.js", "plans/plan.schema.json"]),
  );
  expect(files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))).toEqual([]);
  expect(readdirSync(join(installed, "lib/dist")).sort()).toEqual(
    findHandlers()
      .map(({ name }) => name)
      .sort(),
  );
});

it("synthesizes a plan in a process of its own, with the functions' code inside", async () => {
  writeFileSync(
    join(project, "app.js"),
    `import { App } from "aws-cdk-lib";
import { readPlanDocument, RegionFailover } from "region-failover";

const app = new App({ outdir: "cdk.out", context: { "aws:cdk:bundling-stacks": [] } });
const failover = new RegionFailover(app, "Failover", { plan: readPlanDocument(process.argv[2]) });
app.synth();
console.log(JSON.stringify(failover.stacks.map(({ stackName }) => stackName)));
`,
  );
  const plan = join(installed, "plans/two-regions.yaml");
  const env = { PATH: process.env.PATH, HOME: project, CDK_VALIDATION: "false" };

  const { stdout } = await run(process.execPath, ["app.js", plan], { cwd: project, env });

  expect(JSON.parse(stdout)).toEqual([
    "failover-two-regions-coordination",
    "failover-two-regions-records",
    "failover-two-regions-controller-us-east-1",
    "failover-two-regions-controller-us-west-2",
    "failover-two-regions-health-checks",
    "failover-two-regions-forwarder-us-east-1",
    "failover-two-regions-forwarder-us-west-2",
  ]);
  const assets = readdirSync(join(project, "cdk.out")).filter((name) => name.startsWith("asset."));
  expect(assets).toHaveLength(findHandlers().length);
  for (const asset of assets) {
    expect(readdirSync(join(project, "cdk.out", asset))).toEqual(expect.arrayContaining(["index.mjs", "plan.json"]));
  }
});

it("has types: what the construct wants is checked, and what it gives is known", async () => {
  writeFileSync(
    join(project, "app.ts"),
    `import { App } from "aws-cdk-lib";
import { type HandlerCode, prebuiltHandlers, readPlanDocument, RegionFailover, type RegionFailoverProps } from "region-failover";

const code: HandlerCode = prebuiltHandlers();
const props: RegionFailoverProps = { plan: readPlanDocument("plan.yaml"), code };
const failover = new RegionFailover(new App(), "Failover", props);
export const topics = Object.values(failover.controllers).map(({ topic }) => topic.topicArn.toUpperCase());
// @ts-expect-error there is no failover without a plan
new RegionFailover(new App(), "Nothing", {});
// @ts-expect-error an ARN is no number
export const wrong: number = Object.values(failover.controllers)[0]?.topic.topicArn;
`,
  );
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2022", "app.ts"];

  await expect(
    run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), ...options], { cwd: project }),
  ).resolves.toMatchObject({ stdout: "" });
});
