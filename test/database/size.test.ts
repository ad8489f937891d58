import { compareSamples } from "../../functions/database/heir.ts";
import { type ClusterSize, compareSizes, type SizedInstance, sizeOf } from "../../functions/database/size.ts";
import { observe } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";

const of = (writerClass: string | null, instances = 2): ClusterSize => ({ writerClass, instances, serverless: null });
const scaling = (minimumUnits: number, maximumUnits: number): ClusterSize => ({
  writerClass: "db.serverless",
  instances: 2,
  serverless: { minimumUnits, maximumUnits },
});

describe("FM85: compareSizes", () => {
  it.each<[string, ClusterSize, ClusterSize, string | readonly string[]]>([
    ["the same class", of("db.r6g.large"), of("db.r6g.large"), "notSmaller"],
    ["the same step of another generation", of("db.r6g.2xlarge"), of("db.r8g.2xlarge"), "notSmaller"],
    ["a larger class", of("db.r6g.large"), of("db.r6g.16xlarge"), "notSmaller"],
    ["the same class, whatever it is", of("db.new"), of("db.new"), "notSmaller"],
    ["a smaller class", of("db.r6g.4xlarge"), of("db.r8g.xlarge"), ["db.r8g.xlarge instead of db.r6g.4xlarge"]],
    [
      "16xlarge, which is more than 4xlarge",
      of("db.r6g.16xlarge"),
      of("db.r6g.4xlarge"),
      ["db.r6g.4xlarge instead of db.r6g.16xlarge"],
    ],
    ["fewer instances", of("db.r6g.large", 3), of("db.r6g.large", 1), ["1 instance instead of 3 instances"]],
    ["no instance", of("db.r6g.large"), of(null, 0), ["0 instances instead of 2 instances"]],
    [
      "fewer, of a class that cannot be compared",
      of("db.r6g.large", 3),
      of("db.t4g.large", 2),
      ["2 instances instead of 3 instances"],
    ],
    ["another kind", of("db.r6g.large"), of("db.t4g.large"), "unknown"],
    ["a class in a form that is not known", of("db.r6g.large"), of("db.r6g.metal"), "unknown"],
    ["no class", of("db.r6g.large"), of(null), "unknown"],
    ["the same range", scaling(1, 8), scaling(1, 8), "notSmaller"],
    ["a wider range", scaling(1, 8), scaling(2, 16), "notSmaller"],
    ["a lower maximum", scaling(1, 64), scaling(4, 32), ["at most 32 ACU instead of 64"]],
    ["a lower minimum", scaling(8, 64), scaling(0.5, 64), ["at least 0.5 ACU instead of 8"]],
    ["no range", scaling(1, 8), of("db.serverless"), "unknown"],
    ["Serverless v2 after a fixed class", of("db.r6g.large"), scaling(1, 8), "unknown"],
  ])("%s", (_name, old, heir, expected) => {
    const found = compareSizes(old, heir);

    expect(found.kind === "smaller" ? found.ways : found.kind).toEqual(expected);
  });
});

describe("FM85: sizeOf", () => {
  const reader = (instanceClass: string, promotionTier = 1): SizedInstance => ({
    instanceClass,
    role: "reader",
    promotionTier,
  });

  it.each<[string, readonly SizedInstance[], string | null]>([
    [
      "the instance that writes",
      [reader("db.r6g.8xlarge"), { ...reader("db.r6g.large"), role: "writer" }],
      "db.r6g.large",
    ],
    ["the lowest tier", [reader("db.r6g.8xlarge", 15), reader("db.r6g.large", 0)], "db.r6g.large"],
    ["the largest of a tier", [reader("db.r6g.large"), reader("db.r6g.8xlarge")], "db.r6g.8xlarge"],
    ["none", [], null],
  ])("takes for the writer %s", (_name, instances, expected) => {
    expect(sizeOf(instances, null)).toEqual({ writerClass: expected, instances: instances.length, serverless: null });
  });
});

describe("FM85: compareSamples", () => {
  const at = "2026-11-01T00:00:00.000Z";
  const observed = (sizes: Readonly<Record<string, ClusterSize>>) =>
    observe(examplePlan("storefront"), at).map((observation) => {
      const size = sizes[observation.vantage];
      return size === undefined ? observation : { ...observation, databaseSize: { at, ...size } };
    });

  it("knows nothing of a Region whose vantage never sampled it, or runs an earlier version", () => {
    const found = compareSamples(observed({ "eu-west-1": scaling(1, 8) }), "us-east-1", "eu-west-1");

    expect(found).toEqual({ kind: "unknown", reason: "the cluster in us-east-1 was never sampled" });
  });

  it("goes by what each vantage sampled of its own Region", () => {
    const samples = observed({
      "us-east-1": scaling(1, 64),
      "eu-west-1": scaling(1, 8),
      "ap-southeast-1": scaling(1, 64),
    });

    expect(compareSamples(samples, "us-east-1", "eu-west-1").kind).toBe("smaller");
    expect(compareSamples(samples, "us-east-1", "ap-southeast-1").kind).toBe("notSmaller");
  });
});
