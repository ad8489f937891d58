import { Fact, FactName, RegionInfo } from "aws-cdk-lib/region-info";
import { parsePlanDocument } from "../../infra/plan-document.ts";
import type { Addresses } from "../../infra/reality.ts";
import { changeExample, type ExampleName } from "../shared/plan/examples.ts";

/** What `readPlanDocument` says of an example plan with other values; null when it takes it. */
function refusalOf(
  example: ExampleName,
  changes: Readonly<Record<string, unknown>>,
  addresses?: Addresses,
): string | null {
  try {
    parsePlanDocument(changeExample(example, changes), "plan.yaml", addresses);
    return null;
  } catch (error) {
    expect((error as Error).name).toBe("InvalidPlan");
    return (error as Error).message;
  }
}

describe("A Region that does not exist", () => {
  it.each<[ExampleName, Readonly<Record<string, unknown>>, string]>([
    ["storefront", { "detection.witnesses": ["ap-nowhere-9"] }, "detection.witnesses.0: received ap-nowhere-9"],
    ["stateless", { "traffic.switch.endpoints.4.region": "ap-southeast-9" }, "traffic.switch.endpoints.4.region: "],
    // Of another partition: no global table reaches there.
    ["storefront", { "detection.witnesses": ["cn-north-1"] }, "detection.witnesses.0: received cn-north-1"],
  ])("in %s is refused in one line: %j", (example, changes, problem) => {
    const refusal = refusalOf(example, changes) ?? "";

    expect(refusal).toContain(`plan.yaml: ${problem}`);
    expect(refusal).toMatch(
      /: must be an AWS Region: (?:[a-z]+(?:-[a-z]+)+-\d, )+.*; newer ones come with npm install aws-cdk-lib@latest$/,
    );
    expect(refusal).not.toContain("\n");
  });

  it("may not serve", () => {
    const plan = changeExample("stateless", {}).replaceAll("eu-central-1", "eu-nowhere-1");

    expect(() => parsePlanDocument(plan, "plan.yaml")).toThrow(
      /^plan\.yaml: regions\.eu-nowhere-1: received eu-nowhere-1: must be an AWS Region: eu-central-1, /,
    );
  });

  it("is one as soon as aws-cdk-lib, or an app, knows it", () => {
    Fact.register({ region: "ap-nowhere-8", name: FactName.PARTITION, value: "aws" });

    expect(RegionInfo.regions.map(({ name }) => name)).toContain("ap-nowhere-8");
    expect(refusalOf("storefront", { "detection.witnesses": ["ap-nowhere-8"] })).toBeNull();
  });
});

describe("An address that the internet cannot reach", () => {
  it.each([
    "http://localhost/health",
    "http://localhost./health",
    "http://shop/health",
    "http://127.0.0.1:8080/health",
    "http://0x7f.1/health",
    "http://10.1.2.3/health",
    "http://172.31.0.1/health",
    "http://192.168.1.1/health",
    "http://100.64.0.1/health",
    "http://169.254.169.254/latest/meta-data",
    "http://[::1]/health",
    "http://[fd00::1]/health",
    "http://[::ffff:8.8.8.8]/health",
    "http://[2001:db8::1]/health",
    "http://ip-10-0-0-1.ec2.internal/health",
    "http://printer.local/health",
    "https://shop.test/health",
  ])("is refused as a probe: %s", (url) => {
    expect(refusalOf("storefront", { "regions.eu-west-1.probe": url })).toBe(
      `plan.yaml: regions.eu-west-1.probe: received ${url}: must be an address that the internet can reach: every vantage probes it`,
    );
  });

  it.each([
    ["recovery.writeProbe", { "recovery.writeProbe": "http://localhost/write" }],
    ["traffic.url", { "traffic.record": "shop.local", "traffic.url": "http://shop.local/health" }],
  ])("is refused as %s", (key, changes) => {
    expect(refusalOf("storefront", changes)).toContain(`plan.yaml: ${key}: received http://`);
  });

  it("is taken where everything is on one machine", () => {
    expect(refusalOf("storefront", { "regions.eu-west-1.probe": "http://127.0.0.1:8080/" }, "any")).toBeNull();
  });
});

it.each(["https://eu-west-1.shop.example.com/health", "http://8.8.8.8/health", "http://[2600:1f18::1]/health"])(
  "An address that the internet can reach can be used: %s",
  (url) => {
    expect(refusalOf("storefront", { "regions.eu-west-1.probe": url })).toBeNull();
  },
);
