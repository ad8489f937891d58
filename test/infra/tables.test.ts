import { tablesOf } from "../../simulator/deployment.ts";
import { planOf, synthesize } from "./synthesis.ts";

const table = "AWS::DynamoDB::GlobalTable";
const regionsOf = (properties: { Replicas: readonly { Region: string }[] }) =>
  properties.Replicas.map(({ Region }) => Region).sort();

describe.each(["storefront", "two-regions", "stateless"])("the tables of %s", (name) => {
  const document = planOf(name);
  const { stacks } = synthesize(document);
  const [coordination] = stacks.coordination?.of(table) ?? [];
  const [records] = stacks.records?.of(table) ?? [];

  it("stand where the simulator has them, of the same consistency", () => {
    const specs = tablesOf(document.plan).slice(0, 2);

    expect(
      [coordination, records].map((each) => ({
        name: each.TableName,
        kind: each.MultiRegionConsistency === "STRONG" ? "MRSC" : "MREC",
        regions: regionsOf(each),
      })),
    ).toEqual(specs.map(({ name, kind, regions }) => ({ name, kind, regions: [...regions].sort() })));
  });

  it("cannot be lost by a slip: protected, restorable to any second, kept when the stack goes", () => {
    for (const each of [coordination, records]) {
      for (const replica of each.Replicas) {
        expect(replica).toMatchObject({
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        });
      }
    }
    const kept = [stacks.coordination, stacks.records].flatMap((stack) =>
      Object.values(stack?.resources ?? {}).filter(({ Type }) => Type === table),
    );
    expect(kept.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(["RetainExceptOnCreate", "RetainExceptOnCreate"]);
    expect(kept.map(({ UpdateReplacePolicy }) => UpdateReplacePolicy)).toEqual(["Retain", "Retain"]);
  });

  it("have the keys that the adapters use, cost by use, and expire nothing", () => {
    for (const each of [coordination, records]) {
      expect(each.KeySchema).toEqual([
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ]);
      expect(each.BillingMode).toBe("PAY_PER_REQUEST");
      expect(each.TimeToLiveSpecification).toBeUndefined();
    }
  });
});

it("the tables stay where they are, as they are, whatever the order of Regions in the plan", () => {
  const turned = <Value>(value: Record<string, Value>) => Object.fromEntries(Object.entries(value).reverse());
  const reordered = planOf("storefront", (value) => {
    value.coordination.regions.reverse();
    value.regions = turned(value.regions as Record<string, unknown>);
  });
  const [before, after] = [planOf("storefront"), reordered].map((document) => synthesize(document).stacks);

  for (const part of ["coordination", "records"]) {
    expect(after?.[part]?.region).toBe(before?.[part]?.region);
    expect(after?.[part]?.of(table)).toEqual(before?.[part]?.of(table));
  }
});

it("two replicas get a witness in the third Region of their set", () => {
  const { stacks } = synthesize(
    planOf("storefront", (value) => {
      value.coordination.regions = ["eu-west-1", "eu-central-1"];
    }),
  );
  const [coordination] = stacks.coordination?.of(table) ?? [];

  expect(regionsOf(coordination)).toEqual(["eu-central-1", "eu-west-1"]);
  expect(coordination.GlobalTableWitnesses).toEqual([{ Region: "eu-west-2" }]);
});
