import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeStacks } from "../../cli/assembly.ts";
import { environmentFor, readSelection, regionsToLookAt, stackArguments } from "../../cli/selection.ts";
import { createFailoverApp } from "../../infra/app.ts";
import { stackRegions } from "../../infra/region-failover.ts";
import { inlineCode, planOf } from "../infra/synthesis.ts";

const folder = mkdtempSync(join(tmpdir(), "selection-"));
afterAll(() => rmSync(folder, { recursive: true }));

const document = planOf("storefront");
const { plan } = document;
const { app, failover } = createFailoverApp({ plan: document, code: inlineCode, outdir: folder });
const stacks = describeStacks(failover, app.synth());

describe("what is deployed", () => {
  it("is everything, and every Region is looked at, where no Region is named", () => {
    const all = readSelection(plan, []);

    expect(stackArguments(stacks, all)).toEqual(["--all"]);
    expect(regionsToLookAt(plan, all)).toEqual(stackRegions(plan));
    expect(environmentFor(all)).toEqual({});
  });

  it.each([
    // Tables, health checks or a forwarder are in the same Region, and stay as they are.
    ["a Region that serves", ["us-east-1"], ["Failover/controller-us-east-1"]],
    ["a witness", ["us-west-2"], ["Failover/witness-us-west-2"]],
    [
      "two, one of them twice",
      ["eu-west-1", "ap-southeast-1", "eu-west-1"],
      ["Failover/controller-eu-west-1", "Failover/controller-ap-southeast-1"],
    ],
  ])("is what the controller has there, alone: %s", (_name, regions, ids) => {
    const some = readSelection(plan, regions);

    expect(stackArguments(stacks, some)).toEqual([...ids, "--exclusively"]);
    expect(regionsToLookAt(plan, some)).toEqual([...new Set(regions)]);
    // Or the CDK would ask STS in us-east-1 whose the credentials are.
    expect(environmentFor(some)).toEqual({ AWS_REGION: regions[0], AWS_DEFAULT_REGION: regions[0] });
  });

  it("is refused where the plan has nothing", () => {
    expect(() => readSelection(plan, ["eu-west-1", "eu-central-1"])).toThrow(
      '--region: received "eu-central-1": must be one of us-east-1, eu-west-1, ap-southeast-1, us-west-2',
    );
  });
});
