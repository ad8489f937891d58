import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cloudWatch } from "../../functions/shared/aws/cloudwatch.ts";
import { rds } from "../../functions/shared/aws/rds.ts";
import { type AwsService, silentNameServers } from "../../functions/shared/clients.ts";
import type { Dependencies } from "../../functions/shared/dependencies.ts";
import { createNameServerClient } from "../../functions/shared/name-servers.ts";
import { loadPlan, renderDeployedPlan } from "../../functions/shared/plan/load.ts";
import type { Handler } from "../../functions/shared/step.ts";
import { wire } from "../../functions/shared/wire.ts";
import { invocation } from "../fakes/aws.ts";

const yaml = "plans/storefront.yaml";
const text = readFileSync(yaml, "utf8");
const folder = mkdtempSync(join(tmpdir(), "wire-"));
const deployed = join(folder, "plan.json");
const environment = { ...process.env };

beforeAll(() => writeFileSync(deployed, renderDeployedPlan(text, yaml)));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  Object.assign(process.env, { FAILOVER_PLAN: deployed, AWS_REGION: "eu-west-1" });
});
afterEach(() => {
  process.env = { ...environment };
});

/** A handler that needs these services and keeps what it was given. */
function spyOn<Services extends AwsService>() {
  const given: Dependencies<Services>[] = [];
  const createHandler = (deps: Dependencies<Services>): Handler => {
    given.push(deps);
    return async () => "answered";
  };
  return { given, createHandler };
}

it("gives a handler the deployed plan, its Region and the clients that it is wired to, once", async () => {
  const { given, createHandler } = spyOn<"cloudWatch" | "rds">();
  const handler = wire(createHandler, { cloudWatch, rds });

  await handler({}, invocation);
  await handler({}, invocation);

  expect(given.map(({ region, plan, stateMachineArn }) => ({ region, plan, stateMachineArn }))).toEqual([
    { region: "eu-west-1", plan: loadPlan(text, yaml), stateMachineArn: null },
  ]);
  const aws = given[0]?.aws;
  expect(Object.keys(aws ?? {})).toEqual(["cloudWatch", "rds"]);
  expect(aws?.rds("eu-west-1")).toBe(aws?.rds("eu-west-1"));
});

it("gives the name servers to be asked to whom it is told to, and nobody to ask to all others", async () => {
  const plain = spyOn<"rds">();
  const asking = spyOn<"rds">();

  await wire(plain.createHandler, { rds })({}, invocation);
  await wire(asking.createHandler, { rds }, { nameServers: createNameServerClient })({}, invocation);

  expect(plain.given[0]?.nameServers).toBe(silentNameServers);
  expect(asking.given[0]?.nameServers).not.toBe(silentNameServers);
});

it("needs nothing before the first invocation", () => {
  delete process.env.FAILOVER_PLAN;

  expect(() => wire(spyOn<"rds">().createHandler, { rds })).not.toThrow();
});

it.each(["FAILOVER_PLAN", "AWS_REGION"])("says so when %s is not set", (name) => {
  delete process.env[name];

  expect(() => wire(spyOn<"rds">().createHandler, { rds })({}, invocation)).toThrow(
    `The environment variable ${name} is not set; the deployment must set it`,
  );
});

it("says so when the plan is deployed as YAML", () => {
  process.env.FAILOVER_PLAN = yaml;

  expect(() => wire(spyOn<"rds">().createHandler, { rds })({}, invocation)).toThrow(
    expect.objectContaining({
      name: "InvalidPlan",
      message: expect.stringMatching(/^plans\/storefront\.yaml: not JSON: .*must be the plan file's value as JSON/),
    }),
  );
});

// tsc holds these: an expected error that does not come is an error itself.
it("does not compile with a client missing, or with one too many", () => {
  const { createHandler } = spyOn<"cloudWatch" | "rds">();
  const wired = [
    // @ts-expect-error cloudWatch is missing
    wire(createHandler, { rds }),
    // @ts-expect-error rds is not asked for
    wire(spyOn<"cloudWatch">().createHandler, { cloudWatch, rds }),
    // @ts-expect-error one client in the place of another
    wire(createHandler, { cloudWatch, rds: cloudWatch }),
  ];

  expect(wired).toHaveLength(3);
});
